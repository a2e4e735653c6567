import type {
  DhcpAssignment,
  Fact,
  FactValue,
  NetworkFact,
  NodeFact,
  PortAssignment,
  PortFact,
  QosFact,
} from '@weft/contracts';
import { SecurityFacts } from './security.facts';
import { digestOf, parseFactKey, scopeOf, underPrefix } from '@weft/contracts';

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

export type FactEntry = readonly [key: string, fact: Fact];

interface NetworkIndex {
  network: Fact<NetworkFact> | null;
  readonly ports: Map<string, Fact<PortFact>>;
  readonly assigned: Map<string, PortAssignment>;
  dhcp: DhcpAssignment | null;
}

/** Deletions that are remembered, the newest ones. */
const MAX_TOMBSTONES = 10_000;

/**
 * The node's facts, by key and by network. Pure bookkeeping: it answers which networks a change concerns, and nothing else happens
 * here. A greater generation wins, deletions included; a deletion is remembered, so that an older value that comes late stays dead.
 */
export class FactStore {
  private readonly facts = new Map<string, Fact>();
  private readonly networks = new Map<string, NetworkIndex>();
  private readonly nodes = new Map<string, NodeFact>();
  private readonly policies = new Map<string, QosFact>();
  /** Groups, members and address groups: they belong to no network. */
  readonly security = new SecurityFacts();
  /** key → generation of its deletion, oldest first. */
  private readonly tombstones = new Map<string, number>();

  /** @returns the networks which the fact concerns; empty: it is not news. */
  put(key: string, fact: Fact): ReadonlySet<string> {
    const known = this.facts.get(key);
    if (Math.max(known?.generation ?? -1, this.tombstones.get(key) ?? -1) >= fact.generation) return new Set();
    this.tombstones.delete(key);
    if (fact.value === null) {
      this.facts.delete(key);
      this.bury(key, fact.generation);
    } else {
      this.facts.set(key, fact);
    }
    return this.index(key, known?.value ?? null, fact);
  }

  /** Forgets a key altogether. */
  remove(key: string): ReadonlySet<string> {
    this.tombstones.delete(key);
    const known = this.facts.get(key);
    if (!known) return new Set();
    this.facts.delete(key);
    return this.index(key, known.value, { ...known, value: null });
  }

  private bury(key: string, generation: number): void {
    this.tombstones.set(key, generation);
    if (this.tombstones.size <= MAX_TOMBSTONES) return;
    for (const oldest of this.tombstones.keys()) {
      this.tombstones.delete(oldest);
      return;
    }
  }

  /**
   * Replaces what is held under `reset` by `entries`, and forgets every key that is under none of `prefixes`.
   * @returns the networks concerned.
   */
  applySnapshot(reset: readonly string[], entries: readonly FactEntry[], prefixes: readonly string[]): Set<string> {
    const fresh = new Map(entries);
    const covered = (key: string, by: readonly string[]) => by.some((prefix) => underPrefix(key, prefix));
    const concerned = new Set<string>();
    for (const key of [...this.facts.keys()]) {
      const known = this.facts.get(key)?.generation ?? 0;
      // The owner's word counts, even where its generation is the smaller one (its database was restored).
      const stale = covered(key, reset) && (fresh.get(key)?.generation ?? -1) < known;
      if (stale || !covered(key, prefixes)) for (const id of this.remove(key)) concerned.add(id);
    }
    for (const [key, fact] of fresh) {
      if (covered(key, reset)) this.tombstones.delete(key);
      for (const id of this.put(key, fact)) concerned.add(id);
    }
    return concerned;
  }

  /** Forgets what is under `drop`, then takes the changes. @returns the networks concerned. */
  applyDelta(drop: readonly string[], entries: readonly FactEntry[]): Set<string> {
    const concerned = new Set<string>();
    if (drop.length > 0)
      for (const key of [...this.facts.keys()])
        if (drop.some((prefix) => underPrefix(key, prefix))) for (const id of this.remove(key)) concerned.add(id);
    for (const [key, fact] of entries) for (const id of this.put(key, fact)) concerned.add(id);
    return concerned;
  }

