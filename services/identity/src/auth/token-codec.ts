import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token says. All else is looked up when it is used, so that it is never older than the database. */
export interface Claims {
  /** Tells tokens apart; 22 characters. */
  readonly auditId: string;
  /** Of the token by which this one was got. */
  readonly parentAuditId?: string;
  readonly methods: readonly string[];
  readonly userId: string;
  /** The user's token epoch when it was issued. */
  readonly epoch: number;
  readonly scope: Scope;
  readonly applicationCredentialId?: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export type Scope =
  | { readonly kind: 'none' }
  | { readonly kind: 'system' }
  | { readonly kind: 'project' | 'domain'; readonly id: string };

/** A key by its id; null: there is none. */
export type KeyLookup = (id: number) => Buffer | null;

const VERSION = 'w1';

/** `w1.<key id>.<claims>.<signature>`, both base64url; opaque to everybody else. */
export function encodeToken(claims: Claims, keyId: number, key: Buffer): string {
  const signed = `${VERSION}.${keyId}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${sign(signed, key).toString('base64url')}`;
}

/** The claims of a token which is ours; null for any other text. Does not look at the time. */
export function decodeToken(token: string, keys: KeyLookup): Claims | null {
  const [version, keyId, payload, signature, ...rest] = token.split('.');
  if (version !== VERSION || signature === undefined || rest.length > 0 || !/^\d{1,9}$/.test(keyId!)) return null;
  const key = keys(Number(keyId));
  if (!key) return null;
  const expected = sign(`${version}.${keyId}.${payload}`, key);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  // Signed by us, so it is what we wrote.
  return JSON.parse(Buffer.from(payload!, 'base64url').toString('utf8')) as Claims;
}

const sign = (text: string, key: Buffer): Buffer => createHmac('sha256', key).update(text).digest();
