import type { NetworkFact, PortFact, SubnetFact } from '@weft/contracts';
import type { DhcpReservation, DhcpServerSpec, DhcpSubnet, LinkSpec, NamespaceSpec } from '@weft/dataplane';
import { reservationText } from '@weft/dataplane';
import { Cidr, canonicalIp, parseIp } from '@weft/net';
import { dhcpNamespace, innerName, tapName } from '../names';
import type { NetworkView } from '../state/fact.store';
import type { Claim, NodeProfile, Verdict } from './plan.types';
import type { Segment } from './segment.manager';
import { claimOf } from './wiring.manager';

/** Seconds (Neutron's dhcp_lease_duration). */
const LEASE_TIME = 86_400;
export const METADATA_IP = '169.254.169.254';
/** Neutron's IPv6 metadata address. */
export const METADATA_IP6 = 'fe80::a9fe:a9fe';
/** RFC 8200: below it a device has no IPv6. */
const IPV6_MIN_MTU = 1280;
const ANY = '0.0.0.0/0';

export interface DhcpPlan {
  readonly links: readonly LinkSpec[];
  readonly namespace: NamespaceSpec | null;
  readonly server: DhcpServerSpec | null;
  readonly claims: readonly Claim[];
}

interface ServedSubnet {
  readonly subnet: SubnetFact;
  readonly cidr: Cidr;
  /** The server's own address in it. */
  readonly server: string;
  readonly dhcp: DhcpSubnet;
  /** Addresses in it are reserved (not made by the instance itself). */
  readonly reserves: boolean;
}

const NOTHING: DhcpPlan = { links: [], namespace: null, server: null, claims: [] };

/** DHCP and, in the same namespace, the ground for metadata: for a network whose DHCP this node serves. */
export function planDhcp(view: NetworkView, segment: Segment | null, node: NodeProfile): DhcpPlan {
  const { dhcp } = view;
  const network = view.network?.value ?? null;
  if (!dhcp) return NOTHING;
  const all = (rests: Claim['rests']): DhcpPlan => ({ ...NOTHING, claims: claimsOfAll(view, rests) });
  if (!network || !segment) return all({ state: 'pending', reason: 'network-unknown' });
  if (!segment.ok) return all(segment.verdict);
  const own = view.ports.get(dhcp.port);
  if (!network.adminStateUp || own?.value?.adminStateUp === false)
    return all({ state: 'absent', reason: 'admin-down' });
  // Nothing to reserve anywhere: no server, no namespace, and nothing that would have to be proven.
  if (!network.subnets.some(({ enableDhcp }) => enableDhcp)) return all({ state: 'proven' });
  if (!own?.value)
    return all({ state: 'pending', reason: 'waiting-for-node', detail: 'the DHCP port is not known yet' });

  const served = network.subnets.flatMap((subnet) => serve(subnet, own.value as PortFact, node) ?? []);
  const namespace = planNamespace(network, own.value, node);
  const server = planServer(view, network, own.value, served, namespace);
  const tap = tapName(dhcp.port);
  const link: LinkSpec = {
    kind: 'veth',
    name: tap,
    mtu: network.mtu,
    master: segment.bridge,
    up: true,
    peer: { netns: namespace.name, name: namespace.device.name, mac: own.value.mac.toLowerCase() },
  };
  const links = [...segment.links.map(({ name }) => name), tap];
  const texts = new Map(server.reservations.map((r) => [r.port, reservationText(r, server.domain)]));
  const claims = [...view.ports.values()].map((fact) =>
    claimOf(fact, 'dhcp', {
      links,
      namespace: namespace.name,
      reservation: { network: view.id, text: texts.get((fact.value as PortFact).id) ?? null },
    }),
  );
  claims.push(claimOf(own, 'wired', { links, namespace: namespace.name }));
  return { links: [link], namespace, server, claims };
}

function claimsOfAll(view: NetworkView, verdict: Claim['rests']): Claim[] {
  const claims = [...view.ports.values()].map((fact) => claimOf(fact, 'dhcp', verdict));
  const own = view.dhcp && view.ports.get(view.dhcp.port);
  // Without a server the DHCP port is nowhere: that is not "wired".
  const wired: Claim['rests'] =
    (verdict as Verdict).state === 'proven' ? { state: 'absent', detail: 'no subnet with DHCP' } : verdict;
  if (own) claims.push(claimOf(own, 'wired', wired));
  return claims;
}

function planNamespace(network: NetworkFact, port: PortFact, node: NodeProfile): NamespaceSpec {
  const subnets = new Map(network.subnets.map((subnet) => [subnet.id, Cidr.parse(subnet.cidr)]));
  const withIpv6 = network.mtu >= IPV6_MIN_MTU;
  const addresses = port.addresses.flatMap(({ subnet, ip }) => {
    const cidr = subnets.get(subnet);
    return cidr && (cidr.version === 4 || withIpv6) ? [`${canonicalIp(ip)}/${cidr.prefixLength}`] : [];
  });
  if (node.metadata) addresses.push(`${METADATA_IP}/16`, ...(withIpv6 ? [`${METADATA_IP6}/64`] : []));
  return {
    name: dhcpNamespace(network.id),
    device: { name: innerName(port.id), mtu: network.mtu },
    addresses,
    routes: defaultRoutes(network, port, withIpv6),
  };
}

