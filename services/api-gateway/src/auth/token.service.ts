import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TOKENS_REVOKED_SUBJECT, type TokenIdentity, type TokensRevoked } from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { digestOfToken, TokenCache } from './token-cache';
import { TokenValidator } from './token-validator';

/** No token of ours is longer; what is longer is not worth a message. */
const MAX_TOKEN_LENGTH = 8_192;

/** Validates tokens, with a short-lived cache. */
@Injectable()
export class TokenService implements OnModuleInit {
  private readonly cache: TokenCache;
  /** Digest → validation in flight: a burst of one client is validated once. */
  private readonly asked = new Map<string, Promise<TokenIdentity | null>>();

  constructor(
    private readonly messaging: Messaging,
    private readonly validator: TokenValidator,
  ) {
    this.cache = new TokenCache(validator.cacheMs);
  }

  async onModuleInit(): Promise<void> {
    this.messaging.listen(TOKENS_REVOKED_SUBJECT, (message) => this.cache.revoke(message.json<TokensRevoked>()));
    this.messaging.onReconnect(() => this.cache.clear());
    await this.validator.prepare();
  }

  /**
   * @returns null for a token that is none, or no longer
   * @throws ServiceUnavailable when there is no answer
   */
  async identify(token: string | undefined): Promise<TokenIdentity | null> {
    if (token === undefined || token === '' || token.length > MAX_TOKEN_LENGTH) return null;
    const digest = digestOfToken(token);
    return this.cache.get(digest) ?? this.askOnce(token, digest);
  }

  private askOnce(token: string, digest: string): Promise<TokenIdentity | null> {
    const underWay = this.asked.get(digest);
    if (underWay) return underWay;
    const question = this.ask(token, digest).finally(() => this.asked.delete(digest));
    this.asked.set(digest, question);
    return question;
  }

  private async ask(token: string, digest: string): Promise<TokenIdentity | null> {
    const { epoch } = this.cache;
    const identity = await this.validator.validate(token);
    if (identity) this.cache.set(digest, identity, epoch);
    return identity;
  }
}
