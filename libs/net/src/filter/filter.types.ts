import type { Ip, IpVersion } from '../ip';

/** As the instance sees it: egress is what it sends. */
export type Direction = 'ingress' | 'egress';

/** What a rule of a security group allows. */
export interface FilterRule {
  readonly id: string;
  readonly direction: Direction;
  readonly ipVersion: IpVersion;
  /** IANA protocol number; null: any. */
  readonly protocol: number | null;
  /** Destination ports, both inclusive; null: any. */
  readonly ports: { readonly min: number; readonly max: number } | null;
  /** Null: any type; a null code: any code. */
  readonly icmp: { readonly type: number; readonly code: number | null } | null;
  /** Where it comes from (ingress) or goes to (egress); null: anywhere. */
  readonly remote: RuleRemote | null;
}

export type RuleRemote = { readonly prefix: string } | { readonly group: string } | { readonly addressGroup: string };

export interface FilterGroup {
  readonly id: string;
  readonly stateful: boolean;
  readonly rules: readonly FilterRule[];
}

/** Something that a port may send as; `ip` is an address or a CIDR. */
export interface Identity {
  readonly mac: string;
  readonly ip: string;
}

/** Security of one port; null where port security is off. */
export interface PortPolicy {
  readonly macs: readonly string[];
  readonly identities: readonly Identity[];
  readonly groups: readonly string[];
}

/** A packet as the filter sees it: whole (fragments are put together), untagged. */
export interface Packet {
  readonly etherType: 'ip' | 'ip6' | 'arp' | 'other';
  readonly sourceMac: string;
  /** Of ARP: the sender's. */
  readonly source?: Ip;
  readonly destination?: Ip;
  /** Of ARP: the sender's MAC inside of it. */
  readonly senderMac?: string;
  /** Whom a neighbour advertisement speaks of. */
  readonly target?: Ip;
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmp?: { readonly type: number; readonly code: number };
  /** What connection tracking makes of it; `untracked`: neighbour discovery, and all that is not IP. */
  readonly state: 'new' | 'established' | 'invalid' | 'untracked';
}

/** What the packets of a port are judged by, beside its own policy. */
export interface FilterWorld {
  group(id: string): FilterGroup | undefined;
  /** Is it an address of a member of the group? */
  isMember(group: string, ip: Ip): boolean;
  isInAddressGroup(id: string, ip: Ip): boolean;
  /** Is it one of the DHCP servers of the port's network? */
  isDhcpServer(ip: Ip): boolean;
}

/** Codes are those of `DropReason` (libs/contracts/src/reports.ts). */
export type Refusal =
  'no-rule' | 'spoofed-mac' | 'spoofed-ip' | 'rogue-dhcp' | 'rogue-ra' | 'invalid-state' | 'ethertype' | 'port-closed';

export type Decision = { readonly pass: true } | { readonly pass: false; readonly reason: Refusal };
