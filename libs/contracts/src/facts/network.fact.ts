import { defineFact } from './define-fact';
import type { NodeFact } from './node.fact';

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

/** A network with its segments and subnets. */
export interface NetworkFact {
  readonly id: string;
  readonly projectId: string;
  readonly adminStateUp: boolean;
  /** Bytes of IP payload per frame, announced to instances. */
  readonly mtu: number;
  /** In order of preference: a node is on the first one that it can carry ({@link segmentOn}). */
  readonly segments: readonly SegmentFact[];
  /** DHCP option 15, without a trailing dot. */
  readonly dnsDomain: string;
  readonly subnets: readonly SubnetFact[];
}

export const networkFact = defineFact<NetworkFact>()({ kind: 'network', writer: 'ipam', pattern: 'network.{network}' });

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
