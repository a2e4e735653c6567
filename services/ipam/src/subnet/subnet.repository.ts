import { Injectable } from '@nestjs/common';
import { statement, type Tx } from '@weft/persistence';
import { Cidr } from '@weft/net';
import { PrefixAllocator } from '../allocation/prefix-allocator';
import { RangeAllocator } from '../allocation/range-allocator';
import type { SubnetEntity } from './subnet.entity';

export interface Pool {
  readonly start: string;
  readonly end: string;
}

/** A subnet as the rules see it. */
export type SubnetRow = Readonly<Omit<SubnetEntity, 'created_at' | 'updated_at'>>;

const COLUMNS = `id, network_id, project_id, name, description, ip_version, cidr::text, gateway_ip, enable_dhcp, allocation_pools,
  dns_nameservers, host_routes, ipv6_ra_mode, ipv6_address_mode, segment_id, subnetpool_id, service_types,
  dns_publish_fixed_ip, tags, revision_number`;

const ofNetwork = statement('subnets', `SELECT ${COLUMNS} FROM subnet WHERE network_id = $1 ORDER BY created_at, id`);
const byId = statement('subnet', `SELECT ${COLUMNS} FROM subnet WHERE id = $1`);

@Injectable()
export class SubnetRepository {
  constructor(
    private readonly ranges: RangeAllocator,
    private readonly prefixes: PrefixAllocator,
  ) {}

  ofNetwork(tx: Tx, networkId: string): Promise<SubnetRow[]> {
    return tx.query<SubnetRow>(ofNetwork, [networkId]);
  }

  async find(tx: Tx, id: string): Promise<SubnetRow | null> {
    return (await tx.query<SubnetRow>(byId, [id]))[0] ?? null;
  }

  async insert(tx: Tx, subnet: Omit<SubnetRow, 'tags' | 'revision_number'>): Promise<void> {
    await tx.query(
      `INSERT INTO subnet (id, network_id, project_id, name, description, ip_version, cidr, gateway_ip, enable_dhcp,
         allocation_pools, dns_nameservers, host_routes, ipv6_ra_mode, ipv6_address_mode, segment_id, service_types,
         dns_publish_fixed_ip, subnetpool_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
      [
        ...[
          subnet.id,
          subnet.network_id,
          subnet.project_id,
          subnet.name,
          subnet.description,
          subnet.ip_version,
          subnet.cidr,
        ],
        ...[subnet.gateway_ip, subnet.enable_dhcp, JSON.stringify(subnet.allocation_pools)],
        ...[JSON.stringify(subnet.dns_nameservers), JSON.stringify(subnet.host_routes)],
        ...[subnet.ipv6_ra_mode, subnet.ipv6_address_mode, subnet.segment_id],
        ...[subnet.service_types, subnet.dns_publish_fixed_ip, subnet.subnetpool_id],
      ],
    );
    tx.count('subnet', subnet.project_id, 1);
  }

  async update(tx: Tx, subnet: SubnetRow): Promise<void> {
    await tx.query(
      `UPDATE subnet SET name = $2, description = $3, gateway_ip = $4, enable_dhcp = $5, allocation_pools = $6,
         dns_nameservers = $7, host_routes = $8, segment_id = $9, service_types = $10, dns_publish_fixed_ip = $11,
         revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
      [
        ...[subnet.id, subnet.name, subnet.description, subnet.gateway_ip, subnet.enable_dhcp],
        ...[subnet.allocation_pools, subnet.dns_nameservers, subnet.host_routes].map((list) => JSON.stringify(list)),
        ...[subnet.segment_id, subnet.service_types, subnet.dns_publish_fixed_ip],
      ],
    );
  }

  /** Addresses given out of a subnet, as numbers. */
  async allocated(tx: Tx, id: string): Promise<bigint[]> {
    const rows = await tx.query<{ ip: string }>('SELECT ip FROM ip_allocation WHERE subnet_id = $1', [id]);
    return rows.map(({ ip }) => BigInt(ip));
  }

  /** Makes them a pool's, from which they were not taken. */
  async onboard(tx: Tx, ids: readonly string[], pool: string): Promise<void> {
    await tx.query(
      `UPDATE subnet SET subnetpool_id = $2, revision_number = revision_number + 1, updated_at = now()
       WHERE id = ANY($1::uuid[])`,
      [ids, pool],
    );
  }

  delete(tx: Tx, subnet: SubnetRow): Promise<void> {
    return this.deleteThese(tx, [subnet]);
  }

  async deleteAll(tx: Tx, networkId: string): Promise<void> {
    await this.deleteThese(tx, await this.ofNetwork(tx, networkId));
  }

  /** What they were given goes back to where it was from. */
  private async deleteThese(tx: Tx, subnets: readonly SubnetRow[]): Promise<void> {
    await this.prefixes.lock(
      tx,
      subnets.flatMap(({ subnetpool_id }) => subnetpool_id ?? []),
    );
    for (const { id, project_id, cidr, subnetpool_id } of subnets) {
      await this.ranges.drop(tx, id);
      await tx.query('DELETE FROM subnet WHERE id = $1', [id]);
      if (subnetpool_id !== null) await this.prefixes.release(tx, subnetpool_id, Cidr.parse(cidr)!);
      tx.count('subnet', project_id, -1);
    }
  }
}
