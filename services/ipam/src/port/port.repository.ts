import { type PortFact } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';

export interface FixedIp {
  readonly subnet_id: string;
  readonly ip_address: string;
}

/** A port as the rules see it. */
export interface PortRow {
  readonly id: string;
  readonly network_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string;
  readonly mac: string;
  readonly admin_state_up: boolean;
  readonly device_id: string;
  readonly device_owner: string;
  readonly status: string;
  readonly host: string | null;
  readonly profile: Record<string, unknown>;
  readonly vnic_type: string;
  readonly fixed_ips: readonly FixedIp[];
  readonly tags: string[];
  readonly generation: number;
  readonly revision_number: number;
}

/** An address under its constraint: subnet, and the address as a number. */
export interface Allocation {
  readonly subnetId: string;
  readonly ip: bigint;
}

const COLUMNS = `id, network_id, project_id, name, description, mac, admin_state_up, device_id, device_owner, status, host,
  profile, vnic_type, fixed_ips, tags, generation, revision_number`;

const networkOf = statement('port-network', 'SELECT network_id FROM port WHERE id = $1');
const lock = statement('port-lock', `SELECT ${COLUMNS} FROM port WHERE id = $1 FOR UPDATE`);
const insert = statement(
  'port-insert',
  `WITH made AS (
     INSERT INTO port (id, network_id, project_id, name, description, mac, admin_state_up, device_id, device_owner, host,
       profile, vnic_type, fixed_ips, tags)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT ON CONSTRAINT port_mac DO NOTHING RETURNING id, generation),
   given AS (
     INSERT INTO ip_allocation (subnet_id, ip, port_id)
     SELECT a.subnet, a.ip, made.id FROM made, unnest($15::uuid[], $16::numeric[]) AS a (subnet, ip))
   SELECT generation FROM made`,
);
const update = statement(
  'port-update',
  `UPDATE port SET name = $2, description = $3, mac = $4, admin_state_up = $5, device_id = $6, device_owner = $7, host = $8,
     profile = $9, vnic_type = $10, fixed_ips = $11,
     generation = CASE WHEN $12 THEN nextval('generation') ELSE generation END,
     revision_number = revision_number + 1, updated_at = now()
   WHERE id = $1 RETURNING ${COLUMNS}`,
);
const remove = statement(
  'port-delete',
  `WITH gone AS (DELETE FROM port WHERE id = $1) DELETE FROM dhcp_binding WHERE port_id = $1 RETURNING host`,
);
const give = statement(
  'port-give',
  `INSERT INTO ip_allocation (subnet_id, ip, port_id) SELECT a.subnet, a.ip, $1 FROM unnest($2::uuid[], $3::numeric[]) AS a (subnet, ip)`,
);
const take = statement(
  'port-take',
  `DELETE FROM ip_allocation USING unnest($2::uuid[], $3::numeric[]) AS a (subnet, ip)
   WHERE port_id = $1 AND subnet_id = a.subnet AND ip_allocation.ip = a.ip`,
);

export class PortRepository {
  async networkOf(tx: Tx, id: string): Promise<string | null> {
    return (await tx.query<{ network_id: string }>(networkOf, [id]))[0]?.network_id ?? null;
  }

  /** Ids of a network's ports with this owner, in the order in which ports are locked. */
  async ownedBy(tx: Tx, networkId: string, owner: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'SELECT id FROM port WHERE network_id = $1 AND device_owner = $2 ORDER BY id',
      [networkId, owner],
    );
    return rows.map(({ id }) => id);
  }

  async lock(tx: Tx, id: string): Promise<PortRow | null> {
    return (await tx.query<PortRow>(lock, [id]))[0] ?? null;
  }

  /** @returns the generation of its wiring; null: another port of the network has that MAC address */
  async insert(
    tx: Tx,
    port: Omit<PortRow, 'status' | 'generation' | 'revision_number'>,
    allocations: readonly Allocation[],
  ): Promise<number | null> {
    const [made] = await tx.query<{ generation: number }>(insert, [
      ...[port.id, port.network_id, port.project_id, port.name, port.description, port.mac, port.admin_state_up],
      ...[port.device_id, port.device_owner, port.host, JSON.stringify(port.profile), port.vnic_type],
      ...[JSON.stringify(port.fixed_ips), port.tags],
      ...[allocations.map(({ subnetId }) => subnetId), allocations.map(({ ip }) => String(ip))],
    ]);
    return made?.generation ?? null;
  }

  /** Writes the row; with `rewired` nodes must prove it anew. */
  async update(tx: Tx, port: PortRow, rewired: boolean): Promise<PortRow> {
    const [row] = await tx.query<PortRow>(update, [
      ...[
        port.id,
        port.name,
        port.description,
        port.mac,
        port.admin_state_up,
        port.device_id,
        port.device_owner,
        port.host,
      ],
      ...[JSON.stringify(port.profile), port.vnic_type, JSON.stringify(port.fixed_ips), rewired],
    ]);
    return row!;
  }

  /** @returns the hosts that served DHCP through it */
  async delete(tx: Tx, id: string): Promise<string[]> {
    return (await tx.query<{ host: string }>(remove, [id])).map(({ host }) => host);
  }

  async give(tx: Tx, id: string, allocations: readonly Allocation[]): Promise<void> {
    if (allocations.length > 0) await tx.query(give, [id, ...arrays(allocations)]);
  }

  async take(tx: Tx, id: string, allocations: readonly Allocation[]): Promise<void> {
    if (allocations.length > 0) await tx.query(take, [id, ...arrays(allocations)]);
  }

  async isAllocated(tx: Tx, { subnetId, ip }: Allocation): Promise<boolean> {
    const rows = await tx.query('SELECT 1 FROM ip_allocation WHERE subnet_id = $1 AND ip = $2', [subnetId, String(ip)]);
    return rows.length > 0;
  }
}

const arrays = (allocations: readonly Allocation[]): [string[], string[]] => [
  allocations.map(({ subnetId }) => subnetId),
  allocations.map(({ ip }) => String(ip)),
];

/** What nodes are told of a port. */
export const portFact = (port: Omit<PortRow, 'status' | 'generation' | 'revision_number'>): PortFact => ({
  id: port.id,
  network: port.network_id,
  mac: port.mac,
  host: port.host,
  adminStateUp: port.admin_state_up,
  deviceId: port.device_id,
  deviceOwner: port.device_owner,
  projectId: port.project_id,
  addresses: port.fixed_ips.map(({ subnet_id, ip_address }) => ({ subnet: subnet_id, ip: ip_address })),
});
