import type { Clock } from './clock';

/**
 * Runs `apply` after a kick: one at a time, kicks that arrive meanwhile coalesced into one more run, runs at least
 * `minIntervalMs` apart. The first kick after a quiet time runs in the same turn of the event loop's microtasks: a single change
 * pays nothing for the throttle, a storm pays once.
 */
export class ApplyLoop {
  private running: Promise<void> | null = null;
  private wanted = false;
  private stopped = false;
  private lastStart = -Infinity;
  private cancelTimer: (() => void) | null = null;
  private timerAt = Infinity;

  /**
   * @param apply one pass; answers when it wants to run again by itself (on the clock), or null. It must not throw: a
   *   thrown error is a defect and goes to `onDefect`, after which the loop goes on.
   */
  constructor(
    private readonly clock: Clock,
    private readonly minIntervalMs: number,
    private readonly apply: () => Promise<number | null>,
    private readonly onDefect: (error: unknown) => void,
  ) {}

  kick(): void {
    if (this.stopped) return;
    this.wanted = true;
    if (this.running) return;
    const wait = this.lastStart + this.minIntervalMs - this.clock.now();
    if (wait <= 0) this.run();
    else this.wakeAt(this.clock.now() + wait);
  }

  /** Resolves when nothing is wanted and nothing runs (retries in the future do not count). */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  /** No further runs; resolves when the present one has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    await this.running;
  }

  private wakeAt(at: number): void {
    if (at >= this.timerAt) return;
    this.cancelTimer?.();
    this.timerAt = at;
    this.cancelTimer = this.clock.after(Math.max(0, at - this.clock.now()), () => {
      this.timerAt = Infinity;
      this.wanted = true;
      if (!this.running && !this.stopped) this.run();
    });
  }

  private run(): void {
    this.wanted = false;
    this.lastStart = this.clock.now();
    this.running = this.apply()
      .catch((error: unknown) => {
        this.onDefect(error);
        return this.clock.now() + 1_000;
      })
      .then((retryAt) => {
        this.running = null;
        if (this.stopped) return;
        if (retryAt !== null) this.wakeAt(retryAt);
        if (this.wanted) this.kick();
      });
  }
}
