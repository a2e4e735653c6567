import { LRUCache } from 'lru-cache';

/** Requests per second that a token may make in the long run, and how many at once after a rest. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

const SECONDS = { s: 1, m: 60, h: 3600 } as const;

/** `100/s burst 200`, `600/m`; without a burst it is what the time brings. @throws Error with one sentence */
export function parseRate(text: string): Rate {
  const match = /^\s*(\d{1,9})\s*\/\s*([smh])(?:\s+burst\s+(\d{1,9}))?\s*$/.exec(text);
  const [, count, unit, burst] = match ?? [];
  const rate = { perSecond: Number(count) / SECONDS[unit as keyof typeof SECONDS], burst: Number(burst ?? count) };
  if (match && rate.perSecond > 0 && rate.burst >= 1) return rate;
  throw new Error(`WEFT_RATE_LIMIT is "${text}"; what is understood: 100/s, 600/m, 100/s burst 200`);
}

interface Bucket {
  tokens: number;
  /** Of the clock, ms. */
  at: number;
}

/** Tokens that are remembered; of one that was forgotten the bucket is full again. */
const REMEMBERED = 50_000;

/** A bucket for each client: it fills steadily, each request takes one out. Each gateway counts what it serves itself. */
export class RateLimit {
  private readonly buckets = new LRUCache<string, Bucket>({ max: REMEMBERED });

  constructor(
    private readonly rate: Rate,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts a request. @returns seconds after which it may come again; 0: it may pass */
  wait(client: string): number {
    const { perSecond, burst } = this.rate;
    const now = this.now();
    const { tokens, at } = this.buckets.get(client) ?? { tokens: burst, at: now };
    const filled = Math.min(burst, tokens + ((now - at) / 1000) * perSecond);
    const passes = filled >= 1;
    this.buckets.set(client, { tokens: passes ? filled - 1 : filled, at: now });
    return passes ? 0 : (1 - filled) / perSecond;
  }
}
