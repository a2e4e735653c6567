import { ALWAYS_HEARD, ALWAYS_SENT, SENT_UNSPECIFIED } from '@weft/net';
import type { Direction } from '@weft/net';
import { createHash } from 'node:crypto';
import { DIRECTIONS, dropChain, dropChains, DROP_STATEMENTS } from './drop.reasons';

/** Ours by name. */
export const FILTER_TABLE = 'bridge weft_filter';
export const CONNTRACK_TABLE = 'inet weft_conntrack';
/** The tables' bare names, as notifications have them. */
export const FILTER_TABLE_NAMES: readonly string[] = ['weft_filter', 'weft_conntrack'];

/**
 * The mark that a packet bears while it crosses a bridge of ours: 0x57zzzzss, z the zone of its network, s what connection tracking makes
 * of it. It is set by the device that it enters by, and taken off when it leaves.
 */
const MARK = { ours: '0x57000000', oursMask: '0xff000000', stateMask: '0xff0000ff' } as const;
export const STATE = { established: 0x1, new: 0x2, invalid: 0x4 } as const;
export const markOf = (zone: number, state = 0): string =>
  `0x${(0x57000000 + zone * 0x100 + state).toString(16).padStart(8, '0')}`;
/** The zone of a mark. */
export const zoneOf = (mark: number): number => (mark >>> 8) & 0xffff;
const isOurs = `meta mark & ${MARK.oursMask} == ${MARK.ours}`;
const isNotOurs = `meta mark & ${MARK.oursMask} != ${MARK.ours}`;

const list = (numbers: readonly number[]): string => `{ ${numbers.join(', ')} }`;

/**
 * Sets and maps of every node, by name; `interval`: their elements may be prefixes. No sizes: for a set with a size the kernel takes all memory
 * that it could ever need, at once.
 */
const SETS = `  map zones { type ifname : mark; }
  map from { type ifname : verdict; }
  map to { type ifname : verdict; }
  set secured { type ifname; }
  set macs { typeof iifname . ether saddr; }
  map ids4 { typeof iifname . ether saddr . ip saddr : meta mark; }
  map ids6 { typeof iifname . ether saddr . ip6 saddr : meta mark; }
  set targets { typeof iifname . ether saddr . @th,64,128; }
  set pairs4 { typeof iifname . ether saddr . ip saddr; flags interval; }
  set pairs6 { typeof iifname . ether saddr . ip6 saddr; flags interval; }
  set pairTargets { typeof iifname . ether saddr . @th,64,128; flags interval; }
  set dhcp4 { typeof meta mark . ip saddr; }
  set dhcp6 { typeof meta mark . ip6 saddr; }
  set drops { type ifname . mark; size 65535; flags dynamic; ${DROP_STATEMENTS} }
`;

/**
 * Who sends: before the bridge learns from it or answers it. What a port sends as itself is found in one look-up, which gives its mark as well. Who looks
 * whether an address is free (RFC 5227, RFC 4862) may ask for his own alone: else he could keep a neighbour from getting his.
 */
const GUARD = `  chain entered {
    type filter hook prerouting priority -310; policy accept;
    meta mark set iifname . ether saddr . ip saddr map @ids4 accept
    meta mark set iifname . ether saddr . ip6 saddr map @ids6 accept
    meta mark set iifname map @zones
    iifname @secured goto guard
  }
  chain guard {
    iifname . ether saddr != @macs goto ${dropChain('spoofed-mac', 'egress')}
    ether type vmap { arp : goto guard-arp, ip : goto guard-ip, ip6 : goto guard-ip6 }
    goto ${dropChain('ethertype', 'egress')}
  }
  chain guard-arp {
    meta mark set iifname . arp saddr ether . arp saddr ip map @ids4 accept
    arp saddr ip 0.0.0.0 meta mark set iifname . arp saddr ether . arp daddr ip map @ids4 accept
    iifname . arp saddr ether . arp saddr ip @pairs4 accept
    arp saddr ip 0.0.0.0 iifname . arp saddr ether . arp daddr ip @pairs4 accept
    goto ${dropChain('spoofed-ip', 'egress')}
  }
  chain guard-ip {
    ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept
    iifname . ether saddr . ip saddr @pairs4 accept
    goto ${dropChain('spoofed-ip', 'egress')}
  }
  chain guard-ip6 {
    ip6 saddr :: icmpv6 type ${list(SENT_UNSPECIFIED)} accept
    iifname . ether saddr . ip6 saddr @pairs6 accept
    goto ${dropChain('spoofed-ip', 'egress')}
  }
`;

/**
 * What a port may always say and hear, and what it may never say, whatever its groups allow. Judged where packets are whole: fragments would slip
 * through before (RFC 7113). Replies to clients of DHCP are let in by the zone that the mark tells, and by state: a reply to a broadcast is none
 * that connection tracking knows.
 */
