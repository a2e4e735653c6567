import {
  dhcpAssignmentFact,
  groupMemberFact,
  networkFact,
  networkPortFact,
  nodeFact,
  portAssignmentFact,
  qosPolicyFact,
  type FactKey,
  type FactValue,
  parseFactKey,
} from '@weft/contracts';
import type { Database, FactProjection, Tx } from '@weft/persistence';
import { nextGeneration } from '@weft/service-kit';
import type { NetworkRepository } from '../network/network.repository';
import type { NodeRepository } from '../node/node.repository';
import type { QosPolicyRepository } from '../qos/qos-policy.repository';
import { groupMember, portAssignment, portFact, type PortRepository, type PortRow } from '../port/port.repository';

interface Known {
  readonly generation: number;
  readonly value: FactValue;
}

/** The rows of this service as facts: what FACTS must say, for the audit. */
export class IpamProjection implements FactProjection {
  constructor(
    private readonly database: Database,
    private readonly networks: NetworkRepository,
    private readonly ports: PortRepository,
    private readonly nodes: NodeRepository,
    private readonly policies: QosPolicyRepository,
  ) {}

  owns(key: FactKey): boolean {
    return [
      'network',
      'network-port',
      'port-assignment',
      'dhcp-assignment',
      'node',
      'qos-policy',
      'group-member',
    ].includes(key.kind);
  }

  async generations(): Promise<Map<string, number>> {
    const all = new Map<string, number>();
    const read = async <R extends { generation: number }>(text: string, key: (row: R) => string): Promise<void> => {
      for (const row of await this.database.query<R & Record<string, unknown>>(text)) all.set(key(row), row.generation);
    };
    await read<{ id: string; generation: number }>('SELECT id, generation FROM network', ({ id }) =>
      networkFact.key(id),
    );
    await read<{ id: string; network_id: string; generation: number }>(
      'SELECT id, network_id, generation FROM port',
      (row) => networkPortFact.key(row.network_id, row.id),
    );
    await read<{ id: string; host: string; generation: number }>(
      'SELECT id, host, generation FROM port WHERE host IS NOT NULL',
      ({ host, id }) => portAssignmentFact.key(host, id),
    );
    await read<{ network_id: string; host: string; generation: number }>(
      'SELECT network_id, host, generation FROM dhcp_binding',
      (row) => dhcpAssignmentFact.key(row.host, row.network_id),
    );
    await read<{ host: string; generation: number }>('SELECT host, generation FROM node', ({ host }) =>
      nodeFact.key(host),
    );
    await read<{ id: string; generation: number }>('SELECT id, generation FROM qos_policy', ({ id }) =>
      qosPolicyFact.key(id),
    );
    await read<{ group_id: string; id: string; generation: number }>(
      'SELECT g AS group_id, id, generation FROM port, unnest(security_groups) g',
      (row) => groupMemberFact.key(row.group_id, row.id),
    );
    return all;
  }

  async republish(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const parsed = parseFactKey(key);
      if (!parsed) continue;
      await this.database.transaction(async (tx) => {
        const known = await this.present(tx, parsed);
        tx.fact(key, known ?? { generation: await nextGeneration(tx), value: null });
      });
    }
  }

  /** The fact as its row says it, the row locked; null: there is no such row. */
  private async present(tx: Tx, key: FactKey): Promise<Known | null> {
    switch (key.kind) {
      case 'network':
        return (await this.networks.lockForChange(tx, key.network))
          ? (await this.networks.facts(tx, [key.network]))[0]!
          : null;
      case 'network-port': {
        const port = await this.port(tx, key.port);
        return port?.network_id === key.network ? { generation: port.generation, value: portFact(port) } : null;
      }
      case 'port-assignment': {
        const port = await this.port(tx, key.port);
        return port?.host === key.host ? { generation: port.generation, value: portAssignment(port) } : null;
      }
      case 'dhcp-assignment': {
        const [row] = await tx.query<{ port_id: string; generation: number }>(
          'SELECT port_id, generation FROM dhcp_binding WHERE network_id = $1 AND host = $2 FOR UPDATE',
          [key.network, key.host],
        );
        return row ? { generation: row.generation, value: { network: key.network, port: row.port_id } } : null;
      }
      case 'node':
        return this.nodes.fact(tx, key.host);
      case 'qos-policy':
        return this.policies.fact(tx, key.policy);
      case 'group-member': {
        const port = await this.port(tx, key.port);
        if (!port?.security_groups.includes(key.group)) return null;
        return { generation: port.generation, value: groupMember(key.group, port) };
      }
      default:
        // Another service's.
        return null;
    }
  }

  private async port(tx: Tx, id: string): Promise<PortRow | null> {
    const network = await this.ports.networkOf(tx, id);
    if (!network) return null;
    await this.networks.lockForUse(tx, network);
    return this.ports.lock(tx, id);
  }
}
