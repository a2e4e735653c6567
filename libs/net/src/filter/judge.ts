import { Cidr } from '../cidr';
import type { Ip } from '../ip';
import { parseIp } from '../ip';
import { eui64 } from '../mac';
import type {
  Decision,
  Direction,
  FilterGroup,
  FilterRule,
  FilterWorld,
  Identity,
  Packet,
  PortPolicy,
  Refusal,
} from './filter.types';

/**
 * The reference: what is let pass, said once and without a kernel. The agent cuts flows by it, and tests hold the kernel against it.
 * The rules of nftables (libs/dataplane/src/filter) say the same in their own way.
 */

const PROTOCOL = { icmp: 1, udp: 17, icmp6: 58 } as const;
const ND = { solicitRouter: 133, advertiseRouter: 134, solicit: 135, advertise: 136, redirect: 137 } as const;
const MLD = { query: 130, report: 131, done: 132, report2: 143 } as const;
/** What an instance may always say over ICMPv6: it has no address without. */
export const ALWAYS_SENT: readonly number[] = [
  ...[ND.solicitRouter, ND.solicit, ND.advertise],
  ...[MLD.report, MLD.done, MLD.report2],
];
export const ALWAYS_HEARD: readonly number[] = [ND.advertiseRouter, ND.solicit, ND.advertise, MLD.query];
/** Sent without an address, while one is looked for (RFC 4861, 4862, 3590). */
export const SENT_UNSPECIFIED: readonly number[] = [ND.solicitRouter, ND.solicit, MLD.report, MLD.done, MLD.report2];

const PASS: Decision = { pass: true };
const refuse = (reason: Refusal): Decision => ({ pass: false, reason });

/** An instance sends a packet: may it leave? A null policy: port security is off. */
export function judgeEgress(policy: PortPolicy | null, packet: Packet, world: FilterWorld): Decision {
  if (policy === null) return PASS;
  const spoofed = spoofing(policy, packet);
  if (spoofed) return refuse(spoofed);
  const groups = groupsOf(policy, world);
  if (!groups) return refuse('port-closed');
  if (packet.etherType === 'arp') return PASS;
  if (isServedDhcp(packet)) return refuse('rogue-dhcp');
  if (packet.etherType === 'ip6' && packet.protocol === PROTOCOL.icmp6) {
    const type = packet.icmp?.type ?? -1;
    if (type === ND.advertiseRouter || type === ND.redirect) return refuse('rogue-ra');
    // Who looks whether an address is free (RFC 4862), or says that he has it, may do so of his own.
    const claims = type === ND.advertise || (type === ND.solicit && packet.source?.value === 0n);
    if (claims && !mayBe(policy, packet.sourceMac, packet.target)) return refuse('spoofed-ip');
    if (ALWAYS_SENT.includes(type)) return PASS;
  }
  if (isAskedDhcp(packet)) return PASS;
  return judgeGroups('egress', groups, packet, world);
}

/** A packet is on its way to an instance: may it enter? */
export function judgeIngress(policy: PortPolicy | null, packet: Packet, world: FilterWorld): Decision {
  if (policy === null) return PASS;
  const groups = groupsOf(policy, world);
  if (!groups) return refuse('port-closed');
  if (packet.etherType === 'arp') return PASS;
  if (packet.etherType === 'other') return refuse('no-rule');
  const type = packet.etherType === 'ip6' && packet.protocol === PROTOCOL.icmp6 ? packet.icmp?.type : undefined;
  if (type !== undefined && ALWAYS_HEARD.includes(type)) return PASS;
  if (isServedDhcp(packet) && packet.source && world.isDhcpServer(packet.source)) return PASS;
  return judgeGroups('ingress', groups, packet, world);
}

/** Does any rule of these groups allow the first packet of such a flow? */
export function allowedByRules(
  direction: Direction,
  groups: readonly FilterGroup[],
  packet: Packet,
  world: Pick<FilterWorld, 'isMember' | 'isInAddressGroup'>,
): boolean {
  return groups.some(({ rules }) =>
    rules.some((rule) => rule.direction === direction && ruleMatches(rule, packet, world)),
  );
}

/** Replies to what is allowed are allowed, unless all groups of the port say that they do not remember. */
export const isStateful = (groups: readonly FilterGroup[]): boolean =>
  groups.length === 0 || groups.some(({ stateful }) => stateful);

