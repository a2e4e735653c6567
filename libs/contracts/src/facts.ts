/**
 * Facts: what must be true, one complete value per key (see DESIGN.md, "Facts"). One service writes a key; the greater
 * generation wins, deletions included. Keys are also NATS subject tokens, hence the encoding of host names.
 */

/** The JetStream key-value bucket that holds them. */
export const FACTS_BUCKET = 'FACTS';

export interface Fact<V = FactValue> {
  /** Grows with every change of the value that matters to a node. */
  readonly generation: number;
  /** Null: the thing must not exist any more (a deletion is a fact, too). */
  readonly value: V | null;
  /** W3C traceparent of the request which caused it. */
  readonly trace?: string;
}

/** A host name as one subject token: `[A-Za-z0-9_-]` stay, every other byte becomes `=XX` (hex). */
export const hostToken = (host: string): string =>
  Array.from(Buffer.from(host, 'utf8'), (byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9_-]/.test(char) ? char : `=${byte.toString(16).padStart(2, '0').toUpperCase()}`;
  }).join('');

export const tokenHost = (token: string): string =>
  Buffer.from(
    token.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

export const factKey = {
  /** This node hosts that port (written by ipam). */
  portAssignment: (host: string, port: string) => `host.${hostToken(host)}.port.${port}`,
  /** This node serves DHCP and metadata for that network (written by ipam). */
  dhcpAssignment: (host: string, network: string) => `host.${hostToken(host)}.dhcp.${network}`,
  network: (network: string) => `network.${network}`,
  networkPort: (network: string, port: string) => `network.${network}.port.${port}`,
  /** A node's place in the networks below: what every other node must know of it. */
  node: (host: string) => `node.${hostToken(host)}`,
  qosPolicy: (policy: string) => `qos.${policy}`,
  /** Rules of a security group (written by fwaas). */
  securityGroup: (group: string) => `group.${group}`,
  /** Addresses of one member of a security group (written by ipam): one more member is one more fact, whatever the group's size. */
  groupMember: (group: string, port: string) => `members.${group}.${port}`,
  /** Written by fwaas. */
  addressGroup: (group: string) => `addresses.${group}`,
};

/** A key taken apart; null for a key of a kind that this version does not know. */
export type FactKey =
  | { readonly kind: 'port-assignment'; readonly host: string; readonly port: string }
  | { readonly kind: 'dhcp-assignment'; readonly host: string; readonly network: string }
  | { readonly kind: 'network'; readonly network: string }
  | { readonly kind: 'network-port'; readonly network: string; readonly port: string }
  | { readonly kind: 'node'; readonly host: string }
  | { readonly kind: 'qos-policy'; readonly policy: string }
  | { readonly kind: 'security-group'; readonly group: string }
  | { readonly kind: 'group-member'; readonly group: string; readonly port: string }
  | { readonly kind: 'address-group'; readonly group: string };

export function parseFactKey(key: string): FactKey | null {
  const [head, a, b, c, ...rest] = key.split('.');
  if (rest.length > 0 || a === undefined) return null;
  if (head === 'host' && c !== undefined) {
    if (b === 'port') return { kind: 'port-assignment', host: tokenHost(a), port: c };
    if (b === 'dhcp') return { kind: 'dhcp-assignment', host: tokenHost(a), network: c };
    return null;
  }
  if (head === 'network') {
    if (b === undefined) return { kind: 'network', network: a };
    return b === 'port' && c !== undefined ? { kind: 'network-port', network: a, port: c } : null;
  }
  if (head === 'node' && b === undefined) return { kind: 'node', host: tokenHost(a) };
  if (head === 'qos' && b === undefined) return { kind: 'qos-policy', policy: a };
  if (head === 'group' && b === undefined) return { kind: 'security-group', group: a };
  if (head === 'members' && b !== undefined && c === undefined) return { kind: 'group-member', group: a, port: b };
  if (head === 'addresses' && b === undefined) return { kind: 'address-group', group: a };
  return null;
}

/** `host.<h>.port.<id>` */
export interface PortAssignment {
  readonly port: string;
  readonly network: string;
  /** The policy in force: the port's own, else its network's; null: none. */
  readonly qosPolicy: string | null;
  /** What it may send and get; null: port security is off, and nothing is looked at. */
  readonly security: PortSecurityFact | null;
}

/** What holds for a port with port security, beside its own MAC address and addresses. */
export interface PortSecurityFact {
  /** Security groups: what any of them allows is allowed. Empty: nothing is, but what a port needs to get its address. */
  readonly groups: readonly string[];
  /** Further identities that it may send as (`allowed_address_pairs`); `ip` is an address or a CIDR. */
  readonly pairs: readonly { readonly mac: string; readonly ip: string }[];
}

/** `host.<h>.dhcp.<network>` */
export interface DhcpAssignment {
  readonly network: string;
  /** The DHCP port of this node in that network: its addresses are the server's. */
  readonly port: string;
}

export interface SegmentFact {
  readonly id: string;
  readonly type: 'vxlan' | 'vlan' | 'flat' | 'local';
  readonly physicalNetwork: string | null;
  /** VNI or VLAN id. */
  readonly segmentationId: number | null;
}

export interface SubnetFact {
  readonly id: string;
  /** It is on this segment only (routed provider network); null: on all of the network's. */
  readonly segmentId: string | null;
  readonly ipVersion: 4 | 6;
  readonly cidr: string;
  readonly gatewayIp: string | null;
  readonly enableDhcp: boolean;
  readonly dnsNameservers: readonly string[];
  readonly hostRoutes: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly ipv6RaMode: 'slaac' | 'dhcpv6-stateful' | 'dhcpv6-stateless' | null;
  readonly ipv6AddressMode: 'slaac' | 'dhcpv6-stateful' | 'dhcpv6-stateless' | null;
}

/** `network.<id>` */
export interface NetworkFact {
  readonly id: string;
  readonly projectId: string;
  readonly adminStateUp: boolean;
  /** Bytes of IP payload per frame, told to instances. */
  readonly mtu: number;
  /** In order of preference: a node is on the first one that it can carry ({@link segmentOn}). */
  readonly segments: readonly SegmentFact[];
  /** DHCP option 15, without a trailing dot. */
  readonly dnsDomain: string;
  readonly subnets: readonly SubnetFact[];
}

/** `network.<id>.port.<pid>` */
export interface PortFact {
  readonly id: string;
  readonly network: string;
  readonly mac: string;
  /** Where it is bound; null: nowhere. */
  readonly host: string | null;
  readonly adminStateUp: boolean;
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly projectId: string;
  readonly addresses: readonly { readonly subnet: string; readonly ip: string }[];
  /** Host part of its name in DNS and of DHCP option 12. */
  readonly dnsName: string;
  /** Options by which DHCP answers this port differently (`extra_dhcp_opts`); a null value leaves the option out. */
  readonly dhcpOptions: readonly DhcpOptionFact[];
  /** Other ports may take its MAC address and addresses to where they are: nodes do not pin them to its host. */
  readonly mobile: boolean;
  /** It is a VLAN inside of another port's device (trunk); null: it has a device of its own. */
  readonly subport: { readonly parent: string; readonly vlan: number } | null;
}

export interface DhcpOptionFact {
  /** dnsmasq's name or number of the option. */
  readonly name: string;
  readonly value: string | null;
  readonly ipVersion: 4 | 6;
}

/** `node.<h>` */
export interface NodeFact {
  readonly host: string;
  /** Underlay address of its tunnel endpoint; null: no overlay on this node. */
  readonly tunnelIp: string | null;
  /** Physical networks that it has a card in. */
  readonly physicalNetworks: readonly string[];
}

/** `qos.<id>`: what a policy comes to. Rates in kbit/s and packets/s as an instance sees them: egress is what it sends. */
export interface QosFact {
  readonly id: string;
  readonly egress: RateFact | null;
  readonly ingress: RateFact | null;
  /** 0 to 63 (RFC 2474), set in what the instance sends; null: as it was. */
  readonly dscp: number | null;
}

export interface RateFact {
  /** Null: no limit of bits. */
  readonly kbps: number | null;
  /** kbit that may exceed the rate at once; 0: as the node sees fit. */
  readonly burstKbit: number;
  /** Packets per second; null: no limit of packets. */
  readonly pps: number | null;
}

/** `group.<id>` */
export interface SecurityGroupFact {
  readonly id: string;
  /** Replies to what is allowed are allowed (connection tracking); else each packet is judged by the rules alone. */
  readonly stateful: boolean;
  /** In the order of their ids. */
  readonly rules: readonly SecurityGroupRuleFact[];
}

export interface SecurityGroupRuleFact {
  readonly id: string;
  /** As the instance sees it. */
  readonly direction: 'ingress' | 'egress';
  readonly ipVersion: 4 | 6;
  /** IANA protocol number; null: any. ICMP of IPv6 is 58, whatever the API's client called it. */
  readonly protocol: number | null;
  /** Destination ports, both inclusive, of protocols that have ports; null: any. */
  readonly ports: { readonly min: number; readonly max: number } | null;
  /** Of ICMP; null: any type. A null code: any code. */
  readonly icmp: { readonly type: number; readonly code: number | null } | null;
  /** Where it may come from (ingress) or go to (egress); null: anywhere. */
  readonly remote: RuleRemote | null;
}

export type RuleRemote =
  | { readonly prefix: string }
  /** Addresses of the members of a security group. */
  | { readonly group: string }
  | { readonly addressGroup: string };

/** `members.<group>.<port>`: fixed addresses, and those of allowed address pairs (addresses or CIDRs). */
export interface GroupMemberFact {
  readonly group: string;
  readonly port: string;
  readonly addresses: readonly string[];
}

/** `addresses.<id>` */
export interface AddressGroupFact {
  readonly id: string;
  /** CIDRs of both families. */
  readonly addresses: readonly string[];
}

export type FactValue =
  | PortAssignment
  | DhcpAssignment
  | NetworkFact
  | PortFact
  | NodeFact
  | QosFact
  | SecurityGroupFact
  | GroupMemberFact
  | AddressGroupFact;

/** The segment of a network that a node is on: the first that it can carry. Undefined: it cannot carry any. */
export const segmentOn = (
  segments: readonly SegmentFact[],
  node: Pick<NodeFact, 'tunnelIp' | 'physicalNetworks'>,
): SegmentFact | undefined =>
  segments.find(({ type, physicalNetwork }) => {
    switch (type) {
      case 'local':
        return true;
      case 'vxlan':
        return node.tunnelIp !== null;
      case 'flat':
      case 'vlan':
        return physicalNetwork !== null && node.physicalNetworks.includes(physicalNetwork);
    }
  });

/** Prefixes that every node needs. */
export const COMMON_PREFIXES: readonly string[] = ['node.'];

/** The prefix of a node's own assignments. */
export const assignmentPrefix = (host: string): string => `host.${hostToken(host)}.`;

/**
 * What else a node needs because it holds a fact: prefixes of keys (a prefix which does not end in a dot means that key, too: `network.A`
 * covers `network.A` and `network.A.port.*`). It goes on: a port asks for its groups, their rules for the members of others.
 */
export function interestsOf(key: FactKey, value: FactValue): readonly string[] {
  switch (key.kind) {
    case 'port-assignment': {
      const { network, qosPolicy, security } = value as PortAssignment;
      return [
        factKey.network(network),
        ...(qosPolicy ? [factKey.qosPolicy(qosPolicy)] : []),
        ...(security?.groups.map(factKey.securityGroup) ?? []),
      ];
    }
    case 'dhcp-assignment':
      return [factKey.network(key.network)];
    case 'security-group':
      return [...new Set((value as SecurityGroupFact).rules.flatMap(({ remote }) => remoteScope(remote)))];
    default:
      return [];
  }
}

function remoteScope(remote: RuleRemote | null): readonly string[] {
  if (remote === null || 'prefix' in remote) return [];
  return 'group' in remote ? [`members.${remote.group}`] : [factKey.addressGroup(remote.addressGroup)];
}
