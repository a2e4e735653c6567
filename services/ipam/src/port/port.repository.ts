import { Injectable } from '@nestjs/common';
import { statement, type Tx } from '@weft/persistence';
import type { PortEntity } from './port.entity';

export interface FixedIp {
  readonly subnet_id: string;
  readonly ip_address: string;
}

/** A DHCP option of one port; options are told apart by name and family. */
export interface DhcpOption {
  readonly opt_name: string;
  readonly opt_value: string;
  readonly ip_version: 4 | 6;
}

/** A further identity of a port. */
export interface AddressPair {
  /** An address or a CIDR, as the client wrote it. */
  readonly ip_address: string;
  /** Null: whichever the port has. */
  readonly mac_address: string | null;
}

/** A port as the rules see it. */
export type PortRow = Readonly<Omit<PortEntity, 'proven_generation' | 'created_at' | 'updated_at'>>;

/** What is written of a row; the rest the database gives. */
export type StoredPort = Omit<PortRow, 'status' | 'generation' | 'revision_number'>;

/** An address under its constraint: subnet, and the address as a number. */
export interface Allocation {
  readonly subnetId: string;
  readonly ip: bigint;
}

/** Column → type, of what PUT can change. */
const CHANGEABLE = {
  name: 'text',
  description: 'text',
  mac: 'text',
  admin_state_up: 'boolean',
  device_id: 'text',
  device_owner: 'text',
  host: 'text',
  profile: 'jsonb',
  vnic_type: 'text',
  fixed_ips: 'jsonb',
  dns_name: 'text',
  dns_domain: 'text',
  dhcp_options: 'jsonb',
  data_plane_status: 'text',
  ip_allocation: 'text',
  propagate_uplink_status: 'boolean',
  device_profile: 'text',
  hardware_offload_type: 'text',
  numa_affinity_policy: 'text',
  trusted: 'boolean',
  qos_policy_id: 'uuid',
  qos_network_policy_id: 'uuid',
  port_security: 'boolean',
  security_groups: 'uuid[]',
  address_pairs: 'jsonb',
  cluster_pairs: 'jsonb',
  mobile: 'boolean',
  subport: 'jsonb',
} as const;
const STORED = {
  id: 'uuid',
  network_id: 'uuid',
  project_id: 'text',
  ...CHANGEABLE,
  tags: 'text[]',
  counted: 'boolean',
} as const;

const names = (columns: object): string => Object.keys(columns).join(', ');
const typed = (columns: object): string =>
  Object.entries(columns)
    .map(([name, type]) => `${name} ${String(type)}`)
    .join(', ');

const COLUMNS = `${names(STORED)}, status, generation, revision_number`;

/** Nodes must prove it anew. */
const READDRESSED = `generation = nextval('generation'), revision_number = revision_number + 1, updated_at = now()`;

