/**
 * The order in which kinds of objects are applied, as a table: a kind's rank is its place. Creations and changes run up the
 * table, deletions down, so that what is referred to exists before its referrers and dies after them.
 */
export class OrderingTable<K extends string> {
  private readonly rank: ReadonlyMap<K, number>;

  constructor(readonly kinds: readonly K[]) {
    this.rank = new Map(kinds.map((kind, place) => [kind, place]));
    if (this.rank.size !== kinds.length) throw new Error(`ordering table names a kind twice: ${kinds.join(', ')}`);
  }

  forUpdates(): readonly K[] {
    return this.kinds;
  }

  forDeletes(): readonly K[] {
    return [...this.kinds].reverse();
  }

  /** @throws when the table does not know the kind: an unordered kind is a defect, not a default. */
  rankOf(kind: K): number {
    const rank = this.rank.get(kind);
    if (rank === undefined) throw new Error(`no place in the ordering table for ${kind}`);
    return rank;
  }
}
