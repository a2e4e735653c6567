import { randomUUID } from 'node:crypto';
import type { DropBatch, DropReason, DropSample, RuleCountBatch } from '@weft/contracts';
import { ApiError, dropSubject, reportSubject } from '@weft/contracts';
import type { FilterCounts } from '@weft/dataplane';
import type { Clock } from '@weft/reconcile';
import { instruments, logger } from '@weft/telemetry';
import type { AgentTransport } from '../transport';
import type { Count, CountBatch } from './counter.deltas';
import { CounterDeltas } from './counter.deltas';
import type { CountFile } from './count.file';
import { SampleBuffer } from './sample.buffer';

const log = logger('traffic');

const INTERVAL_MS = 3_000;
/** Reading takes at most this part of a processor: many rules are read less often, a busy node reads as often as an idle one. */
const CPU_BUDGET = 50;
const DEADLINE_MS = 5_000;

export interface TrafficReporterDeps {
  readonly transport: AgentTransport;
  readonly host: string;
  readonly file: Pick<CountFile, 'load' | 'save'>;
  readonly clock: Clock;
  /** Null: there is no filter in force. */
  readonly counts: () => FilterCounts | null;
  /** The port of a device; undefined: none of ours. */
  readonly portOf: (device: string) => string | undefined;
}

/** Reports to their owners what was dropped and what rules have let pass: differences that survive a restart of the agent. */
export class TrafficReporter {
  private readonly drops: CounterDeltas;
  private readonly rules: CounterDeltas;
  private readonly samples = new SampleBuffer();
  private cancel: (() => void) | null = null;
  private stopped = false;

  constructor(private readonly deps: TrafficReporterDeps) {
    const saved = deps.file.load();
    this.drops = new CounterDeltas(saved?.drops);
    this.rules = new CounterDeltas(saved?.rules);
  }

  start(): void {
    this.next(INTERVAL_MS);
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  /** A packet was dropped. */
  sample(sample: DropSample): void {
    this.samples.add(sample);
  }

  private next(ms: number): void {
    if (this.stopped) return;
    this.cancel = this.deps.clock.after(ms, () => void this.report());
  }

  private async report(): Promise<void> {
    let pause = INTERVAL_MS;
    try {
      const began = process.cpuUsage();
      const counts = this.deps.counts();
      const { user, system } = process.cpuUsage(began);
      pause = Math.max(pause, ((user + system) / 1_000) * CPU_BUDGET);
      if (counts) await this.send(counts);
    } catch (error) {
      log.warn({ err: error }, 'counts were not acknowledged, they will be sent again');
    }
    this.next(pause);
  }

  private async send(counts: FilterCounts): Promise<void> {
    const drops = this.drops.take(this.dropCounts(counts));
    const rules = this.rules.take(new Map(counts.rules.map(({ id, packets, bytes }) => [id, [packets, bytes]])));
    // Before it is sent: what was said once is said again in the same words, by whoever comes after us.
    this.save();
    const { host } = this.deps;
    const samples = this.samples.take();
    if (drops || samples.length > 0) {
      await this.deliver(dropSubject(host), dropBatch(host, samples, drops));
      this.samples.forget(samples);
      if (drops) this.drops.acknowledge(drops);
    }
    if (rules) {
      await this.deliver(reportSubject('fwaas', host), ruleBatch(host, rules));
      this.rules.acknowledge(rules);
    }
    this.save();
  }

  /** Until its owner has it, or has refused it: what he refuses once he always refuses, and all that came after would wait behind it. */
  private async deliver(subject: string, batch: DropBatch | RuleCountBatch): Promise<void> {
    try {
      await this.deps.transport.request(subject, batch, { deadlineMs: DEADLINE_MS });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500) throw error;
      instruments().refusedBatches.add(1);
      log.error({ err: error, subject, batch: batch.batch }, 'a batch of counts was refused: its counts are lost');
    }
  }

  private dropCounts({ drops }: FilterCounts): Map<string, Count> {
    return new Map(
      drops.flatMap(({ device, reason, packets }) => {
        const port = this.deps.portOf(device);
        return port === undefined ? [] : [[`${port} ${reason}`, [packets]] as const];
      }),
    );
  }

  private save(): void {
    this.deps.file.save({ drops: this.drops.save(), rules: this.rules.save() });
  }
}

const dropBatch = (host: string, samples: readonly DropSample[], batch: CountBatch | null): DropBatch => ({
  host,
  // Samples alone are of no batch: what is said twice of them harms nobody.
  batch: batch?.id ?? randomUUID(),
  samples,
  counts: Object.entries(batch?.deltas ?? {}).map(([key, [packets]]) => {
    const [port, reason] = key.split(' ') as [string, DropReason];
    return { port, reason, packets: packets! };
  }),
});

const ruleBatch = (host: string, { id, deltas }: CountBatch): RuleCountBatch => ({
  host,
  batch: id,
  rules: Object.entries(deltas).map(([rule, [packets, bytes]]) => ({ id: rule, packets: packets!, bytes: bytes! })),
});
