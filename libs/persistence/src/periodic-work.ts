import { logger } from '@weft/telemetry';
import type { LeaderWork } from './leader';

const log = logger('leader');

/** One period of leadership, as its rounds see it. */
export interface Term {
  /** Aborted when leadership ends: a long round ends early. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export interface PeriodicWorkOptions {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  /** The first round begins after the first period; default: at once. */
  readonly delayed?: boolean;
}

/** Leader's work in rounds: they never overlap, and one that fails is logged and followed by the next. */
export class PeriodicWork implements LeaderWork {
  private timer: NodeJS.Timeout | undefined;
  private term: (Term & { readonly abort: () => void }) | undefined;
  private round: Promise<void> = Promise.resolve();
  private queued = false;

  constructor(
    private readonly options: PeriodicWorkOptions,
    private readonly run: (term: Term) => Promise<void>,
  ) {}

  start(): void {
    const controller = new AbortController();
    this.term = { signal: controller.signal, startedAt: Date.now(), abort: () => controller.abort() };
    this.timer = setInterval(() => this.trigger(), this.options.everyMs);
    if (!this.options.delayed) this.trigger();
  }

  /** Ends the term and waits for the round under way. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.term?.abort();
    this.term = undefined;
    await this.round;
  }

  /** Has a round begin now, or right after the one under way; nothing while this replica does not lead. */
  trigger(): void {
    if (this.queued || !this.term) return;
    this.queued = true;
    this.round = this.round.then(() => this.runOnce());
  }

  private async runOnce(): Promise<void> {
    this.queued = false;
    if (!this.term) return;
    try {
      await this.run(this.term);
    } catch (error) {
      log.warn({ err: error, work: this.options.name }, 'round failed, will retry');
    }
  }
}
