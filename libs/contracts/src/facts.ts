/**
 * Facts: what must be true, one complete value per key (see DESIGN.md, "Facts"). One service writes a key; the greater
 * generation wins, deletions included. Keys are also NATS subject tokens, hence the encoding of host names.
 */

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
  vtep: (host: string) => `vtep.${hostToken(host)}`,
};

/** A key taken apart; null for a key of a kind that this version does not know. */
export type FactKey =
  | { readonly kind: 'port-assignment'; readonly host: string; readonly port: string }
  | { readonly kind: 'dhcp-assignment'; readonly host: string; readonly network: string }
  | { readonly kind: 'network'; readonly network: string }
  | { readonly kind: 'network-port'; readonly network: string; readonly port: string }
  | { readonly kind: 'vtep'; readonly host: string };

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
  if (head === 'vtep' && b === undefined) return { kind: 'vtep', host: tokenHost(a) };
  return null;
}

/** `host.<h>.port.<id>` */
export interface PortAssignment {
  readonly port: string;
  readonly network: string;
}

/** `host.<h>.dhcp.<network>` */
export interface DhcpAssignment {
  readonly network: string;
  /** The DHCP port of this node in that network: its addresses are the server's. */
  readonly port: string;
}

export interface SegmentFact {
  readonly type: 'vxlan' | 'vlan' | 'flat' | 'local';
  readonly physicalNetwork: string | null;
  /** VNI or VLAN id. */
  readonly segmentationId: number | null;
}

export interface SubnetFact {
  readonly id: string;
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
  readonly segment: SegmentFact;
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
}

/** `vtep.<h>` */
export interface VtepFact {
  readonly host: string;
  /** Underlay address of the tunnel endpoint. */
  readonly address: string;
}

export type FactValue = PortAssignment | DhcpAssignment | NetworkFact | PortFact | VtepFact;

/** Prefixes that every node needs. */
export const COMMON_PREFIXES: readonly string[] = ['vtep.'];

/** The prefix of a node's own assignments. */
export const assignmentPrefix = (host: string): string => `host.${hostToken(host)}.`;

/**
 * What else a node needs because it holds an assignment: prefixes of keys (a prefix which does not end in a dot means
 * that key, too: `network.A` covers `network.A` and `network.A.port.*`).
 */
export function interestsOf(key: FactKey, value: FactValue): readonly string[] {
  switch (key.kind) {
    case 'port-assignment':
      return [factKey.network((value as PortAssignment).network)];
    case 'dhcp-assignment':
      return [factKey.network(key.network)];
    default:
      return [];
  }
}
