import { serviceSubject } from './rpc';

/** Gateway → identity: the identity behind a token; a request with a {@link ValidateTokenReply}. */
export const VALIDATE_TOKEN_SUBJECT = serviceSubject('identity', 'tokens', 'validate');

export interface ValidateTokenRequest {
  readonly token: string;
}

/** An unknown, expired or revoked token is an answer, not an error. */
export type ValidateTokenReply = { readonly valid: false } | ({ readonly valid: true } & TokenIdentity);

export interface TokenIdentity {
  readonly userId: string;
  readonly userName: string;
  /** Null for an unscoped, domain-scoped or system-scoped token. */
  readonly projectId: string | null;
  /** Domain of the scope: of the project, or the domain itself. */
  readonly domainId: string | null;
  readonly systemScope: boolean;
  /** Implied roles included, lower-case. */
  readonly roles: readonly string[];
  /** ISO 8601. */
  readonly expiresAt: string;
}

/**
 * Identity says on this subject, by core NATS, which tokens no longer hold; whoever caches answers drops them. It is a hint
 * that may be missed: a cached answer lives no longer than {@link TOKEN_CACHE_MS}, and none outlives a reconnect.
 */
export const TOKENS_REVOKED_SUBJECT = 'event.identity.revoked';
export const TOKEN_CACHE_MS = 30_000;

export interface TokensRevoked {
  /** SHA-256 of tokens, hex. */
  readonly tokens?: readonly string[];
  /** Every token of these users. */
  readonly userIds?: readonly string[];
  /** Every token scoped to these projects. */
  readonly projectIds?: readonly string[];
  /** Every token at all. */
  readonly all?: boolean;
}
