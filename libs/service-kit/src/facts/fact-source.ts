import { factDefinition, type FactKeyOf, type FactKind, type FactValue } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { nextGeneration } from '../resource/rows';

/**
 * Which facts follow from the rows of one table. Publishing a change, and the audit that compares FACTS with PostgreSQL, both read it, so
 * that they cannot disagree.
 */
export interface FactSource<Row, Kind extends FactKind = FactKind> {
  /** Every fact that follows from a row, by key. */
  of(row: Row): Iterable<readonly [key: string, value: FactValue]>;
  /** SQL per kind: the parts of each key, as columns named as in the kind's pattern, and its `generation`. */
  readonly generations: Readonly<Partial<Record<FactKind, string>>>;
  /**
   * The row that a key follows from, locked as its writers lock it: that orders the facts of one key. Null: there is no such row; a row
   * whose facts do not include the key is ignored.
   */
  lock(tx: Tx, key: FactKeyOf<Kind>): Promise<(Row & { readonly generation: number }) | null>;
}

/**
 * Publishes what a change of a row means: the facts of the new row, and the deletion of those that no longer follow.
 * @param before the row as it was; null: it is new
 * @param after the row as it is; null: it is deleted
 */
export function publishChange<Row>(
  tx: Tx,
  source: Pick<FactSource<Row>, 'of'>,
  before: Row | null,
  after: Row | null,
  generation: number,
): void {
  const current = after === null ? [] : [...source.of(after)];
  if (before !== null)
    for (const [key] of source.of(before))
      if (!current.some(([other]) => other === key)) tx.fact(key, { generation, value: null });
  for (const [key, value] of current) tx.fact(key, { generation, value });
}

/** Publishes the fact of a key as its row is now, or its deletion. */
export async function publishCurrent<Row, Kind extends FactKind>(
  tx: Tx,
  source: FactSource<Row, Kind>,
  key: FactKeyOf<Kind>,
): Promise<void> {
  const name = factDefinition(key.kind).keyOf(key);
  const row = await source.lock(tx, key);
  const value = row && new Map(source.of(row)).get(name);
  tx.fact(name, value ? { generation: row.generation, value } : { generation: await nextGeneration(tx), value: null });
}
