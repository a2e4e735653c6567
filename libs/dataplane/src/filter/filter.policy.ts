import type { Direction, FilterGroup, FilterRule, RuleRemote } from '@weft/net';
import { isStateful } from '@weft/net';
import { createHash } from 'node:crypto';
import { dropChain } from './drop.reasons';
import { beforeRules } from './filter.skeleton';

/** A chain and all that its rules name. Other content is another name. */
export interface PolicyChain {
  readonly name: string;
  /** The chain in which its rules stand, by which others jump to them, while that of its name is empty. Undefined: they stand in its own. */
  readonly alias?: string;
  readonly lines: readonly string[];
  /** Rule ids: each has a counter. */
  readonly counters: readonly string[];
  /** Sets that must be there, by name → type. */
  readonly sets: ReadonlyMap<string, string>;
}

const SIDE: Readonly<Record<Direction, string>> = { egress: 'e', ingress: 'i' };
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export const counterName = (rule: string): string => `r-${rule}`;
/** Sets of remote addresses: of a group's members single addresses (hashed) and prefixes, of an address group prefixes. */
export const remoteSet = {
  members: (group: string, version: 4 | 6) => `m${version}-${group}`,
  memberPrefixes: (group: string, version: 4 | 6) => `c${version}-${group}`,
  addresses: (group: string, version: 4 | 6) => `a${version}-${group}`,
};
export const isIntervalSet = (name: string): boolean => /^([ac][46]-|pair)/.test(name);
export const isRemoteSet = (name: string): boolean => /^[acm][46]-/.test(name);

export const groupAlias = (group: string, direction: Direction): string => `${SIDE[direction]}-${group}`;
/** The alias of a version's chain; null: it is not one. */
export const aliasOf = (chain: string): string | null =>
  /^([ei]-[0-9a-f-]{36})\.[0-9a-f]{16}$/.exec(chain)?.[1] ?? null;
export const isPolicyChain = (chain: string): boolean => /^(from|to)-[0-9a-f]{16}$/.test(chain);

/** One direction of a group: a chain of its rules. */
export function groupChain(group: FilterGroup, direction: Direction): PolicyChain {
  const sets = new Map<string, string>();
  const rules = group.rules.filter((rule) => rule.direction === direction);
  const lines = rules.flatMap((rule) => ruleLines(rule, sets));
  const alias = groupAlias(group.id, direction);
  const name = `${alias}.${hash(lines.join('\n'))}`;
  return { name, alias, lines, counters: rules.map(({ id }) => id), sets };
}

/** What holds for all ports with these groups: one chain for each direction, whatever their number. Its end is where no rule allows a packet. */
export function policyChain(groups: readonly FilterGroup[], direction: Direction): PolicyChain {
  const lines = [beforeRules(direction, isStateful(groups)), ...groups.map(({ id }) => groupAlias(id, direction))].map(
    (chain) => `jump ${chain}`,
  );
  const name = `${direction === 'egress' ? 'from' : 'to'}-${hash(lines.join('\n'))}`;
  return { name, lines, counters: [], sets: new Map() };
}

/** Both directions of a port's groups. @param groups null: the rules of one of them are not known. */
export const policyChains = (groups: readonly FilterGroup[] | null): PolicyChain[] =>
  groups ? [policyChain(groups, 'egress'), policyChain(groups, 'ingress')] : [];

/** Where a port's packets go: to its groups, or nowhere. */
export function verdicts([from, to]: readonly PolicyChain[]): { readonly from: string; readonly to: string } {
  return {
    from: from ? `jump ${from.name}` : `goto ${dropChain('port-closed', 'egress')}`,
    to: to ? `jump ${to.name}` : `goto ${dropChain('port-closed', 'ingress')}`,
  };
}

/** A rule as nftables says it; two lines where its remote is members of a group. Notes the sets that they name. */
function ruleLines(rule: FilterRule, sets: Map<string, string>): string[] {
  const { ipVersion: version, direction, protocol, ports, icmp } = rule;
  const match = [
    ...(protocol === null ? [] : [`meta l4proto ${protocol}`]),
    ...(ports ? [`th dport ${ports.min === ports.max ? ports.min : `${ports.min}-${ports.max}`}`] : []),
    ...(icmp ? icmpMatch(version, icmp) : []),
    `counter name "${counterName(rule.id)}" accept`,
  ].join(' ');
  const family = version === 4 ? 'ip' : 'ip6';
  const address = `${family} ${direction === 'ingress' ? 'saddr' : 'daddr'}`;
  return remotes(rule.remote, version, sets).map((remote) =>
    remote === null ? `ether type ${family} ${match}` : `${address} ${remote} ${match}`,
  );
}

function icmpMatch(version: 4 | 6, { type, code }: NonNullable<FilterRule['icmp']>): string[] {
  const word = version === 4 ? 'icmp' : 'icmpv6';
  return [`${word} type ${type}`, ...(code === null ? [] : [`${word} code ${code}`])];
}

/** Null: anywhere. */
function remotes(remote: RuleRemote | null, version: 4 | 6, sets: Map<string, string>): (string | null)[] {
  if (remote === null) return [null];
  if ('prefix' in remote) return [remote.prefix.endsWith('/0') ? null : remote.prefix];
  const type = version === 4 ? 'ipv4_addr' : 'ipv6_addr';
  const note = (name: string) => {
    sets.set(name, isIntervalSet(name) ? `type ${type}; flags interval;` : `type ${type};`);
    return `@${name}`;
  };
  if ('addressGroup' in remote) return [note(remoteSet.addresses(remote.addressGroup, version))];
  return [note(remoteSet.members(remote.group, version)), note(remoteSet.memberPrefixes(remote.group, version))];
}
