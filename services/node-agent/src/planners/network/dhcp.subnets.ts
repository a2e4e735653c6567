import type { NetworkFact, PortFact, SubnetFact } from '@weft/contracts';
import type { DhcpSubnet } from '@weft/dataplane';
import { Cidr, canonicalIp } from '@weft/net';
import { ANY, METADATA_IP, carriesIpv6 } from './dhcp.namespace';

/** A subnet that this node's server serves. */
export interface ServedSubnet {
  readonly id: string;
  readonly version: 4 | 6;
  /** Addresses in it are reserved (not made by the instance itself). */
  readonly reserves: boolean;
  readonly dhcp: DhcpSubnet;
}

export interface ServingContext {
  readonly network: NetworkFact;
  /** The segment that this node is on. */
  readonly segment: string;
  /** The server's port. */
  readonly own: PortFact;
  /** Ports of all servers of the network, this one's among them. */
  readonly servers: readonly PortFact[];
  readonly metadata: boolean;
}

/** The subnets in which this server has something to do: its own segment's, with an address of its own. */
export function servedSubnets(context: ServingContext): ServedSubnet[] {
  return context.network.subnets
    .flatMap((subnet) => serve(subnet, context) ?? [])
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function serve(subnet: SubnetFact, { network, segment, own, servers, metadata }: ServingContext): ServedSubnet | null {
  const cidr = Cidr.parse(subnet.cidr);
  const address = addressIn(own, subnet);
  if (!subnet.enableDhcp || !cidr || address === null) return null;
  if (subnet.segmentId !== null && subnet.segmentId !== segment) return null;
  if (subnet.ipVersion === 6 && !carriesIpv6(network)) return null;
  const served = subnet.ipVersion === 4 ? IPV4 : ipv6Mode(subnet);
  if (!served) return null;
  const { mode, advertise, reserves } = served;
  return {
    id: subnet.id,
    version: subnet.ipVersion,
    reserves,
    dhcp: {
      tag: `subnet-${subnet.id}`,
      cidr: String(cidr),
      server: address,
      mode,
      advertise,
      gateway: subnet.gatewayIp === null ? null : canonicalIp(subnet.gatewayIp),
      dnsServers: dnsServers(subnet, servers),
      routes: subnet.ipVersion === 4 ? classlessRoutes(subnet, address, metadata) : [],
    },
  };
}

function addressIn(port: PortFact, subnet: SubnetFact): string | null {
  const ip = port.addresses.find((address) => address.subnet === subnet.id)?.ip;
  return ip === undefined ? null : canonicalIp(ip);
}

/**
 * The user's, in the user's order; without any, the network's DHCP servers, which know the names of its instances: all of them,
 * as a client must go on resolving when the one that it had its lease from is gone.
 */
function dnsServers(subnet: SubnetFact, servers: readonly PortFact[]): string[] {
  if (subnet.dnsNameservers.length > 0) return subnet.dnsNameservers.map(canonicalIp);
  return servers.flatMap((server) => addressIn(server, subnet) ?? []);
}

/** RFC 3442: a client that gets these ignores option 3, hence the default route among them. The user's own routes win. */
function classlessRoutes(subnet: SubnetFact, server: string, metadata: boolean): DhcpSubnet['routes'] {
  const routes = subnet.hostRoutes.filter(({ destination }) => Cidr.parse(destination)?.version === 4);
  const given = new Set(routes.map(({ destination }) => destination));
  const own = { destination: `${METADATA_IP}/32`, nexthop: server };
  const gateway = subnet.gatewayIp === null ? [] : [{ destination: ANY, nexthop: subnet.gatewayIp }];
  return [
    ...(metadata && !given.has(own.destination) ? [own] : []),
    ...routes,
    ...gateway.filter(({ destination }) => !given.has(destination)),
  ];
}

type Served = Pick<DhcpSubnet, 'mode' | 'advertise'> & { readonly reserves: boolean };
const IPV4: Served = { mode: 'static', advertise: false, reserves: true };

/**
 * ipv6_ra_mode says whether we advertise, ipv6_address_mode whether we give addresses or options. With neither, the subnet is served
 * as stateful, without advertisements (the network has a router of its own).
 */
function ipv6Mode(subnet: SubnetFact): Served | null {
  const { ipv6RaMode: ra, ipv6AddressMode: address } = subnet;
  if (address === 'dhcpv6-stateful' || (address === null && ra === null))
    return { mode: 'static', advertise: ra === 'dhcpv6-stateful', reserves: true };
  if (address === 'dhcpv6-stateless')
    return { mode: ra === 'dhcpv6-stateless' ? 'ra-stateless' : 'static', advertise: ra !== null, reserves: false };
  return address === 'slaac' && ra === 'slaac' ? { mode: 'ra-only', advertise: true, reserves: false } : null;
}
