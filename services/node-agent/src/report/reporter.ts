import type { ReportBatch } from '@weft/contracts';
import { reportSubject } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';
import { logger } from '@weft/telemetry';
import type { AgentTransport } from '../transport';
import type { ReportBuffer } from './report.buffer';

const log = logger('report');

/** Reports of changes that arrive together travel together, ms. */
const GATHER_MS = 2;
const MAX_REPORTS = 500;
const DEADLINE_MS = 5_000;
const RETRY_MS = { first: 100, most: 5_000 };

/** Sends what the buffer holds to the owning services until every report is acknowledged. One batch is under way at a time. */
export class Reporter {
  private sending = false;
  private stopped = false;
  private attempts = 0;
  private cancel: (() => void) | null = null;
  private wakeAt = Infinity;

  constructor(
    private readonly transport: AgentTransport,
    private readonly host: string,
    private readonly buffer: ReportBuffer,
    private readonly clock: Clock,
  ) {}

  /** There may be something to send. */
  kick(): void {
    if (!this.sending && this.attempts === 0) this.wake(GATHER_MS);
  }

  /** Sends everything again that the buffer holds. */
  resendAll(): void {
    this.buffer.resendAll();
    this.kick();
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private wake(ms: number): void {
    const at = this.clock.now() + ms;
    if (this.stopped || at >= this.wakeAt) return;
    this.cancel?.();
    this.wakeAt = at;
    this.cancel = this.clock.after(ms, () => {
      this.wakeAt = Infinity;
      void this.flush();
    });
  }

  private async flush(): Promise<void> {
    if (this.sending || this.stopped) return;
    const batch = this.buffer.take(MAX_REPORTS);
    if (!batch) {
      const due = this.buffer.nextDueAt();
      if (due !== null) this.wake(Math.max(GATHER_MS, due - this.clock.now()));
      return;
    }
    this.sending = true;
    try {
      const { service, ...content } = batch;
      const body: ReportBatch = { host: this.host, ...content };
      await this.transport.request(reportSubject(service, this.host), body, { deadlineMs: DEADLINE_MS });
      this.buffer.acknowledge(batch);
      this.attempts = 0;
    } catch (error) {
      this.attempts++;
      log.warn({ err: error, reports: batch.reports.length }, 'reports were not acknowledged, they will be sent again');
    }
    this.sending = false;
    const delay = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** (this.attempts - 1));
    this.wake(this.attempts === 0 ? 0 : delay);
  }
}
