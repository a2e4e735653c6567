import { digestOf, type Fact, parseFactKey, scopeOf, underPrefix } from '@weft/contracts';
import type { OwnerKey, Planner } from '../planners/planner';

export type FactEntry = readonly [key: string, fact: Fact];

/** What a set of changes comes to. */
export interface AppliedChanges {
  /** Owners whose plan may be another one now. */
  readonly owners: ReadonlySet<OwnerKey>;
  /** Keys that were forgotten: nothing is known of them any more, not even a deletion. */
  readonly removed: readonly string[];
}

/** Deletions that are remembered, the newest ones. */
const MAX_TOMBSTONES = 10_000;

/** An owner's kind and id. */
export function ownerOf(key: OwnerKey): { readonly kind: string; readonly id: string } {
  const end = key.indexOf(':');
  return { kind: key.slice(0, end), id: key.slice(end + 1) };
}

/**
 * The node's facts, by key. Pure bookkeeping: planners index each change and say which owners it concerns, and nothing else happens here. A
 * greater generation wins, deletions included; a deletion is remembered, so that an older value that comes late stays dead.
 */
export class FactStore {
  private readonly facts = new Map<string, Fact>();
  /** key → generation of its deletion, oldest first. */
  private readonly tombstones = new Map<string, number>();

  constructor(private readonly planners: readonly Planner[]) {}

  /** @returns the owners concerned; empty: it is not news. */
  put(key: string, fact: Fact): ReadonlySet<OwnerKey> {
    const held = this.facts.get(key) ?? null;
    if (Math.max(held?.generation ?? -1, this.tombstones.get(key) ?? -1) >= fact.generation) return new Set();
    this.tombstones.delete(key);
    if (fact.value === null) {
      this.facts.delete(key);
      this.bury(key, fact.generation);
    } else {
      this.facts.set(key, fact);
    }
    return this.index(key, held, fact.value === null ? null : fact);
  }

  /** Forgets a key altogether. */
  remove(key: string): ReadonlySet<OwnerKey> {
    this.tombstones.delete(key);
    const held = this.facts.get(key);
    if (!held) return new Set();
    this.facts.delete(key);
    return this.index(key, held, null);
  }

  /** Replaces what is held under `reset` by `entries`, and forgets every key that is under none of `prefixes`. */
  applySnapshot(reset: readonly string[], entries: readonly FactEntry[], prefixes: readonly string[]): AppliedChanges {
    const fresh = new Map(entries);
    const covered = (key: string, by: readonly string[]) => by.some((prefix) => underPrefix(key, prefix));
    // The owner's word counts, even where its generation is the smaller one (its database was restored).
    const isStale = (key: string, { generation }: Fact) =>
      covered(key, reset) && (fresh.get(key)?.generation ?? -1) < generation;
    const removed = [...this.facts].flatMap(([key, fact]) =>
      isStale(key, fact) || !covered(key, prefixes) ? [key] : [],
    );
    const owners = new Set(removed.flatMap((key) => [...this.remove(key)]));
    for (const [key, fact] of fresh) {
      if (covered(key, reset)) this.tombstones.delete(key);
      for (const owner of this.put(key, fact)) owners.add(owner);
    }
    return { owners, removed };
  }

  /** Forgets what is under `drop`, then takes the changes. */
  applyDelta(drop: readonly string[], entries: readonly FactEntry[]): AppliedChanges {
    const removed =
      drop.length === 0 ? [] : [...this.facts.keys()].filter((key) => drop.some((prefix) => underPrefix(key, prefix)));
    const owners = new Set(removed.flatMap((key) => [...this.remove(key)]));
    for (const [key, fact] of entries) for (const owner of this.put(key, fact)) owners.add(owner);
    return { owners, removed };
  }

  entries(): IterableIterator<FactEntry> {
    return this.facts.entries();
  }

  get size(): number {
    return this.facts.size;
  }

  /** Prefix → digest of the live facts held of it, for each prefix of which anything is held. */
  digests(): Record<string, string> {
    const held = new Map<string, (readonly [string, number])[]>();
    for (const [key, { generation }] of this.facts) {
      const prefix = scopeOf(key);
      const entries = held.get(prefix);
      if (entries) entries.push([key, generation]);
      else held.set(prefix, [[key, generation]]);
    }
    return Object.fromEntries([...held].map(([prefix, entries]) => [prefix, digestOf(entries)]));
  }

  private bury(key: string, generation: number): void {
    this.tombstones.set(key, generation);
    if (this.tombstones.size <= MAX_TOMBSTONES) return;
    for (const oldest of this.tombstones.keys()) {
      this.tombstones.delete(oldest);
      return;
    }
  }

  private index(key: string, before: Fact | null, after: Fact | null): ReadonlySet<OwnerKey> {
    const parsed = parseFactKey(key);
    const owners = new Set<OwnerKey>();
    // Null: of a kind that a newer control plane knows and this agent does not. It is kept for the digest.
    if (parsed === null) return owners;
    for (const planner of this.planners)
      for (const id of planner.index({ key: parsed, before, after })) owners.add(`${planner.kind}:${id}`);
    return owners;
  }
}
