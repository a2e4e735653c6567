import type { DhcpAssignment, Fact, NetworkFact, NodeFact, PortAssignment, PortFact, QosFact } from '@weft/contracts';
import type { FactChange } from '../planner';

/** All that the node knows of one network. */
export interface NetworkView {
  readonly id: string;
  readonly network: Fact<NetworkFact> | null;
  readonly ports: ReadonlyMap<string, Fact<PortFact>>;
  /** Ports of the network which this node hosts. */
  readonly assigned: ReadonlyMap<string, PortAssignment>;
  readonly dhcp: DhcpAssignment | null;
  /** All nodes, by host. */
  readonly nodes: ReadonlyMap<string, NodeFact>;
  /** All QoS policies that this node knows of, by id. */
  readonly policies: ReadonlyMap<string, QosFact>;
}

interface Entry {
  network: Fact<NetworkFact> | null;
  readonly ports: Map<string, Fact<PortFact>>;
  readonly assigned: Map<string, PortAssignment>;
  dhcp: DhcpAssignment | null;
}

/** Facts by the network that they concern. */
export class NetworkIndex {
  private readonly networks = new Map<string, Entry>();
  private readonly nodes = new Map<string, NodeFact>();
  private readonly policies = new Map<string, QosFact>();

  /** @returns the networks concerned */
  apply({ key, before, after }: FactChange): ReadonlySet<string> {
    const value = after?.value ?? null;
    switch (key.kind) {
      case 'node':
        set(this.nodes, key.host, value as NodeFact | null);
        return new Set(this.networks.keys());
      case 'network':
        return this.change(key.network, (entry) => (entry.network = after as Fact<NetworkFact> | null));
      case 'network-port':
        return this.change(key.network, ({ ports }) => set(ports, key.port, after as Fact<PortFact> | null));
      case 'dhcp-assignment':
        return this.change(key.network, (entry) => (entry.dhcp = value as DhcpAssignment | null));
      case 'port-assignment': {
        const old = (before?.value as PortAssignment | undefined)?.network;
        const assignment = value as PortAssignment | null;
        const concerned = new Set<string>();
        if (old && old !== assignment?.network)
          for (const id of this.change(old, ({ assigned }) => assigned.delete(key.port))) concerned.add(id);
        if (assignment)
          for (const id of this.change(assignment.network, ({ assigned }) => assigned.set(key.port, assignment)))
            concerned.add(id);
        return concerned;
      }
      case 'qos-policy':
        set(this.policies, key.policy, value as QosFact | null);
        return this.usersOf(key.policy);
      default:
        return new Set();
    }
  }

  /** The port of this node for which `name` gives this device name. */
  assignedPort(name: (port: string) => string, device: string): string | undefined {
    for (const { assigned } of this.networks.values())
      for (const port of assigned.keys()) if (name(port) === device) return port;
    return undefined;
  }

  view(id: string): NetworkView {
    const entry = this.networks.get(id);
    return {
      id,
      network: entry?.network ?? null,
      ports: entry?.ports ?? new Map(),
      assigned: entry?.assigned ?? new Map(),
      dhcp: entry?.dhcp ?? null,
      nodes: this.nodes,
      policies: this.policies,
    };
  }

  private usersOf(policy: string): Set<string> {
    const uses = ([, { assigned }]: [string, Entry]) =>
      [...assigned.values()].some(({ qosPolicy }) => qosPolicy === policy);
    return new Set([...this.networks].filter(uses).map(([id]) => id));
  }

  private change(id: string, change: (entry: Entry) => void): ReadonlySet<string> {
    const entry = this.networks.get(id) ?? { network: null, ports: new Map(), assigned: new Map(), dhcp: null };
    change(entry);
    const isEmpty = !entry.network && !entry.dhcp && entry.ports.size === 0 && entry.assigned.size === 0;
    if (isEmpty) this.networks.delete(id);
    else this.networks.set(id, entry);
    return new Set([id]);
  }
}

function set<V>(map: Map<string, V>, key: string, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}
