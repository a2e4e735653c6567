import type { FilterGroup, FilterRule, FilterWorld, PortPolicy } from '@weft/net';
import { Cidr, formatIp } from '@weft/net';
import type { GroupMembers } from './filter.members';
import type { FlowRecheck, NetworkFilter } from './filter.types';

/**
 * What the node's packets are judged by, as it was said last: for the driver, which writes it, and for the cutter of flows, which judges by it.
 * It notes which networks have flows to look at: where something is not allowed any more, or was never allowed to a port that is new.
 */
export class FilterFacts {
  readonly networks = new Map<string, NetworkFilter>();
  readonly groups = new Map<string, FilterGroup>();
  readonly members = new Map<string, GroupMembers>();
  private readonly addressGroups = new Map<string, readonly Cidr[]>();
  /** Security group → networks with ports that have it. */
  private readonly users = new Map<string, Set<string>>();
  /** Group of a rule's remote (or address group) → groups with such rules. */
  private readonly referrers = new Map<string, Set<string>>();
  private rechecks = new Map<string, Set<string>>();

  setNetwork(id: string, filter: NetworkFilter | null): void {
    const before = this.networks.get(id);
    for (const group of groupsOf(before)) remove(this.users, group, id);
    if (filter) this.networks.set(id, filter);
    else this.networks.delete(id);
    for (const group of groupsOf(filter ?? undefined)) add(this.users, group, id);
    if (filter) this.compare(id, before, filter);
    else this.rechecks.delete(id);
  }

  setGroup(id: string, group: FilterGroup | null): void {
    const before = this.groups.get(id);
    for (const remote of remotesOf(before)) remove(this.referrers, remote, id);
    if (group) this.groups.set(id, group);
    else this.groups.delete(id);
    for (const remote of remotesOf(group ?? undefined)) add(this.referrers, remote, id);
    if (!before || before.stateful !== group?.stateful || hasLost(before, group)) this.concernUsers(id);
  }

  setAddressGroup(id: string, cidrs: readonly string[] | null): void {
    this.addressGroups.set(
      id,
      (cidrs ?? []).flatMap((text) => Cidr.parse(text) ?? []),
    );
    if (!cidrs) this.addressGroups.delete(id);
    this.concernReferrers(id);
  }

  /** Addresses of members of the group are not such any more. */
  concernReferrers(remote: string): void {
    for (const group of this.referrers.get(remote) ?? []) this.concernUsers(group);
  }

  networksOf(group: string): ReadonlySet<string> {
    return this.users.get(group) ?? new Set();
  }

  /** Null: the rules of one of its groups are not known. */
  knownGroups({ groups }: PortPolicy): FilterGroup[] | null {
    const ids = [...new Set(groups)].sort();
    const known = ids.flatMap((id) => this.groups.get(id) ?? []);
    return known.length === ids.length ? known : null;
  }

  takeRechecks(): FlowRecheck[] {
    const rechecks = [...this.rechecks].map(([network, gone]) => ({ network, gone }));
    this.rechecks = new Map();
    return rechecks;
  }

  /** The world as ports of this network see it. */
  world(network: string): FilterWorld {
    const servers = new Set(this.networks.get(network)?.dhcpServers);
    return {
      group: (id) => this.groups.get(id),
      isMember: (group, ip) => this.members.get(group)?.holds(ip) ?? false,
      isInAddressGroup: (id, ip) => this.addressGroups.get(id)?.some((cidr) => cidr.contains(ip)) ?? false,
      isDhcpServer: (ip) => servers.has(formatIp(ip)),
    };
  }

  private compare(id: string, before: NetworkFilter | undefined, now: NetworkFilter): void {
    const old = new Map(before?.ports.map(({ device, policy }) => [device, policy]));
    for (const { device, policy } of now.ports) {
      const was = old.get(device);
      if (old.has(device) && JSON.stringify(was) === JSON.stringify(policy)) continue;
      const gone = this.concern(id);
      const kept = new Set(policy?.identities.map(({ ip }) => ip));
      for (const { ip } of was?.identities ?? []) if (policy && !kept.has(ip)) gone.add(ip);
    }
  }

  private concern(network: string): Set<string> {
    const gone = this.rechecks.get(network) ?? new Set();
    this.rechecks.set(network, gone);
    return gone;
  }

  private concernUsers(group: string): void {
    for (const network of this.users.get(group) ?? []) this.concern(network);
  }
}

/** A rule of before is not there any more. */
function hasLost(before: FilterGroup, { rules }: FilterGroup): boolean {
  const left = new Set(rules.map((rule) => JSON.stringify(rule)));
  return before.rules.some((rule) => !left.has(JSON.stringify(rule)));
}

const groupsOf = (filter: NetworkFilter | undefined): Set<string> =>
  new Set(filter?.ports.flatMap(({ policy }) => policy?.groups ?? []));
const remotesOf = (group: FilterGroup | undefined): Set<string> =>
  new Set(group?.rules.flatMap(({ remote }: FilterRule) => remoteId(remote)));
const remoteId = (remote: FilterRule['remote']): string[] => {
  if (remote === null || 'prefix' in remote) return [];
  return ['group' in remote ? remote.group : remote.addressGroup];
};

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  index.set(key, (index.get(key) ?? new Set()).add(value));
}

function remove(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  values?.delete(value);
  if (values?.size === 0) index.delete(key);
}