  entries(): IterableIterator<FactEntry> {
    return this.facts.entries();
  }

  get size(): number {
    return this.facts.size;
  }

  /** Prefix → digest of the live facts held of it, for each prefix of which anything is held. */
  digests(): Record<string, string> {
    const held = new Map<string, (readonly [string, number])[]>();
    for (const [key, { generation }] of this.facts) {
      const prefix = scopeOf(key);
      const entries = held.get(prefix);
      if (entries) entries.push([key, generation]);
      else held.set(prefix, [[key, generation]]);
    }
    return Object.fromEntries([...held].map(([prefix, entries]) => [prefix, digestOf(entries)]));
  }

  /** The port of this node whose `name` is this one. */
  assignedPort(name: (port: string) => string, wanted: string): string | undefined {
    for (const { assigned } of this.networks.values())
      for (const port of assigned.keys()) if (name(port) === wanted) return port;
    return undefined;
  }

  networkIds(): string[] {
    return [...this.networks.keys()];
  }

  view(id: string): NetworkView {
    const index = this.networks.get(id);
    return {
      id,
      network: index?.network ?? null,
      ports: index?.ports ?? new Map(),
      assigned: index?.assigned ?? new Map(),
      dhcp: index?.dhcp ?? null,
      nodes: this.nodes,
      policies: this.policies,
    };
  }

  private index(key: string, before: FactValue | null, fact: Fact): ReadonlySet<string> {
    const parsed = parseFactKey(key);
    if (parsed && this.security.note(parsed, fact.value)) return new Set();
    switch (parsed?.kind) {
      case 'node': {
        const node = fact.value as NodeFact | null;
        if (node) this.nodes.set(parsed.host, node);
        else this.nodes.delete(parsed.host);
        return new Set(this.networks.keys());
      }
      case 'network':
        return this.change(parsed.network, (index) => {
          index.network = fact.value ? (fact as Fact<NetworkFact>) : null;
        });
      case 'network-port':
        return this.change(parsed.network, (index) => {
          if (fact.value) index.ports.set(parsed.port, fact as Fact<PortFact>);
          else index.ports.delete(parsed.port);
        });
      case 'dhcp-assignment':
        return this.change(parsed.network, (index) => {
          index.dhcp = fact.value as DhcpAssignment | null;
        });
      case 'port-assignment': {
        const old = (before as PortAssignment | null)?.network;
        const now = (fact.value as PortAssignment | null)?.network;
        const concerned = new Set<string>();
        if (old && old !== now)
          for (const id of this.change(old, (i) => i.assigned.delete(parsed.port))) concerned.add(id);
        const assignment = fact.value as PortAssignment;
        if (now) for (const id of this.change(now, (i) => i.assigned.set(parsed.port, assignment))) concerned.add(id);
        return concerned;
      }
      case 'qos-policy': {
        const policy = fact.value as QosFact | null;
        if (policy) this.policies.set(parsed.policy, policy);
        else this.policies.delete(parsed.policy);
        const uses = ([, { assigned }]: [string, NetworkIndex]) =>
          [...assigned.values()].some(({ qosPolicy }) => qosPolicy === parsed.policy);
        return new Set([...this.networks].filter(uses).map(([id]) => id));
      }
      default:
        // A kind of fact that a newer control plane knows and this agent does not.
        return new Set();
    }
  }

  private change(id: string, change: (index: NetworkIndex) => void): ReadonlySet<string> {
    const index = this.networks.get(id) ?? { network: null, ports: new Map(), assigned: new Map(), dhcp: null };
    change(index);
    const empty = !index.network && !index.dhcp && index.ports.size === 0 && index.assigned.size === 0;
    if (empty) this.networks.delete(id);
    else this.networks.set(id, index);
    return new Set([id]);
  }
}
