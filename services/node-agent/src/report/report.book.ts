import type { DriftReport, Report } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';

/** A pending state that passes within this time is not worth a message, ms. */
const PENDING_HOLD_MS = 250;
/** Drift that nobody takes: the newest are kept. */
const MAX_DRIFT = 1_000;

interface Entry {
  report: Report;
  trace: string | undefined;
  /** The owner has committed exactly this report. */
  acknowledged: boolean;
  /** Not to be sent before, on the clock. */
  notBefore: number;
}

export interface OutgoingBatch {
  readonly reports: readonly Report[];
  readonly drift: readonly DriftReport[];
  readonly trace?: string;
}

/**
 * The newest report of each (object, component), kept until its owner has committed it. Pure: it decides what has to be
 * sent, and somebody else sends.
 */
export class ReportBook {
  private readonly entries = new Map<string, Entry>();
  private readonly unsent = new Set<string>();
  private drift: DriftReport[] = [];

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** @returns whether it is news. */
  put(report: Report, trace?: string): boolean {
    const key = keyOf(report);
    const known = this.entries.get(key);
    if (known && same(known.report, report)) return false;
    const notBefore = report.state === 'pending' ? this.clock.now() + PENDING_HOLD_MS : 0;
    this.entries.set(key, { report, trace, acknowledged: false, notBefore });
    this.unsent.add(key);
    return true;
  }

  /** The object is gone or not ours any more: nobody waits for word of it. */
  forget(port: string, component: Report['component']): void {
    const key = `${component}|${port}`;
    this.entries.delete(key);
    this.unsent.delete(key);
  }

  addDrift(report: DriftReport): void {
    this.drift.push(report);
    if (this.drift.length > MAX_DRIFT) this.drift = this.drift.slice(-MAX_DRIFT);
  }

  /** The owner may have lost what it knew (a new attachment): say everything again. */
  resendAll(): void {
    for (const [key, entry] of this.entries) {
      entry.acknowledged = false;
      this.unsent.add(key);
    }
  }

  /** What is due now, at most `limit` reports. Taking changes nothing: only {@link acknowledge} does. */
  take(limit: number): OutgoingBatch | null {
    const now = this.clock.now();
    const due: Entry[] = [];
    for (const key of this.unsent) {
      const entry = this.entries.get(key);
      if (entry && entry.notBefore <= now) due.push(entry);
      if (due.length === limit) break;
    }
    if (due.length === 0 && this.drift.length === 0) return null;
    const trace = due.find((entry) => entry.trace !== undefined)?.trace;
    return { reports: due.map(({ report }) => report), drift: [...this.drift], ...(trace !== undefined && { trace }) };
  }

  /** The owner has committed the batch. What has changed meanwhile stays to be sent. */
  acknowledge(batch: OutgoingBatch): void {
    for (const report of batch.reports) {
      const key = keyOf(report);
      const entry = this.entries.get(key);
      if (entry?.report !== report) continue;
      entry.acknowledged = true;
      this.unsent.delete(key);
    }
    const sent = new Set(batch.drift);
    this.drift = this.drift.filter((report) => !sent.has(report));
  }

  /** When the next held-back report is due, on the clock; null: none waits. */
  nextDueAt(): number | null {
    let next: number | null = null;
    for (const key of this.unsent) {
      const due = this.entries.get(key)?.notBefore ?? 0;
      next = next === null ? due : Math.min(next, due);
    }
    return next;
  }

  get(port: string, component: Report['component']): Report | undefined {
    return this.entries.get(`${component}|${port}`)?.report;
  }

  all(): Report[] {
    return [...this.entries.values()].map(({ report }) => report);
  }

  /** Reports not yet acknowledged. */
  get unacknowledged(): number {
    return this.unsent.size;
  }
}

const keyOf = ({ component, id }: Report): string => `${component}|${id}`;
const same = (a: Report, b: Report): boolean =>
  a.generation === b.generation && a.state === b.state && a.reason === b.reason && a.detail === b.detail;
