import { randomUUID } from 'node:crypto';

/** Numbers of one counter: packets, and bytes where they are counted. */
export type Count = readonly number[];

/** What was counted since the last batch that was acknowledged. */
export interface CountBatch {
  readonly id: string;
  readonly deltas: Readonly<Record<string, Count>>;
}

export interface SavedCounts {
  readonly base: Readonly<Record<string, Count>>;
  readonly pending: CountBatch | null;
}

/** Counters of one batch, at most: it must fit a message. */
const MAX_DELTAS = 2_000;

/**
 * The kernel's counters only grow; owners want to know by how much, each packet once. A batch is repeated as it was until it is
 * acknowledged; what was counted meanwhile goes into the next. Pure: what it must not forget is saved by somebody else.
 */
export class CounterDeltas {
  private readonly base: Map<string, Count>;
  private pending: CountBatch | null;

  constructor(saved: SavedCounts = { base: {}, pending: null }) {
    this.base = new Map(Object.entries(saved.base));
    this.pending = saved.pending;
  }

  /** @returns the batch to send; null: there is nothing. */
  take(current: ReadonlyMap<string, Count>): CountBatch | null {
    if (this.pending) return this.pending;
    const deltas: Record<string, Count> = {};
    let room = MAX_DELTAS;
    for (const [key, count] of current) {
      const delta = since(this.base.get(key), count);
      if (delta.every((n) => n === 0) || room-- <= 0) continue;
      deltas[key] = delta;
      this.base.set(key, count);
    }
    for (const key of this.base.keys()) if (!current.has(key)) this.base.delete(key);
    if (Object.keys(deltas).length > 0) this.pending = { id: randomUUID(), deltas };
    return this.pending;
  }

  acknowledge(batch: CountBatch): void {
    if (this.pending?.id === batch.id) this.pending = null;
  }

  save(): SavedCounts {
    return { base: Object.fromEntries(this.base), pending: this.pending };
  }
}

/** A counter that is smaller than it was has begun anew. */
function since(base: Count | undefined, now: Count): Count {
  if (!base || now.some((n, i) => n < base[i]!)) return now;
  return now.map((n, i) => n - base[i]!);
}
