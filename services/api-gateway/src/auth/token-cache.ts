import { createHash } from 'node:crypto';
import { type TokenIdentity, type TokensRevoked } from '@weft/contracts';
import { LRUCache } from 'lru-cache';

/** Digest by which a token is kept: a dump of this process must not hold tokens. */
export const digestOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Answers about tokens that are still good, by digest. */
export class TokenCache {
  private readonly entries: LRUCache<string, TokenIdentity>;
  private revocations = 0;

  /** @param ttlMs how long an answer is kept; 0: not at all */
  constructor(
    private readonly ttlMs: number,
    private readonly now: () => number = Date.now,
  ) {
    this.entries = new LRUCache({ max: 50_000, ttl: ttlMs });
  }

  get(digest: string): TokenIdentity | undefined {
    const identity = this.entries.get(digest);
    return identity && Date.parse(identity.expiresAt) > this.now() ? identity : undefined;
  }

  /** Remember before asking, pass to {@link set}: an answer that was on its way while something was revoked is not kept. */
  get epoch(): number {
    return this.revocations;
  }

  set(digest: string, identity: TokenIdentity, epoch: number): void {
    if (this.ttlMs > 0 && epoch === this.revocations) this.entries.set(digest, identity);
  }

  revoke({ tokens = [], userIds = [], projectIds = [], all }: TokensRevoked): void {
    this.revocations++;
    if (all === true) return this.entries.clear();
    for (const digest of tokens) this.entries.delete(digest);
    if (userIds.length === 0 && projectIds.length === 0) return;
    for (const [digest, { userId, projectId }] of this.entries.entries()) {
      if (userIds.includes(userId) || (projectId !== null && projectIds.includes(projectId)))
        this.entries.delete(digest);
    }
  }

  clear(): void {
    this.revoke({ all: true });
  }
}
