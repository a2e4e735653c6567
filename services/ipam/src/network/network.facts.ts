import { type FactKeyOf, networkFact, type NetworkFact, type SubnetFact } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';
import type { FactSource } from '@weft/service-kit';

interface FactRow {
  readonly [column: string]: unknown;
  readonly generation: number;
  readonly fact: Omit<NetworkFact, 'subnets'>;
  readonly subnets: SubnetFact[];
}

export interface NetworkFactRow {
  readonly generation: number;
  readonly value: NetworkFact;
}

const lock = statement('network-facts-lock', 'SELECT 1 FROM network WHERE id = $1 FOR UPDATE');
const facts = statement(
  'network-facts',
  `SELECT n.generation,
     json_build_object('id', n.id, 'projectId', n.project_id, 'adminStateUp', n.admin_state_up, 'mtu', n.mtu,
       'dnsDomain', rtrim(COALESCE(NULLIF(n.dns_domain, ''), $2), '.'),
       'segments', (SELECT json_agg(json_build_object('id', g.id, 'type', g.network_type,
           'physicalNetwork', g.physical_network, 'segmentationId', g.segmentation_id) ORDER BY g.segment_index)
         FROM segment g WHERE g.network_id = n.id)) AS fact,
     COALESCE((SELECT json_agg(json_build_object('id', s.id, 'segmentId', s.segment_id, 'ipVersion', s.ip_version,
         'cidr', s.cidr, 'gatewayIp', s.gateway_ip, 'enableDhcp', s.enable_dhcp, 'dnsNameservers', s.dns_nameservers,
         'hostRoutes', s.host_routes, 'ipv6RaMode', s.ipv6_ra_mode, 'ipv6AddressMode', s.ipv6_address_mode)
         ORDER BY s.created_at, s.id) FROM subnet s WHERE s.network_id = n.id), '[]') AS subnets
   FROM network n WHERE n.id = $1`,
);

/** A network with its segments and subnets. */
export class NetworkFacts implements FactSource<NetworkFactRow, 'network'> {
  readonly generations = { network: 'SELECT id AS network, generation FROM network' };

  /** @param dnsDomain of networks that have none */
  constructor(private readonly dnsDomain: string) {}

  *of({ value }: NetworkFactRow): Iterable<readonly [string, NetworkFact]> {
    yield [networkFact.key(value.id), value];
  }

  async lock(tx: Tx, { network }: FactKeyOf<'network'>): Promise<NetworkFactRow | null> {
    await tx.query(lock, [network]);
    return this.read(tx, network);
  }

  /** As its rows are now; null: there is no such network. */
  async read(tx: Tx, id: string): Promise<NetworkFactRow | null> {
    const [row] = await tx.query<FactRow>(facts, [id, this.dnsDomain]);
    return row ? { generation: row.generation, value: { ...row.fact, subnets: row.subnets } } : null;
  }
}
