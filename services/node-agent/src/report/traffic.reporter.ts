import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DropBatch, DropReason, DropSample, RuleCountBatch } from '@weft/contracts';
import { dropSubject, reportSubject } from '@weft/contracts';
import type { FilterCounts } from '@weft/dataplane';
import type { Clock } from '@weft/reconcile';
import { logger } from '@weft/telemetry';
import type { AgentTransport } from '../transport';
import type { Count, CountBatch, SavedCounts } from './count.book';
import { CountBook } from './count.book';

const log = logger('traffic');

const INTERVAL_MS = 3_000;
/** Reading takes at most this part of the agent's time: many rules are read less often. */
const SHARE = 50;
const DEADLINE_MS = 5_000;
/** Samples that wait for the next batch: the newest of each port, and of all ports. */
const MAX_SAMPLES = { port: 20, all: 500 };
const FORMAT = 1;

interface Saved {
  readonly format: number;
  readonly drops: SavedCounts;
  readonly rules: SavedCounts;
}

/** Tells the owner what was dropped and what rules have let pass: differences that survive a restart of the agent. */
export class TrafficReporter {
  private readonly drops: CountBook;
  private readonly rules: CountBook;
  private readonly samples: DropSample[] = [];
  private cancel: (() => void) | null = null;
  private stopped = false;
  private saved = '';

  constructor(
    private readonly transport: AgentTransport,
    private readonly options: { readonly host: string; readonly stateDir: string },
    private readonly clock: Clock,
    private readonly read: () => FilterCounts | null,
    /** The port of a device; undefined: none of ours. */
    private readonly portOf: (device: string) => string | undefined,
  ) {
    const saved = load(this.file);
    this.drops = new CountBook(saved?.drops);
    this.rules = new CountBook(saved?.rules);
  }

  start(): void {
    this.next(INTERVAL_MS);
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  /** A packet was dropped. The newest are kept, and of no port more than its share. */
  sample(sample: DropSample): void {
    const same = this.samples.filter(({ port }) => port === sample.port);
    const [oldest] = same.length >= MAX_SAMPLES.port ? same : this.samples;
    const full = same.length >= MAX_SAMPLES.port || this.samples.length >= MAX_SAMPLES.all;
    if (full) this.samples.splice(this.samples.indexOf(oldest!), 1);
    this.samples.push(sample);
  }

  private next(ms: number): void {
    if (this.stopped) return;
    this.cancel = this.clock.after(ms, () => void this.tell());
  }

  private async tell(): Promise<void> {
    const began = performance.now();
    try {
      const counts = this.read();
      if (counts) await this.send(counts, performance.now() - began);
      else this.next(INTERVAL_MS);
    } catch (error) {
      log.warn({ err: error }, 'counts were not acknowledged, they will be sent again');
      this.next(INTERVAL_MS);
    }
  }

  private async send(counts: FilterCounts, spent: number): Promise<void> {
    const drops = this.drops.take(this.dropCounts(counts));
    const rules = this.rules.take(new Map(counts.rules.map(({ id, packets, bytes }) => [id, [packets, bytes]])));
    // Before it is sent: what was said once is said again in the same words, by whoever comes after us.
    this.save();
    const { host } = this.options;
    const samples = this.samples.slice();
    if (drops || samples.length > 0) {
      await this.transport.request(dropSubject(host), dropBatch(host, samples, drops), { deadlineMs: DEADLINE_MS });
      this.samples.splice(0, samples.length);
      if (drops) this.drops.acknowledge(drops);
    }
    if (rules) {
      const subject = reportSubject('fwaas', host);
      await this.transport.request(subject, ruleBatch(host, rules), { deadlineMs: DEADLINE_MS });
      this.rules.acknowledge(rules);
    }
    this.save();
    this.next(Math.max(INTERVAL_MS, spent * SHARE));
  }

  private dropCounts({ drops }: FilterCounts): Map<string, Count> {
    return new Map(
      drops.flatMap(({ device, reason, packets }) => {
        const port = this.portOf(device);
        return port === undefined ? [] : [[`${port} ${reason}`, [packets]] as const];
      }),
    );
  }

  private get file(): string {
    return join(this.options.stateDir, 'counts.json');
  }

  private save(): void {
    const text = JSON.stringify({ format: FORMAT, drops: this.drops.save(), rules: this.rules.save() } satisfies Saved);
    if (text === this.saved) return;
    writeFileSync(`${this.file}.new`, text, { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
    this.saved = text;
  }
}

/** Null: there is none, or one that is not to be understood. Then all that the kernel has counted is told (once more). */
function load(file: string): Saved | null {
  try {
    const saved = JSON.parse(readFileSync(file, 'utf8')) as Saved;
    return saved.format === FORMAT ? saved : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn({ err: error, file }, 'counts on disk are dropped');
    return null;
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
