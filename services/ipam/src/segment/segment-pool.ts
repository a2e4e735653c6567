import { inRange, type Range, withoutValue } from '@weft/net';
import type { Database } from '@weft/persistence';
import type { RangeAllocator } from '../allocation/range-allocator';
import { parseRanges } from './parse-ranges';
import { VNI_POOL } from './segment-type';

/** Makes the pool of VNIs follow its configuration: ids in use stay in use, whatever the ranges say now. */
export async function defineVniPool(database: Database, ranges: RangeAllocator, configured: string): Promise<void> {
  const wanted = parseRanges(configured, 0xffffffn);
  await database.transaction(async (tx) => {
    await tx.query('LOCK TABLE segment_pool IN EXCLUSIVE MODE');
    const [known] = await tx.query<{ ranges: string }>('SELECT ranges FROM segment_pool WHERE pool = $1', [VNI_POOL]);
    if (known?.ranges === configured) return;
    await tx.query('LOCK TABLE segment IN EXCLUSIVE MODE');
    const used = await tx.query<{ vni: number }>(
      `SELECT segmentation_id AS vni FROM segment WHERE network_type = 'vxlan' ORDER BY 1`,
    );
    const free = used.reduce<Range[]>(
      (left, { vni }) => (left.some((range) => inRange(range, BigInt(vni))) ? withoutValue(left, BigInt(vni)) : left),
      wanted,
    );
    await ranges.define(tx, VNI_POOL, free);
    await tx.query(
      `INSERT INTO segment_pool (pool, ranges) VALUES ($1, $2) ON CONFLICT (pool) DO UPDATE SET ranges = excluded.ranges`,
      [VNI_POOL, configured],
    );
  });
}
