import type { Clock } from './clock';

export interface BackoffOptions {
  /** First delay, ms. */
  readonly baseMs: number;
  /** Longest delay, ms. */
  readonly maxMs: number;
}

/** What is known of an object that failed. */
export interface Failure {
  readonly error: Error;
  readonly attempts: number;
  /** On the tracker's clock. */
  readonly retryAt: number;
}

/**
 * Exponential back-off for each object by itself, with full jitter in the upper half of the interval, so that objects
 * which failed together do not come back together. One bad object never delays another.
 */
export class Backoff {
  private readonly failures = new Map<string, Failure>();

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly random: () => number = Math.random,
    private readonly options: BackoffOptions = { baseMs: 100, maxMs: 30_000 },
  ) {}

  failed(key: string, error: Error): Failure {
    const attempts = (this.failures.get(key)?.attempts ?? 0) + 1;
    const ceiling = Math.min(this.options.maxMs, this.options.baseMs * 2 ** (attempts - 1));
    const failure = { error, attempts, retryAt: this.clock.now() + ceiling * (0.5 + this.random() / 2) };
    this.failures.set(key, failure);
    return failure;
  }

  /** Done, or no longer wanted. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  /** May it be tried now? */
  ready(key: string): boolean {
    return (this.failures.get(key)?.retryAt ?? 0) <= this.clock.now();
  }

  get(key: string): Failure | undefined {
    return this.failures.get(key);
  }

  /** When the earliest failed object may be tried again; null: nothing has failed. */
  nextRetryAt(): number | null {
    let next: number | null = null;
    for (const { retryAt } of this.failures.values()) next = next === null ? retryAt : Math.min(next, retryAt);
    return next;
  }

  /** Everything that has failed, key → failure. */
  all(): [key: string, failure: Failure][] {
    return [...this.failures];
  }

  get size(): number {
    return this.failures.size;
  }
}
