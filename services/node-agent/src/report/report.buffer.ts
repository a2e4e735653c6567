import { type DriftReport, type Report, REPORT_OBJECTS, type ReportObject } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';

/** A pending state that passes within this time is not worth a message, ms. */
const PENDING_HOLD_MS = 250;
/** Drift that is not acknowledged: the newest are kept. */
const MAX_DRIFT = 1_000;

interface Entry {
  report: Report;
  trace: string | undefined;
  /** The owner has committed exactly this report. */
  acknowledged: boolean;
  /** Not to be sent before, on the clock. */
  notBefore: number;
}

/** The service that takes drift, whichever object it is of. */
const DRIFT_SERVICE = 'ipam';

export interface OutgoingBatch {
  readonly service: string;
  readonly reports: readonly Report[];
  readonly drift: readonly DriftReport[];
  readonly trace?: string;
}

/**
 * The newest report of each (object, component), kept until its owner has committed it. Pure: it decides what has to be
 * sent, the reporter sends.
 */
export class ReportBuffer {
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

  /** The object is deleted or not this node's any more: no report of it is due. */
  forget(report: Pick<Report, 'object' | 'component' | 'id'>): void {
    const key = keyOf(report);
    this.entries.delete(key);
    this.unsent.delete(key);
  }

  addDrift(report: DriftReport): void {
    this.drift.push(report);
    if (this.drift.length > MAX_DRIFT) this.drift = this.drift.slice(-MAX_DRIFT);
  }

  /** The owner may have lost what it knew (a new attachment): everything is due again. */
  resendAll(): void {
    for (const [key, entry] of this.entries) {
      entry.acknowledged = false;
      this.unsent.add(key);
    }
  }

  /** What is due now for one service, at most `limit` reports. Taking changes nothing: only {@link acknowledge} does. */
  take(limit: number): OutgoingBatch | null {
    const now = this.clock.now();
    let service: string | null = this.drift.length > 0 ? DRIFT_SERVICE : null;
    const due: Entry[] = [];
    for (const key of this.unsent) {
      const entry = this.entries.get(key);
      if (!entry || entry.notBefore > now) continue;
      service ??= serviceOf(entry.report);
      if (serviceOf(entry.report) === service) due.push(entry);
      if (due.length === limit) break;
    }
    if (service === null) return null;
    const trace = due.find((entry) => entry.trace !== undefined)?.trace;
    return {
      service,
      reports: due.map(({ report }) => report),
      drift: service === DRIFT_SERVICE ? [...this.drift] : [],
      ...(trace !== undefined && { trace }),
    };
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

  get(object: ReportObject, id: string, component: Report['component']): Report | undefined {
    return this.entries.get(keyOf({ object, id, component }))?.report;
  }

  all(): Report[] {
    return [...this.entries.values()].map(({ report }) => report);
  }

  /** Reports not yet acknowledged. */
  get unacknowledged(): number {
    return this.unsent.size;
  }
}

const serviceOf = ({ object }: Report): string => REPORT_OBJECTS[object].service;
const keyOf = ({ object, component, id }: Pick<Report, 'object' | 'component' | 'id'>): string =>
  `${object}|${component}|${id}`;
const same = (a: Report, b: Report): boolean =>
  a.generation === b.generation && a.state === b.state && a.reason === b.reason && a.detail === b.detail;
