import type { NetworkFact, SubnetFact } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';
import type { NetworkType } from '../segment/segment-type';

/** A network as the rules see it. */
export interface NetworkRow {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string;
  readonly admin_state_up: boolean;
  readonly shared: boolean;
  readonly mtu: number;
  readonly tags: string[];
  readonly revision_number: number;
  readonly network_type: NetworkType;
  readonly physical_network: string | null;
  readonly segmentation_id: number | null;
}

export interface NewNetwork {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string;
  readonly adminStateUp: boolean;
  readonly shared: boolean;
  readonly mtu: number;
}

interface FactRow {
  readonly id: string;
  readonly generation: number;
  readonly fact: Omit<NetworkFact, 'subnets' | 'dnsDomain'>;
  readonly subnets: SubnetFact[];
}

const byId = (lock: string) => `
  SELECT n.id, n.project_id, n.name, n.description, n.admin_state_up, n.shared, n.mtu, n.tags, n.revision_number,
         g.network_type, g.physical_network, g.segmentation_id
  FROM network n JOIN segment g ON g.network_id = n.id WHERE n.id = $1 FOR ${lock} OF n`;

const lockForUse = statement('network-use', byId('KEY SHARE'));
const lockForChange = statement('network-change', byId('UPDATE'));
const insert = statement(
  'network-insert',
  `WITH made AS (
     INSERT INTO network (id, project_id, name, description, admin_state_up, shared, mtu)
     VALUES ($1, $2, $3, $4, $5, $6, $7))
   INSERT INTO segment (id, network_id, network_type, physical_network, segmentation_id)
   VALUES (gen_random_uuid(), $1, $8, $9, $10)`,
);
const facts = statement(
  'network-facts',
  `SELECT n.id, n.generation,
     json_build_object('id', n.id, 'projectId', n.project_id, 'adminStateUp', n.admin_state_up, 'mtu', n.mtu,
       'segment', json_build_object('type', g.network_type, 'physicalNetwork', g.physical_network,
         'segmentationId', g.segmentation_id)) AS fact,
     COALESCE((SELECT json_agg(json_build_object('id', s.id, 'ipVersion', s.ip_version, 'cidr', s.cidr,
         'gatewayIp', s.gateway_ip, 'enableDhcp', s.enable_dhcp, 'dnsNameservers', s.dns_nameservers,
         'hostRoutes', s.host_routes, 'ipv6RaMode', s.ipv6_ra_mode, 'ipv6AddressMode', s.ipv6_address_mode)
         ORDER BY s.created_at, s.id) FROM subnet s WHERE s.network_id = n.id), '[]') AS subnets
   FROM network n JOIN segment g ON g.network_id = n.id WHERE n.id = ANY($1::uuid[])`,
);

export class NetworkRepository {
  constructor(private readonly dnsDomain: string) {}

  /** Keeps the network and its set of subnets as they are until the transaction ends; others may use it, too. */
  async lockForUse(tx: Tx, id: string): Promise<NetworkRow | null> {
    return (await tx.query<NetworkRow>(lockForUse, [id]))[0] ?? null;
  }

  /** Waits until nobody uses the network, and keeps everybody off it. */
  async lockForChange(tx: Tx, id: string): Promise<NetworkRow | null> {
    return (await tx.query<NetworkRow>(lockForChange, [id]))[0] ?? null;
  }

  async insert(
    tx: Tx,
    network: NewNetwork,
    segment: { networkType: string; physicalNetwork: string | null; segmentationId: number | null },
  ): Promise<void> {
    const { id, projectId, name, description, adminStateUp, shared, mtu } = network;
    const { networkType, physicalNetwork, segmentationId } = segment;
    await tx.query(insert, [
      ...[id, projectId, name, description, adminStateUp, shared, mtu],
      ...[networkType, physicalNetwork, segmentationId],
    ]);
  }

  async update(tx: Tx, { id, name, description, admin_state_up, shared, mtu }: NetworkRow): Promise<void> {
    await tx.query(
      `UPDATE network SET name = $2, description = $3, admin_state_up = $4, shared = $5, mtu = $6,
         generation = nextval('generation'), revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
      [id, name, description, admin_state_up, shared, mtu],
    );
  }

  /** The subnets of the network have changed: a later generation, a later revision. */
  async touch(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `UPDATE network SET generation = nextval('generation'), revision_number = revision_number + 1, updated_at = now()
       WHERE id = $1`,
      [id],
    );
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('DELETE FROM network WHERE id = $1', [id]);
  }

  /** The facts of these networks as their rows are now. */
  async facts(tx: Tx, ids: readonly string[]): Promise<{ id: string; generation: number; value: NetworkFact }[]> {
    const rows = await tx.query<FactRow>(facts, [ids]);
    return rows.map(({ id, generation, fact, subnets }) => ({
      id,
      generation,
      value: { ...fact, subnets, dnsDomain: this.dnsDomain },
    }));
  }
}
