import { Injectable } from '@nestjs/common';
import type { Heartbeat } from '@weft/contracts';
import { Database, statement } from '@weft/persistence';
import { publishCurrent } from '@weft/service-kit';
import { nodeFacts } from './node.facts';
import { TunnelAddressRegistry, type Tunnels } from './tunnel-address.registry';

// By its agents, not by its own word: one that an operator has deleted comes back with the next heartbeat.
const known = statement(
  'node-known',
  `SELECT host, tunnel_ip, bridge_mappings, ARRAY(SELECT role FROM agent a WHERE a.host = node.host) AS roles FROM node WHERE host = ANY($1::text[])`,
);
const beat = statement(
  'node-beat',
  `UPDATE node SET heartbeat_at = now(), in_sync = b.in_sync, counts = b.counts, version = b.version, started_at = b.started_at,
     bridge_mappings = b.mappings, availability_zone = b.zone, capabilities = b.capabilities
   FROM unnest($1::text[], $2::boolean[], $3::jsonb[], $4::text[], $5::timestamptz[], $6::jsonb[], $7::text[], $8::jsonb[])
     AS b (host, in_sync, counts, version, started_at, mappings, zone, capabilities)
   WHERE node.host = b.host`,
);
interface Known {
  readonly host: string;
  readonly tunnel_ip: string | null;
  readonly bridge_mappings: Readonly<Record<string, string>>;
  readonly roles: string[];
}

/** Nodes as their heartbeats tell of them. */
@Injectable()
export class NodeRepository {
  private readonly tunnels = new TunnelAddressRegistry();

  constructor(private readonly database: Database) {}

  /** Takes heartbeats in: one statement for those of known nodes; a new or changed node is told to all. */
  async beat(heard: readonly Heartbeat[]): Promise<void> {
    const rows = await this.database.query<Known & Record<string, unknown>>(known, [heard.map(({ host }) => host)]);
    const nodes = new Map(rows.map((row) => [row.host, row]));
    const beats = await this.tunnels.settle(this.database, heard, nodes);
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
        column(({ capabilities }) => JSON.stringify(capabilities ?? {})),
      ]);
    }
    for (const heartbeat of beats) if (!steady.includes(heartbeat)) await this.register(heartbeat, nodes);
  }

  private async register(heartbeat: Heartbeat, nodes: Tunnels): Promise<void> {
    const { host, version, bridgeMappings, roles, availabilityZone, inSync, counts, startedAt } = heartbeat;
    await this.database.transaction(async (tx) => {
      const { tunnelIp } = await this.tunnels.take(tx, heartbeat, nodes);
      await tx.query(
        `INSERT INTO node (host, version, tunnel_ip, bridge_mappings, roles, availability_zone, in_sync, counts, started_at, capabilities, heartbeat_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())
         ON CONFLICT (host) DO UPDATE SET version = $2, tunnel_ip = $3, bridge_mappings = $4, roles = $5, availability_zone = $6,
           in_sync = $7, counts = $8, started_at = $9, capabilities = $10, heartbeat_at = now(), generation = nextval('generation')`,
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
          JSON.stringify(heartbeat.capabilities ?? {}),
        ],
      );
      await tx.query(
        `INSERT INTO agent (id, host, role) SELECT gen_random_uuid(), $1, r FROM unnest($2::text[]) r ON CONFLICT (host, role) DO NOTHING`,
        [host, roles],
      );
      await tx.query('DELETE FROM agent WHERE host = $1 AND NOT role = ANY($2::text[])', [host, roles]);
      await publishCurrent(tx, nodeFacts, { kind: 'node', host });
    });
  }
}

const isSame = (node: Known | undefined, { tunnelIp, bridgeMappings, roles }: Heartbeat): boolean =>
  node !== undefined &&
  node.tunnel_ip === tunnelIp &&
  sameSet(node.roles, roles) &&
  sameSet(Object.keys(node.bridge_mappings), Object.keys(bridgeMappings));

const sameSet = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join();
