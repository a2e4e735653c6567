import type { PortFact } from '@weft/contracts';
import type { DhcpReservation, DhcpServerSpec, DnsName, NamespaceSpec } from '@weft/dataplane';
import { hostName } from '@weft/dataplane';
import { canonicalIp } from '@weft/net';
import { servedSubnets } from './dhcp.subnets';
import type { ServedSubnet, ServingContext } from './dhcp.subnets';
import type { NodeProfile } from '../planner';

/**
 * What the network's server on this node serves.
 * @param ports all of the network, in order
 */
export function planServer(
  context: ServingContext,
  ports: readonly PortFact[],
  namespace: NamespaceSpec,
  { leaseTime, resolvers }: NodeProfile['dhcp'],
): DhcpServerSpec {
  const { network } = context;
  const served = servedSubnets(context);
  const reserving = new Map(served.filter(({ reserves }) => reserves).map((subnet) => [subnet.id, subnet]));
  const entries = entriesOf(ports, reserving);
  return {
    network: network.id,
    netns: namespace.name,
    device: namespace.devices[0]!.name,
    domain: network.dnsDomain,
    mtu: network.mtu,
    leaseTime,
    resolvers,
    subnets: served.map(({ dhcp }) => dhcp),
    reservations: entries.map(({ reservation }) => reservation).filter((reservation) => reservation !== null),
    names: entries.map(({ names }) => names).flat(),
  };
}

interface Entry {
  /** The subnets with which it was made. */
  readonly reserving: string;
  readonly reservation: DhcpReservation | null;
  readonly names: readonly DnsName[];
}

/** A port's fact is never altered, only replaced: of a large network in which one port has changed, all others are known. */
const made = new WeakMap<PortFact, Entry>();

function entriesOf(ports: readonly PortFact[], subnets: ReadonlyMap<string, ServedSubnet>): Entry[] {
  const reserving = [...subnets.keys()].join();
  return ports.map((port) => {
    const known = made.get(port);
    if (known?.reserving === reserving) return known;
    const entry = { reserving, reservation: reservationOf(port, subnets), names: namesOf(port) };
    made.set(port, entry);
    return entry;
  });
}

/** Null: there is nothing to reserve. Servers are no clients, and all servers of a network shall hold the same. */
function reservationOf(port: PortFact, reserving: ReadonlyMap<string, ServedSubnet>): DhcpReservation | null {
  if (port.deviceOwner === 'network:dhcp') return null;
  const ips = { 4: [] as string[], 6: [] as string[] };
  for (const { subnet, ip } of port.addresses) {
    const version = reserving.get(subnet)?.version;
    if (version) ips[version].push(canonicalIp(ip));
  }
  if (ips[4].length + ips[6].length === 0) return null;
  const options = port.dhcpOptions.map(({ ipVersion, name, value }) => ({ version: ipVersion, name, value }));
  return { port: port.id, mac: port.mac.toLowerCase(), name: port.dnsName || null, v4: ips[4], v6: ips[6], options };
}

const namesOf = (port: PortFact): DnsName[] =>
  port.addresses.map((address) => {
    const ip = canonicalIp(address.ip);
    return { ip, name: port.dnsName || hostName(ip) };
  });
