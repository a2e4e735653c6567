import { Injectable } from '@nestjs/common';
import { shard, type Range } from '@weft/net';
import { statement, type Tx } from '@weft/persistence';

/** Ranges that a new pool is cut into: as many allocators at once meet no lock. */
const SHARDS = 16;

const takeFree = (lock: 'SKIP LOCKED' | '') => `
  WITH taken AS (
    SELECT first, last FROM free_range WHERE pool = $1 ORDER BY last LIMIT 1 FOR UPDATE ${lock}),
  shrunk AS (
    UPDATE free_range f SET first = f.first + 1 FROM taken t
    WHERE f.pool = $1 AND f.last = t.last AND t.first < t.last),
  emptied AS (
    DELETE FROM free_range f USING taken t WHERE f.pool = $1 AND f.last = t.last AND t.first = t.last)
  SELECT first FROM taken`;

const takeUnlocked = statement('range-take', takeFree('SKIP LOCKED'));
const takeWaiting = statement('range-take-wait', takeFree(''));
// As many ranges as are needed if each held one number only; what was locked for nothing is free again at commit.
const takeSeveral = statement(
  'range-take-several',
  `WITH locked AS (
     SELECT first, last FROM free_range WHERE pool = $1 ORDER BY last LIMIT $2 FOR UPDATE SKIP LOCKED),
   summed AS (
     SELECT first, last, sum(last - first + 1) OVER (ORDER BY last) - (last - first + 1) AS before FROM locked),
   used AS (
     SELECT first, last, LEAST(last, first + ($2 - before) - 1) AS until FROM summed WHERE before < $2),
   shrunk AS (
     UPDATE free_range f SET first = u.until + 1 FROM used u WHERE f.pool = $1 AND f.last = u.last AND u.until < u.last),
   emptied AS (
     DELETE FROM free_range f USING used u WHERE f.pool = $1 AND f.last = u.last AND u.until = u.last)
   SELECT first, until AS last FROM used ORDER BY first`,
);
const countFree = statement('range-any', 'SELECT 1 FROM free_range WHERE pool = $1 LIMIT 1');
const around = (lock: 'FOR UPDATE' | '') => `
  SELECT first, last FROM free_range
  WHERE pool = $1 AND first <= $2
    AND last = (SELECT last FROM free_range WHERE pool = $1 AND last >= $2 ORDER BY last LIMIT 1) ${lock}`;
const lockAround = statement('range-around', around('FOR UPDATE'));
const seeAround = statement('range-around-any', around(''));
const remove = statement('range-remove', 'DELETE FROM free_range WHERE pool = $1 AND last = $2');
const insert = statement(
  'range-insert',
  'INSERT INTO free_range (pool, first, last) SELECT $1, * FROM unnest($2::numeric[], $3::numeric[]) ON CONFLICT DO NOTHING',
);
const clear = statement('range-clear', 'DELETE FROM free_range WHERE pool = $1');

interface Row {
  first: string;
  last: string;
}

/**
 * Hands out numbers of a pool, each once, in time that depends neither on the pool's size nor on its fill. The pool's free ranges
 * are rows; an allocation takes the first number of a range that nobody has locked, so transactions that run at once do not wait
 * for each other. What it gives out must also stand under a unique constraint of the caller's: that is the proof.
 */
@Injectable()
export class RangeAllocator {
  /** Takes any free number; null: the pool is spent. */
  async take(tx: Tx, pool: string): Promise<bigint | null> {
    const [row] = await tx.query<Row>(takeUnlocked, [pool]);
    if (row) return BigInt(row.first);
    // All that is left is locked by others, who may yet roll back: wait for them before saying that nothing is free.
    for (;;) {
      const [waited] = await tx.query<Row>(takeWaiting, [pool]);
      if (waited) return BigInt(waited.first);
      // The row that was waited for is gone, which the statement sees as none at all.
      if (await this.isSpent(tx, pool)) return null;
    }
  }

  /** Takes that many free numbers, or as many as there are. */
  async takeSeveral(tx: Tx, pool: string, count: number): Promise<bigint[]> {
    const ranges = count > 1 ? await tx.query<Row>(takeSeveral, [pool, count]) : [];
    const taken = ranges.flatMap(({ first, last }) => numbersOf(BigInt(first), BigInt(last)));
    while (taken.length < count) {
      const one = await this.take(tx, pool);
      if (one === null) break;
      taken.push(one);
    }
    return taken;
  }

  /** Whether nothing is free, as far as is committed. */
  async isSpent(tx: Tx, pool: string): Promise<boolean> {
    return (await tx.query(countFree, [pool])).length === 0;
  }

  /** Takes the lowest free number: for servers, whose addresses people expect at the start. */
  async takeLowest(tx: Tx, pool: string): Promise<bigint | null> {
    const [row] = await tx.query<Row>(takeWaiting, [pool]);
    return row ? BigInt(row.first) : this.take(tx, pool);
  }

  /** Takes one number out of what is free; one that lies outside the pool's ranges or is given out already changes nothing. */
  async claim(tx: Tx, pool: string, value: bigint): Promise<void> {
    const row = await this.rangeAround(tx, pool, value);
    if (!row) return;
    const parts = [
      { first: BigInt(row.first), last: value - 1n },
      { first: value + 1n, last: BigInt(row.last) },
    ].filter(({ first, last }) => first <= last);
    await tx.query(remove, [pool, row.last]);
    await this.add(tx, pool, parts);
  }

  /** Gives numbers back. The caller knows that they are of the pool. */
  release(tx: Tx, pool: string, values: readonly bigint[]): Promise<void> {
    return this.add(
      tx,
      pool,
      values.map((value) => ({ first: value, last: value })),
    );
  }

  /** Makes a pool of these ranges, in place of what it was. */
  async define(tx: Tx, pool: string, ranges: readonly Range[]): Promise<void> {
    await this.drop(tx, pool);
    await this.add(tx, pool, shard(ranges, SHARDS));
  }

  async drop(tx: Tx, pool: string): Promise<void> {
    await tx.query(clear, [pool]);
  }

  /** The free range that the number is in, locked. */
  private async rangeAround(tx: Tx, pool: string, value: bigint): Promise<Row | null> {
    for (;;) {
      const [row] = await tx.query<Row>(lockAround, [pool, String(value)]);
      if (row) return row;
      // Another claim may have split the range while this one waited for it: its parts are rows that the statement did not see.
      if ((await tx.query(seeAround, [pool, String(value)])).length === 0) return null;
    }
  }

  private async add(tx: Tx, pool: string, ranges: readonly Range[]): Promise<void> {
    if (ranges.length === 0) return;
    await tx.query(insert, [pool, ranges.map(({ first }) => String(first)), ranges.map(({ last }) => String(last))]);
  }
}

const numbersOf = (first: bigint, last: bigint): bigint[] =>
  Array.from({ length: Number(last - first) + 1 }, (_, i) => first + BigInt(i));
