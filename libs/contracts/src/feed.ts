import { COMMON_PREFIXES, type Fact, hostToken } from './facts';

/**
 * The node feed's protocol. An agent attaches to any feed with a request on {@link feedSubject.attach}; everything else
 * reaches it as numbered {@link FeedMessage}s on its own subject. A gap in `seq`, another `session`, or silence longer than
 * {@link FEED_SILENCE_MS}: attach again.
 */
export const feedSubject = {
  /** Request, queue group `node-feed`. */
  attach: (host: string) => `feed.attach.${hostToken(host)}`,
  attachAny: 'feed.attach.*',
  /** The agent says every {@link FEED_RENEW_MS} which session it follows; every feed hears it and drops the others. */
  renew: (host: string) => `feed.renew.${hostToken(host)}`,
  renewAny: 'feed.renew.*',
  /** Feed → node. */
  node: (host: string) => `node.${hostToken(host)}.feed`,
};

/** A feed that has nothing to say sends a ping this often. */
export const FEED_PING_MS = 1_000;
export const FEED_SILENCE_MS = 3_500;
export const FEED_RENEW_MS = 5_000;
/** A session not renewed for this long is dropped. */
export const FEED_SESSION_MS = 16_000;

export interface AttachRequest {
  readonly host: string;
  /** Chosen by the agent, new for each attachment. */
  readonly session: string;
  /** Prefix → digest ({@link digestOf}) of what the agent holds of it. Empty: nothing. */
  readonly digest: Readonly<Record<string, string>>;
}

/** On {@link feedSubject.renew}. */
export interface FeedRenewal {
  readonly host: string;
  readonly session: string;
}

export interface AttachReply {
  readonly session: string;
  /** Which feed serves the session, for logs. */
  readonly feed: string;
}

export type FeedMessage = {
  readonly session: string;
  /** 1, 2, 3 … within a session, pings not counted (they repeat the last number). */
  readonly seq: number;
} & (
  | {
      /** Part of the snapshot. Prefixes in `reset` are emptied first; facts of other prefixes are as the agent's digest said. */
      readonly kind: 'snapshot';
      readonly reset: readonly string[];
      readonly facts: readonly (readonly [key: string, fact: Fact])[];
    }
  /** The snapshot is complete: in sync. `prefixes` are all that the node is entitled to: the agent drops every other key. */
  | { readonly kind: 'synced'; readonly prefixes: readonly string[] }
  /** Changes. Keys under a prefix in `drop` no longer concern the node (its last assignment there is gone). */
  | {
      readonly kind: 'delta';
      readonly drop: readonly string[];
      readonly facts: readonly (readonly [key: string, fact: Fact])[];
    }
  | { readonly kind: 'ping' }
);

/** The prefix of a node's own assignments. */
export const assignmentPrefix = (host: string): string => `host.${hostToken(host)}.`;

/**
 * The prefix as a part of which a key is fed, digested and dropped: `node.`, `host.<h>.`, and `network.<id>` with everything of it.
 * A kind that is not known yet is treated alike on both sides: by its first two tokens.
 */
export function scopeOf(key: string): string {
  const [head, id] = key.split('.', 2);
  const prefix = `${head}.`;
  if (COMMON_PREFIXES.includes(prefix)) return prefix;
  return head === 'host' ? `host.${id}.` : `${head}.${id}`;
}

/** True when `key` lies under `prefix`: `network.A` covers itself and `network.A.…`; `node.` covers `node.…`. */
export const underPrefix = (key: string, prefix: string): boolean =>
  prefix.endsWith('.') ? key.startsWith(prefix) : key === prefix || key.startsWith(`${prefix}.`);

/**
 * Order-free digest of a set of (key, generation): the XOR of a 64-bit FNV-1a of each, in hex. Cheap to keep up to date
 * by one key, on both sides; it finds lost updates, it does not protect against an adversary.
 */
export function digestOf(entries: Iterable<readonly [key: string, generation: number]>): string {
  let digest = 0n;
  for (const [key, generation] of entries) digest ^= fnv1a64(`${key}@${generation}`);
  return digest.toString(16);
}

export function fnv1a64(text: string): bigint {
  // Two 32-bit halves: BigInt arithmetic per byte would dominate an attach.
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    low ^= text.charCodeAt(i);
    // times 0x100000001b3 = 2^40 + 0x1b3, modulo 2^64
    const lowProduct = (low >>> 0) * 0x1b3;
    const newLow = lowProduct >>> 0;
    const carry = Math.floor(lowProduct / 0x100000000);
    high = (Math.imul(high, 0x1b3) + carry + ((low << 8) >>> 0)) >>> 0;
    low = newLow;
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
