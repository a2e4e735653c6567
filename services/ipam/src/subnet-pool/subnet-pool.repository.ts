import { Injectable } from '@nestjs/common';
import type { IpVersion } from '@weft/net';
import { statement, type Tx } from '@weft/persistence';
import { PrefixAllocator } from '../allocation/prefix-allocator';
import { isOpen } from '../sharing/sharing';
import { freeOf, type SubnetPoolRow, UNIT_BITS } from './subnet-pool-plan';

const byIds = statement(
  'subnet-pools',
  `SELECT p.*, ${isOpen('access_as_shared', 'p.id', '$2')} AS shared FROM subnet_pool p WHERE p.id = ANY($1::uuid[])`,
);
const defaultOf = statement('subnet-pool-default', 'SELECT id FROM subnet_pool WHERE is_default AND ip_version = $1');
const subnets = statement('subnet-pool-subnets', 'SELECT cidr::text FROM subnet WHERE subnetpool_id = $1');
const used = statement(
  'subnet-pool-used',
  `SELECT COALESCE(sum(power(2::float8, $3 - masklen(cidr))), 0) AS units FROM subnet
   WHERE subnetpool_id = $1 AND project_id = $2`,
);
const neighbours = statement(
  'subnet-pool-neighbours',
  `SELECT 1 FROM subnet s JOIN subnet o ON o.network_id = s.network_id AND o.ip_version = s.ip_version
     AND o.subnetpool_id IS DISTINCT FROM s.subnetpool_id WHERE s.subnetpool_id = $1 LIMIT 1`,
);

@Injectable()
export class SubnetPoolRepository {
  constructor(private readonly prefixes: PrefixAllocator) {}

  /**
   * These pools, kept from everybody else until the transaction ends; one that is not there is missing.
   * @param project for whom `shared` is told
   */
  async lock(tx: Tx, ids: readonly string[], project: string | null = null): Promise<SubnetPoolRow[]> {
    if (ids.length === 0) return [];
    await this.prefixes.lock(tx, ids);
    // A statement of its own: it sees rows and grants as they are now that nobody changes them.
    return tx.query<SubnetPoolRow & Record<string, unknown>>(byIds, [ids, project]);
  }

  /** The pool for whoever names none. */
  async defaultOf(tx: Tx, version: IpVersion): Promise<string | null> {
    return (await tx.query<{ id: string }>(defaultOf, [version]))[0]?.id ?? null;
  }

  async insert(tx: Tx, pool: Omit<SubnetPoolRow, 'tags' | 'revision_number' | 'shared'>): Promise<void> {
    await tx.query(
      `INSERT INTO subnet_pool (id, project_id, name, description, ip_version, prefixes, min_prefixlen, max_prefixlen,
         default_prefixlen, default_quota, is_default, address_scope_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        ...[pool.id, pool.project_id, pool.name, pool.description, pool.ip_version, pool.prefixes],
        ...[pool.min_prefixlen, pool.max_prefixlen, pool.default_prefixlen, pool.default_quota, pool.is_default],
        pool.address_scope_id,
      ],
    );
    tx.count('subnetpool', pool.project_id, 1);
    await this.prefixes.define(tx, pool.id, freeOf(pool, []));
  }

  async update(tx: Tx, pool: SubnetPoolRow): Promise<void> {
    await tx.query(
      `UPDATE subnet_pool SET name = $2, description = $3, prefixes = $4, min_prefixlen = $5, max_prefixlen = $6,
         default_prefixlen = $7, default_quota = $8, is_default = $9, address_scope_id = $10, revision_number = revision_number + 1,
         updated_at = now() WHERE id = $1`,
      [
        ...[pool.id, pool.name, pool.description, pool.prefixes, pool.min_prefixlen, pool.max_prefixlen],
        ...[pool.default_prefixlen, pool.default_quota, pool.is_default, pool.address_scope_id],
      ],
    );
  }

  /** Makes what is free follow from prefixes and subnets; the pool must be locked. */
  async redefine(tx: Tx, pool: SubnetPoolRow): Promise<void> {
    await this.prefixes.define(tx, pool.id, freeOf(pool, await this.subnets(tx, pool.id)));
  }

  async delete(tx: Tx, { id, project_id }: SubnetPoolRow): Promise<void> {
    await tx.query('DELETE FROM subnet_pool WHERE id = $1', [id]);
    tx.count('subnetpool', project_id, -1);
  }

  /** The prefixes that subnets have of it. */
  async subnets(tx: Tx, id: string): Promise<string[]> {
    return (await tx.query<{ cidr: string }>(subnets, [id])).map(({ cidr }) => cidr);
  }

  /** Whether a network has subnets of it beside others of the same IP version. */
  async hasNeighbours(tx: Tx, id: string): Promise<boolean> {
    return (await tx.query(neighbours, [id])).length > 0;
  }

  /** What a project has of it, in the units of `quotaUnits`. */
  async used(tx: Tx, { id, ip_version }: SubnetPoolRow, project: string): Promise<number> {
    const [row] = await tx.query<{ units: number }>(used, [id, project, UNIT_BITS[ip_version]]);
    return row!.units;
  }
}