const networkOf = statement('port-network', 'SELECT network_id FROM port WHERE id = $1');
const lock = statement('port-lock', `SELECT ${COLUMNS} FROM port WHERE id = $1 FOR UPDATE`);
const insert = statement(
  'port-insert',
  `WITH made AS (
     INSERT INTO port (${names(STORED)}) SELECT ${names(STORED)} FROM jsonb_to_recordset($1) AS p (${typed(STORED)})
     ON CONFLICT ON CONSTRAINT port_mac DO NOTHING RETURNING id, generation),
   given AS (
     INSERT INTO ip_allocation (subnet_id, ip, port_id)
     SELECT a.subnet, a.ip, made.id FROM made JOIN unnest($2::uuid[], $3::uuid[], $4::numeric[]) AS a (port, subnet, ip) ON a.port = made.id)
   SELECT id, generation FROM made`,
);
const update = statement(
  'port-update',
  `UPDATE port SET (${names(CHANGEABLE)}) = (SELECT ${names(CHANGEABLE)} FROM jsonb_to_record($2) AS p (${typed(CHANGEABLE)})),
     generation = CASE WHEN $3 THEN nextval('generation') ELSE generation END,
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

/** The port, locked for change; its network is to be locked before. Null: there is none. */
export const lockPort = async (tx: Tx, id: string): Promise<PortRow | null> =>
  (await tx.query<PortRow & Record<string, unknown>>(lock, [id]))[0] ?? null;

@Injectable()
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

  readonly lock = lockPort;

  /** @returns id → generation of its wiring; an id is missing where another port of the network has that MAC address */
  async insert(
    tx: Tx,
    ports: readonly (StoredPort & { readonly allocations: readonly Allocation[] })[],
  ): Promise<Map<string, number>> {
    const given = ports.flatMap(({ id, allocations }) => allocations.map((allocation) => ({ id, ...allocation })));
    const made = await tx.query<{ id: string; generation: number }>(insert, [
      JSON.stringify(ports.map(({ allocations: _, ...row }) => row)),
      ...[given.map(({ id }) => id), given.map(({ subnetId }) => subnetId), given.map(({ ip }) => String(ip))],
    ]);
    for (const { project_id, counted } of ports) if (counted) tx.count('port', project_id, 1);
    return new Map(made.map(({ id, generation }) => [id, generation]));
  }

  /** Writes the row; with `rewired` nodes must prove it anew. */
  async update(tx: Tx, port: PortRow, rewired: boolean): Promise<PortRow> {
    const [row] = await tx.query<PortRow & Record<string, unknown>>(update, [port.id, JSON.stringify(port), rewired]);
    return row!;
  }

  /** What was prepared for a host goes: it has become the port's host, or is not wanted any more. */
  async forgetBinding(tx: Tx, id: string, host: string): Promise<void> {
    await tx.query('DELETE FROM port_binding WHERE port_id = $1 AND host = $2', [id, host]);
  }

  /** The policy of their network has changed: the ports that follow it, as they are now. */
  async inheritQos(tx: Tx, networkId: string, policyId: string | null): Promise<PortRow[]> {
    await tx.query('SELECT 1 FROM port WHERE network_id = $1 ORDER BY id FOR UPDATE', [networkId]);
    return tx.query<PortRow & Record<string, unknown>>(
      `UPDATE port SET qos_network_policy_id = $2, generation = nextval('generation')
       WHERE network_id = $1 AND device_owner NOT LIKE 'network:%' RETURNING ${COLUMNS}`,
      [networkId, policyId],
    );
  }

  /** A network's ports that have addresses chosen for them, but for those of these owners. */
  lockAddressed(tx: Tx, networkId: string, but: readonly string[]): Promise<PortRow[]> {
    return tx.query<PortRow & Record<string, unknown>>(
      `SELECT ${COLUMNS} FROM port WHERE network_id = $1 AND ip_allocation = 'immediate' AND device_owner <> ALL($2)
       ORDER BY id FOR UPDATE`,
      [networkId, but],
    );
  }

  /** One more address for each of these ports, in a subnet. @returns the ports, as they are then */
  async giveOwn(tx: Tx, subnetId: string, own: readonly (Allocation & FixedIp & { readonly id: string })[]) {
    if (own.length === 0) return [];
    return tx.query<PortRow & Record<string, unknown>>(
      `WITH own AS (SELECT * FROM unnest($2::uuid[], $3::numeric[], $4::text[]) AS o (port_id, number, text)),
         given AS (INSERT INTO ip_allocation (subnet_id, ip, port_id) SELECT $1, number, port_id FROM own)
       UPDATE port SET fixed_ips = fixed_ips || jsonb_build_array(jsonb_build_object('subnet_id', $1::uuid, 'ip_address', own.text)),
         ${READDRESSED} FROM own WHERE id = own.port_id RETURNING ${COLUMNS}`,
      [
        subnetId,
        ...[own.map(({ id }) => id), own.map(({ ip }) => String(ip)), own.map(({ ip_address }) => ip_address)],
      ],
    );
  }

  /** Takes the addresses of a subnet from the ports that have some, but for those of these owners. */
  takeOwn(tx: Tx, subnetId: string, but: readonly string[]): Promise<PortRow[]> {
    return tx.query<PortRow & Record<string, unknown>>(
      `WITH gone AS (
         DELETE FROM ip_allocation a USING port p WHERE a.subnet_id = $1 AND p.id = a.port_id AND p.device_owner <> ALL($2)
         RETURNING a.port_id)
       UPDATE port SET fixed_ips = (SELECT COALESCE(jsonb_agg(f ORDER BY i), '[]') FROM jsonb_array_elements(fixed_ips)
           WITH ORDINALITY AS e (f, i) WHERE f->>'subnet_id' <> $1::text),
         ${READDRESSED} WHERE id IN (SELECT port_id FROM gone) RETURNING ${COLUMNS}`,
      [subnetId, but],
    );
  }

  /** @returns the hosts that served DHCP through it */
  async delete(tx: Tx, { id, project_id, counted }: PortRow): Promise<string[]> {
    if (counted) tx.count('port', project_id, -1);
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