const ALWAYS = `  chain egress-udp {
    ether type ip udp sport 67 udp dport 68 goto ${dropChain('rogue-dhcp', 'egress')}
    ether type ip6 udp sport 547 udp dport 546 goto ${dropChain('rogue-dhcp', 'egress')}
    ether type ip udp sport 68 udp dport 67 accept
    ether type ip6 udp sport 546 udp dport 547 accept
  }
  chain egress-icmp6 {
    ether type != ip6 return
    icmpv6 type { 134, 137 } goto ${dropChain('rogue-ra', 'egress')}
    icmpv6 type 136 jump egress-claims
    ip6 saddr :: icmpv6 type 135 jump egress-claims
    icmpv6 type ${list(ALWAYS_SENT)} accept
  }
  chain egress-claims {
    iifname . ether saddr . @th,64,128 @targets return
    iifname . ether saddr . @th,64,128 @pairTargets return
    goto ${dropChain('spoofed-ip', 'egress')}
  }
  chain ingress-udp {
    udp sport 67 udp dport 68 meta mark . ip saddr @dhcp4 accept
    udp sport 547 udp dport 546 meta mark . ip6 saddr @dhcp6 accept
  }
  chain ingress-icmp6 {
    ether type ip6 icmpv6 type ${list(ALWAYS_HEARD)} accept
  }
`;

/**
 * Where a port's packets go before its rules: those of known flows end here, where its groups are stateful. Of TCP nothing else is asked, so that most of all
 * packets take no look-up.
 */
export const beforeRules = (direction: Direction, stateful: boolean): string =>
  `${direction}-${stateful ? 'stateful' : 'stateless'}`;
const inState = (state: keyof typeof STATE): string => `meta mark & ${MARK.stateMask} == ${markOf(0, STATE[state])}`;
const BEFORE_RULES = DIRECTIONS.map((direction) => {
  const always = `meta l4proto vmap { udp : jump ${direction}-udp, ipv6-icmp : jump ${direction}-icmp6 }
    ether type arp accept`;
  return `  chain ${beforeRules(direction, true)} {
    ${inState('established')} meta l4proto tcp accept
    ${always}
    ${inState('established')} accept
    ${inState('invalid')} goto ${dropChain('invalid-state', direction)}
  }
  chain ${beforeRules(direction, false)} {
    ${always}
  }
`;
}).join('');

/**
 * Each direction in a base chain of its own: what one accepts goes on to the other. What comes back from the chain of its port was allowed by no rule;
 * what goes between a device that is here and one that is not is dropped.
 */
const FORWARD = `  chain egress {
    type filter hook forward priority -200; policy accept;
    iifname vmap @from
    iifname @secured goto ${dropChain('no-rule', 'egress')}
    meta mark set oifname map @zones drop
  }
  chain ingress {
    type filter hook forward priority -190; policy accept;
    oifname vmap @to
    oifname @secured goto ${dropChain('no-rule', 'ingress')}
    ${isOurs} drop
  }
  chain host {
    type filter hook input priority -200; policy accept;
    ${isOurs} drop
    iifname @secured drop
  }
  chain left {
    type filter hook postrouting priority 500; policy accept;
    ${isOurs} meta mark set 0
  }
`;

/**
 * Zone and state, from a hook that br_netfilter calls for what crosses a bridge: the zone before fragments are put together, or those of two
 * tenants with equal addresses would become one packet.
 */
const CONNTRACK = `table ${CONNTRACK_TABLE} {
  map ids { typeof meta mark : ct zone; }
  chain zone {
    type filter hook prerouting priority -450; policy accept;
    ct zone set meta mark map @ids
  }
  chain state {
    type filter hook prerouting priority mangle; policy accept;
    ${isNotOurs} accept
    ct state established,related meta mark set meta mark or ${STATE.established} accept
    ct state new meta mark set meta mark or ${STATE.new} accept
    ct state invalid meta mark set meta mark or ${STATE.invalid}
  }
}
`;

const body = `${SETS}${dropChains()}${GUARD}${ALWAYS}${BEFORE_RULES}${FORWARD}`;
const digest = createHash('sha256').update(body).update(CONNTRACK).digest('hex').slice(0, 16);

/** An empty chain whose name says of which version the tables are. */
export const VERSION_CHAIN = `version-${digest}`;

/** What is the same on every node, in place of whatever is there. Its maps tell it which devices are ours: it is never written without them. */
export const SKELETON = `table ${FILTER_TABLE}
delete table ${FILTER_TABLE}
table ${CONNTRACK_TABLE}
delete table ${CONNTRACK_TABLE}
table ${FILTER_TABLE} {
  chain ${VERSION_CHAIN} {
  }
${body}}
${CONNTRACK}`;
export const REMOVAL = `delete table ${FILTER_TABLE}\ndelete table ${CONNTRACK_TABLE}\n`;
/** Chains that stand whatever ports there are. */
export const SKELETON_CHAINS: ReadonlySet<string> = new Set(
  [...SKELETON.matchAll(/chain (\S+) \{/g)].map(([, name]) => name as string),
);

/** By which bridged packets reach connection tracking. */
export const BRIDGE_SYSCTLS = ['bridge-nf-call-iptables', 'bridge-nf-call-ip6tables'].map((name) => ({
  path: `bridge/${name}`,
  value: '1',
}));
