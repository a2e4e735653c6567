import type { PortFact, SubnetFact } from '@weft/contracts';
import { Cidr, formatIp } from '@weft/net';
import { tapName } from '../names';
import type { Instance } from './instance.documents';

/** OpenStack's `network_data.json`: links, the networks on them, and services, as cloud-init takes them. */
export function networkData({ ports, network }: Pick<Instance, 'ports' | 'network'>): object {
  const subnets = new Map(network?.subnets.map((subnet) => [subnet.id, subnet]));
  const links = ports.map((port) => ({
    id: tapName(port.id),
    vif_id: port.id,
    type: 'bridge',
    mtu: network?.mtu ?? null,
    ethernet_mac_address: port.mac.toLowerCase(),
  }));
  const networks = ports.flatMap((port, n) =>
    port.addresses.flatMap((address) => {
      const subnet = subnets.get(address.subnet);
      return subnet ? [{ link: links[n]?.id, network_id: port.network, ...addressing(subnet, address) }] : [];
    }),
  );
  const servers = new Set([...subnets.values()].flatMap(({ dnsNameservers }) => dnsNameservers));
  return {
    links,
    networks: networks.map((entry, n) => ({ id: `network${n}`, ...entry })),
    services: [...servers].map((address) => ({ type: 'dns', address })),
  };
}

/** How an instance comes by an address: of a server, by itself, or as written here. */
function addressing(subnet: SubnetFact, { ip }: PortFact['addresses'][number]): object {
  if (subnet.ipVersion === 6 && subnet.ipv6AddressMode)
    return { type: subnet.ipv6AddressMode === 'slaac' ? 'ipv6_slaac' : `ipv6_${subnet.ipv6AddressMode}` };
  if (subnet.enableDhcp && subnet.ipVersion === 4) return { type: 'ipv4_dhcp' };
  const any = subnet.ipVersion === 4 ? '0.0.0.0' : '::';
  const gateway = subnet.gatewayIp === null ? [] : [{ network: any, netmask: any, gateway: subnet.gatewayIp }];
  const routes = subnet.hostRoutes.map(({ destination, nexthop }) => ({
    network: destination.split('/')[0],
    netmask: maskOf(destination),
    gateway: nexthop,
  }));
  return {
    type: `ipv${subnet.ipVersion}`,
    ip_address: ip,
    netmask: maskOf(subnet.cidr),
    routes: [...gateway, ...routes],
  };
}

/** `255.255.255.0`, `ffff:ffff:ffff:ffff::`. */
function maskOf(cidr: string): string {
  const prefix = Cidr.parse(cidr);
  if (!prefix) throw new TypeError(`not a prefix: ${cidr}`);
  const bits = prefix.version === 4 ? 32n : 128n;
  const value = ((1n << bits) - 1n) ^ ((1n << (bits - BigInt(prefix.prefixLength))) - 1n);
  return formatIp({ version: prefix.version, value });
}
