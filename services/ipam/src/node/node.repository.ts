import { factKey, type Heartbeat } from '@weft/contracts';
import { type Database, statement, type Tx } from '@weft/persistence';
import { alive } from './alive';

// By its agents, not by its own word: one that an operator has deleted comes back with the next heartbeat.
const known = statement(
  'node-known',
  `SELECT host, tunnel_ip, ARRAY(SELECT role FROM agent a WHERE a.host = node.host) AS roles FROM node WHERE host = ANY($1::text[])`,
);
const beat = statement(
  'node-beat',
  `UPDATE node SET heartbeat_at = now(), in_sync = b.in_sync, counts = b.counts, version = b.version, started_at = b.started_at,
     bridge_mappings = b.mappings, availability_zone = b.zone
   FROM unnest($1::text[], $2::boolean[], $3::jsonb[], $4::text[], $5::timestamptz[], $6::jsonb[], $7::text[])
     AS b (host, in_sync, counts, version, started_at, mappings, zone)
   WHERE node.host = b.host`,
);
const candidates = statement(
  'dhcp-candidates',
  `SELECT n.host FROM node n JOIN agent a ON a.host = n.host AND a.role = 'dhcp' AND a.admin_state_up
   WHERE ${alive('n')}
   ORDER BY (SELECT count(*) FROM dhcp_binding b WHERE b.host = n.host), n.host`,
);

interface Known {
  readonly host: string;
  readonly tunnel_ip: string | null;
  readonly roles: string[];
}

/** Nodes as their heartbeats tell of them. */
export class NodeRepository {
  constructor(private readonly database: Database) {}

  /** Takes heartbeats in: one statement for those of known nodes; a new or changed node is told to all. */
  async beat(beats: readonly Heartbeat[]): Promise<void> {
    const rows = await this.database.query<Known & Record<string, unknown>>(known, [beats.map(({ host }) => host)]);
    const nodes = new Map(rows.map((row) => [row.host, row]));
    const steady = beats.filter((heartbeat) => isSame(nodes.get(heartbeat.host), heartbeat));
    const column = <T>(value: (heartbeat: Heartbeat) => T): T[] => steady.map(value);
    if (steady.length > 0) {
      await this.database.query(beat, [
        column(({ host }) => host),
        column(({ inSync }) => inSync),
        column(({ counts }) => JSON.stringify(counts)),
        column(({ version }) => version),
        column(({ startedAt }) => startedAt),
        column(({ bridgeMappings }) => JSON.stringify(bridgeMappings)),
        column(({ availabilityZone }) => availabilityZone),
      ]);
    }
    for (const heartbeat of beats) if (!steady.includes(heartbeat)) await this.register(heartbeat);
  }

  /** Hosts that may serve DHCP now, the least loaded first. */
  async dhcpCandidates(tx: Tx): Promise<string[]> {
    return (await tx.query<{ host: string }>(candidates)).map(({ host }) => host);
  }

  private async register(heartbeat: Heartbeat): Promise<void> {
    const { host, version, tunnelIp, bridgeMappings, roles, availabilityZone, inSync, counts, startedAt } = heartbeat;
    await this.database.transaction(async (tx) => {
      const [row] = await tx.query<{ generation: number }>(
        `INSERT INTO node (host, version, tunnel_ip, bridge_mappings, roles, availability_zone, in_sync, counts, started_at, heartbeat_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
         ON CONFLICT (host) DO UPDATE SET version = $2, tunnel_ip = $3, bridge_mappings = $4, roles = $5, availability_zone = $6,
           in_sync = $7, counts = $8, started_at = $9, heartbeat_at = now(), generation = nextval('generation')
         RETURNING generation`,
        [
          host,
          version,
          tunnelIp,
          JSON.stringify(bridgeMappings),
          roles,
          availabilityZone,
          inSync,
          JSON.stringify(counts),
          startedAt,
        ],
      );
      await tx.query(
        `INSERT INTO agent (id, host, role) SELECT gen_random_uuid(), $1, r FROM unnest($2::text[]) r ON CONFLICT (host, role) DO NOTHING`,
        [host, roles],
      );
      await tx.query('DELETE FROM agent WHERE host = $1 AND NOT role = ANY($2::text[])', [host, roles]);
      const value = tunnelIp === null ? null : { host, address: tunnelIp };
      tx.fact(factKey.vtep(host), { generation: row!.generation, value });
    });
  }
}

const isSame = (node: Known | undefined, { tunnelIp, roles }: Heartbeat): boolean =>
  node !== undefined && node.tunnel_ip === tunnelIp && [...node.roles].sort().join() === [...roles].sort().join();
