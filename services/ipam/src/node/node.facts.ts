import { nodeFact } from '@weft/contracts';
import { statement } from '@weft/persistence';
import type { FactSource } from '@weft/service-kit';

export interface NodeFactRow {
  readonly [column: string]: unknown;
  readonly host: string;
  readonly tunnel_ip: string | null;
  readonly physical_networks: readonly string[];
  readonly generation: number;
}

/** Columns of a {@link NodeFactRow}. */
export const NODE_FACT_COLUMNS =
  'host, generation, tunnel_ip, ARRAY(SELECT jsonb_object_keys(bridge_mappings) ORDER BY 1) AS physical_networks';

const lock = statement('node-fact', `SELECT ${NODE_FACT_COLUMNS} FROM node WHERE host = $1 FOR UPDATE`);

/** A node, for all others. */
export const nodeFacts: FactSource<NodeFactRow, 'node'> = {
  *of({ host, tunnel_ip: tunnelIp, physical_networks: physicalNetworks }) {
    yield [nodeFact.key(host), { host, tunnelIp, physicalNetworks }];
  },
  generations: { node: 'SELECT host, generation FROM node' },
  async lock(tx, { host }) {
    return (await tx.query<NodeFactRow>(lock, [host]))[0] ?? null;
  },
};
