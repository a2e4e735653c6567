import { statement, type Tx } from '@weft/persistence';
import type { RangeAllocator } from '../allocation/range-allocator';

export interface Pool {
  readonly start: string;
  readonly end: string;
}

/** A subnet as the rules see it. */
export interface SubnetRow {
  readonly id: string;
  readonly network_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string;
  readonly ip_version: 4 | 6;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly enable_dhcp: boolean;
  readonly allocation_pools: readonly Pool[];
  readonly dns_nameservers: readonly string[];
  readonly host_routes: readonly { destination: string; nexthop: string }[];
  readonly ipv6_ra_mode: string | null;
  readonly ipv6_address_mode: string | null;
  readonly segment_id: string | null;
  readonly tags: string[];
  readonly revision_number: number;
}

const COLUMNS = `id, network_id, project_id, name, description, ip_version, cidr::text, gateway_ip, enable_dhcp, allocation_pools,
  dns_nameservers, host_routes, ipv6_ra_mode, ipv6_address_mode, segment_id, tags, revision_number`;

const ofNetwork = statement('subnets', `SELECT ${COLUMNS} FROM subnet WHERE network_id = $1 ORDER BY created_at, id`);
const byId = statement('subnet', `SELECT ${COLUMNS} FROM subnet WHERE id = $1`);

export class SubnetRepository {
  constructor(private readonly ranges: RangeAllocator) {}

  ofNetwork(tx: Tx, networkId: string): Promise<SubnetRow[]> {
    return tx.query<SubnetRow>(ofNetwork, [networkId]);
  }

  async find(tx: Tx, id: string): Promise<SubnetRow | null> {
    return (await tx.query<SubnetRow>(byId, [id]))[0] ?? null;
  }

  async insert(tx: Tx, subnet: Omit<SubnetRow, 'tags' | 'revision_number'>): Promise<void> {
    await tx.query(
      `INSERT INTO subnet (id, network_id, project_id, name, description, ip_version, cidr, gateway_ip, enable_dhcp,
         allocation_pools, dns_nameservers, host_routes, ipv6_ra_mode, ipv6_address_mode, segment_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
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
      ],
    );
  }

  async update(tx: Tx, subnet: SubnetRow): Promise<void> {
    await tx.query(
      `UPDATE subnet SET name = $2, description = $3, gateway_ip = $4, enable_dhcp = $5, allocation_pools = $6,
         dns_nameservers = $7, host_routes = $8, revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
      [
        ...[subnet.id, subnet.name, subnet.description, subnet.gateway_ip, subnet.enable_dhcp],
        ...[subnet.allocation_pools, subnet.dns_nameservers, subnet.host_routes].map((list) => JSON.stringify(list)),
      ],
    );
  }

  /** Addresses given out of a subnet, as numbers. */
  async allocated(tx: Tx, id: string): Promise<bigint[]> {
    const rows = await tx.query<{ ip: string }>('SELECT ip FROM ip_allocation WHERE subnet_id = $1', [id]);
    return rows.map(({ ip }) => BigInt(ip));
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await this.ranges.drop(tx, id);
    await tx.query('DELETE FROM subnet WHERE id = $1', [id]);
  }

  async deleteAll(tx: Tx, networkId: string): Promise<void> {
    for (const { id } of await this.ofNetwork(tx, networkId)) await this.delete(tx, id);
  }
}
