import { Injectable } from '@nestjs/common';
import { Cidr } from '@weft/net';
import { statement, type Tx } from '@weft/persistence';
import { around, buddies, grow, head, remainder } from './prefix-blocks';

// In order of their ids, as everybody does who needs several.
const lock = statement('prefix-lock', 'SELECT 1 FROM subnet_pool WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE');
const fit = statement(
  'prefix-fit',
  `SELECT prefix::text FROM free_prefix WHERE pool = $1 AND masklen(prefix) <= $2
   ORDER BY masklen(prefix) DESC, prefix LIMIT 1`,
);
const among = statement(
  'prefix-among',
  'SELECT prefix::text FROM free_prefix WHERE pool = $1 AND prefix = ANY($2::cidr[])',
);
const remove = statement('prefix-remove', 'DELETE FROM free_prefix WHERE pool = $1 AND prefix = ANY($2::cidr[])');
const insert = statement('prefix-insert', 'INSERT INTO free_prefix (pool, prefix) SELECT $1, unnest($2::cidr[])');
const clear = statement('prefix-clear', 'DELETE FROM free_prefix WHERE pool = $1');

/**
 * Hands out prefixes of a pool. What is free are rows, always the fewest prefixes that hold it: taking one cuts the smallest block that
 * fits in halves down to it, giving it back joins the halves again. The cost depends on the length of addresses, not on the pool or its
 * subnets. Blocks of one pool are joined and cut under the pool's lock, by one at a time. What is given out must also stand under the
 * exclusion constraint of subnets: that is the proof.
 */
@Injectable()
export class PrefixAllocator {
  /** Keeps everybody else from what these pools have. */
  async lock(tx: Tx, pools: readonly string[]): Promise<void> {
    if (pools.length > 0) await tx.query(lock, [pools]);
  }

  /** Any free prefix of that length; null: none is long enough. The pool must be locked. */
  async take(tx: Tx, pool: string, prefixLength: number): Promise<Cidr | null> {
    const [row] = await tx.query<{ prefix: string }>(fit, [pool, prefixLength]);
    if (!row) return null;
    const block = Cidr.parse(row.prefix)!;
    return this.cut(tx, pool, block, head(block, prefixLength));
  }

  /** This prefix; false: it is not free, or not all of it. The pool must be locked. */
  async claim(tx: Tx, pool: string, cidr: Cidr): Promise<boolean> {
    const [block] = await this.free(tx, pool, around(cidr));
    if (!block) return false;
    await this.cut(tx, pool, block, cidr);
    return true;
  }

  /** Gives a prefix back that was taken. The pool must be locked. */
  async release(tx: Tx, pool: string, cidr: Cidr): Promise<void> {
    const free = new Set((await this.free(tx, pool, buddies(cidr))).map(String));
    const { grown, swallowed } = grow(cidr, (block) => free.has(String(block)));
    if (swallowed.length > 0) await tx.query(remove, [pool, swallowed.map(String)]);
    await tx.query(insert, [pool, [String(grown)]]);
  }

  /** Makes these what is free, in place of what was. The pool must be locked. */
  async define(tx: Tx, pool: string, free: readonly Cidr[]): Promise<void> {
    await tx.query(clear, [pool]);
    await tx.query(insert, [pool, free.map(String)]);
  }

  private async free(tx: Tx, pool: string, candidates: readonly Cidr[]): Promise<Cidr[]> {
    const rows = await tx.query<{ prefix: string }>(among, [pool, candidates.map(String)]);
    return rows.map(({ prefix }) => Cidr.parse(prefix)!);
  }

  private async cut(tx: Tx, pool: string, block: Cidr, taken: Cidr): Promise<Cidr> {
    await tx.query(remove, [pool, [String(block)]]);
    await tx.query(insert, [pool, remainder(block, taken).map(String)]);
    return taken;
  }
}
