import type { NetworkFact, PortFact } from '@weft/contracts';
import type { NamespaceSpec, Sysctl } from '@weft/dataplane';
import { Cidr, canonicalIp, parseIp } from '@weft/net';
import { dhcpNamespace, innerName } from '../../names';
import type { NodeProfile } from '../planner';

export const METADATA_IP = '169.254.169.254';
/** Neutron's IPv6 metadata address. */
export const METADATA_IP6 = 'fe80::a9fe:a9fe';
export const ANY = '0.0.0.0/0';
/** RFC 8200: below it a device has no IPv6. */
const IPV6_MIN_MTU = 1280;

export const carriesIpv6 = ({ mtu }: NetworkFact): boolean => mtu >= IPV6_MIN_MTU;

/**
 * The namespace in which a network's DHCP, DNS and metadata are served.
 *
 * Of several nodes only one has the IPv6 metadata address: guests ask for it on the link, every answer to a solicitation overrides
 * the one before, and a connection would move from node to node. (Over IPv4 guests route to it by one server's own address.)
 * @param servers ports of all the network's servers, in one order on every node
 */
export function planNamespace(
  network: NetworkFact,
  port: PortFact,
  servers: readonly PortFact[],
  node: NodeProfile,
): NamespaceSpec {
  const subnets = new Map(network.subnets.map((subnet) => [subnet.id, Cidr.parse(subnet.cidr)]));
  const withIpv6 = carriesIpv6(network);
  const addresses = port.addresses.flatMap(({ subnet, ip }) => {
    const cidr = subnets.get(subnet);
    return cidr && (cidr.version === 4 || withIpv6) ? [`${canonicalIp(ip)}/${cidr.prefixLength}`] : [];
  });
  if (node.metadata) addresses.push(`${METADATA_IP}/16`);
  if (node.metadata && withIpv6 && servers.find(({ adminStateUp }) => adminStateUp)?.id === port.id)
    addresses.push(`${METADATA_IP6}/64`);
  const device = innerName(port.id);
  return {
    name: dhcpNamespace(network.id),
    devices: [{ name: device, mtu: network.mtu, addresses, sysctls: quiet(device) }],
    routes: defaultRoutes(network, port, withIpv6).map((route) => ({ ...route, device })),
  };
}

/** A server must not take addresses or routes from what instances advertise. */
const quiet = (device: string): Sysctl[] =>
  ['accept_ra', 'accept_dad'].map((name) => ({ path: `ipv6/conf/${device}/${name}`, value: '0' }));

/** By way of the network's gateways, one of each family: for answers to clients behind a router. */
function defaultRoutes(
  network: NetworkFact,
  port: PortFact,
  withIpv6: boolean,
): { readonly destination: string; readonly gateway: string }[] {
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

function contains(cidr: string, ip: string): boolean {
  const parsed = parseIp(ip);
  return parsed !== null && (Cidr.parse(cidr)?.contains(parsed) ?? false);
}