function judgeGroups(
  direction: Direction,
  groups: readonly FilterGroup[],
  packet: Packet,
  world: FilterWorld,
): Decision {
  if (isStateful(groups)) {
    if (packet.state === 'established') return PASS;
    if (packet.state === 'invalid') return refuse('invalid-state');
  }
  return allowedByRules(direction, groups, packet, world) ? PASS : refuse('no-rule');
}

function ruleMatches(
  rule: FilterRule,
  packet: Packet,
  world: Pick<FilterWorld, 'isMember' | 'isInAddressGroup'>,
): boolean {
  if (packet.etherType !== (rule.ipVersion === 4 ? 'ip' : 'ip6')) return false;
  if (rule.protocol !== null && rule.protocol !== packet.protocol) return false;
  const port = packet.destinationPort;
  if (rule.ports && (port === undefined || port < rule.ports.min || port > rule.ports.max)) return false;
  if (rule.icmp) {
    if (packet.icmp?.type !== rule.icmp.type) return false;
    if (rule.icmp.code !== null && packet.icmp.code !== rule.icmp.code) return false;
  }
  if (rule.remote === null) return true;
  const remote = rule.direction === 'ingress' ? packet.source : packet.destination;
  if (!remote) return false;
  if ('prefix' in rule.remote) return Cidr.parse(rule.remote.prefix)?.contains(remote) ?? false;
  if ('group' in rule.remote) return world.isMember(rule.remote.group, remote);
  return world.isInAddressGroup(rule.remote.addressGroup, remote);
}

function spoofing(policy: PortPolicy, packet: Packet): Refusal | null {
  const { sourceMac, source, etherType } = packet;
  if (!policy.macs.includes(sourceMac)) return 'spoofed-mac';
  switch (etherType) {
    case 'other':
      return 'ethertype';
    case 'arp': {
      // Who looks whether an address is free (RFC 5227) speaks of that one.
      const claimed = source?.value === 0n ? packet.destination : source;
      return mayBe(policy, packet.senderMac!, claimed) ? null : 'spoofed-ip';
    }
    case 'ip':
      if (source?.value === 0n && isAskedDhcp(packet)) return null;
      return mayBe(policy, sourceMac, source) ? null : 'spoofed-ip';
    case 'ip6':
      if (source?.value === 0n && packet.protocol === PROTOCOL.icmp6 && SENT_UNSPECIFIED.includes(packet.icmp!.type))
        return null;
      return mayBe(policy, sourceMac, source) ? null : 'spoofed-ip';
  }
}

/** @returns undefined when the rules of one of them are not known: the port is closed. */
function groupsOf({ groups }: PortPolicy, world: FilterWorld): readonly FilterGroup[] | undefined {
  const known = groups.map((id) => world.group(id));
  return known.every((group) => group !== undefined) ? known : undefined;
}

/** The MAC address from which a port may send as this address; undefined: it may not. */
export function macFor({ macs, identities }: PortPolicy, ip: Ip): string | undefined {
  const own = macs.find((mac) => linkLocal(mac).value === ip.value && ip.version === 6);
  return own ?? identities.find((identity) => holds(identity.ip, ip))?.mac;
}

/** Each MAC address has a link-local address of its own, beside those of the identities. */
function mayBe({ macs, identities }: PortPolicy, mac: string, ip: Ip | undefined): boolean {
  if (ip === undefined) return false;
  if (ip.version === 6 && macs.includes(mac) && linkLocal(mac).value === ip.value) return true;
  return identities.some((identity: Identity) => identity.mac === mac && holds(identity.ip, ip));
}

/** Is it this address, or in this prefix? */
export function holds(addressOrCidr: string, ip: Ip): boolean {
  const single = parseIp(addressOrCidr);
  if (single) return single.version === ip.version && single.value === ip.value;
  return Cidr.parse(addressOrCidr)?.contains(ip) ?? false;
}

const between = (packet: Packet, from: number, to: number): boolean =>
  packet.protocol === PROTOCOL.udp && packet.sourcePort === from && packet.destinationPort === to;
/** From a client's port to the servers' one. */
const isAskedDhcp = (packet: Packet): boolean =>
  packet.etherType === 'ip' ? between(packet, 68, 67) : between(packet, 546, 547);
const isServedDhcp = (packet: Packet): boolean =>
  packet.etherType === 'ip' ? between(packet, 67, 68) : between(packet, 547, 546);

/** The link-local address that a MAC address gives (RFC 4291, appendix A). */
export const linkLocal = (mac: string): Ip => ({ version: 6, value: (0xfe80n << 112n) | eui64(mac) });