/** By way of the network's gateways, one of each family: for answers to clients behind a router. */
function defaultRoutes(network: NetworkFact, port: PortFact, withIpv6: boolean): NamespaceSpec['routes'] {
  const present = new Set(port.addresses.map(({ subnet }) => subnet));
  return ([4, 6] as const).flatMap((version) => {
    if (version === 6 && !withIpv6) return [];
    const subnet = network.subnets.find(
      (s) => s.ipVersion === version && s.gatewayIp !== null && present.has(s.id) && contains(s.cidr, s.gatewayIp),
    );
    if (!subnet?.gatewayIp) return [];
    return [{ destination: version === 4 ? ANY : '::/0', gateway: canonicalIp(subnet.gatewayIp) }];
  });
}

function planServer(
  view: NetworkView,
  network: NetworkFact,
  own: PortFact,
  served: readonly ServedSubnet[],
  namespace: NamespaceSpec,
): DhcpServerSpec {
  const reserving = new Map(served.filter(({ reserves }) => reserves).map((s) => [s.subnet.id, s]));
  const reservations: DhcpReservation[] = [];
  for (const { value: port } of view.ports.values()) {
    // Servers are no clients, and all servers of a network shall hold the same.
    if (!port || port.id === own.id || port.deviceOwner === 'network:dhcp') continue;
    const ips = (version: 4 | 6) =>
      port.addresses.flatMap(({ subnet, ip }) =>
        reserving.get(subnet)?.cidr.version === version ? [canonicalIp(ip)] : [],
      );
    const reservation = { port: port.id, mac: port.mac.toLowerCase(), v4: ips(4), v6: ips(6) };
    if (reservation.v4.length + reservation.v6.length > 0) reservations.push(reservation);
  }
  // In one order on every node and after every restart: the same facts must give the same files.
  reservations.sort((a, b) => (a.port < b.port ? -1 : 1));
  return {
    network: network.id,
    netns: namespace.name,
    device: namespace.device.name,
    domain: network.dnsDomain,
    mtu: network.mtu,
    leaseTime: LEASE_TIME,
    subnets: served.map(({ dhcp }) => dhcp).sort((a, b) => (a.tag < b.tag ? -1 : 1)),
    reservations,
  };
}

/** Null: this server has nothing to do in the subnet. */
function serve(subnet: SubnetFact, own: PortFact, node: NodeProfile): ServedSubnet | null {
  const cidr = Cidr.parse(subnet.cidr);
  const address = own.addresses.find((a) => a.subnet === subnet.id)?.ip;
  if (!subnet.enableDhcp || !cidr || address === undefined) return null;
  const mode =
    subnet.ipVersion === 4 ? { mode: 'static' as const, advertise: false, reserves: true } : ipv6Mode(subnet);
  if (!mode) return null;
  const server = canonicalIp(address);
  return {
    subnet,
    cidr,
    server,
    reserves: mode.reserves,
    dhcp: {
      tag: `subnet-${subnet.id}`,
      cidr: String(cidr),
      mode: mode.mode,
      advertise: mode.advertise,
      gateway: subnet.gatewayIp === null ? null : canonicalIp(subnet.gatewayIp),
      // Without servers of the subnet's own, this one: it knows the names of the network's instances.
      dnsServers: subnet.dnsNameservers.length > 0 ? subnet.dnsNameservers.map(canonicalIp) : [server],
      routes: subnet.ipVersion === 4 ? classlessRoutes(subnet, server, node.metadata) : [],
    },
  };
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

/**
 * ipv6_ra_mode says whether we advertise, ipv6_address_mode whether we give addresses or options. With neither, the subnet is served
 * as stateful, without advertisements (the network has a router of its own).
 */
function ipv6Mode(subnet: SubnetFact): { mode: DhcpSubnet['mode']; advertise: boolean; reserves: boolean } | null {
  const { ipv6RaMode: ra, ipv6AddressMode: address } = subnet;
  if (address === 'dhcpv6-stateful' || (address === null && ra === null))
    return { mode: 'static', advertise: ra === 'dhcpv6-stateful', reserves: true };
  if (address === 'dhcpv6-stateless')
    return { mode: ra === 'dhcpv6-stateless' ? 'ra-stateless' : 'static', advertise: ra !== null, reserves: false };
  return address === 'slaac' && ra === 'slaac' ? { mode: 'ra-only', advertise: true, reserves: false } : null;
}

function contains(cidr: string, ip: string): boolean {
  const parsed = parseIp(ip);
  return parsed !== null && (Cidr.parse(cidr)?.contains(parsed) ?? false);
}
