import { Cidr } from '@weft/net';
import { MAC_TAG_LINES, subnetOptions } from './dnsmasq.options';
import type { DhcpServerSpec, DhcpSubnet } from './dnsmasq.types';

/** Most leases a server may hold; dnsmasq's own default of 1,000 is below a /22. */
const LEASE_MAX = 16_777_216;
/** The option by which a client says whose offer it takes (RFC 2132, 9.7). */
const SERVER_IDENTIFIER = 54;
/** Seconds between unsolicited router advertisements. */
const RA_INTERVAL = 30;

/** What is read at the start and never again. @param user whom to become after the start; null: dnsmasq's own choice. */
export function confLines(spec: DhcpServerSpec, directory: string, user: string | null): string[] {
  const { device, domain, mtu, subnets, resolvers } = spec;
  const advertised = subnets.some((s) => s.advertise || s.mode !== 'static');
  return [
    ...(user ? [`user=${user}`, `group=${user}`] : []),
    'no-hosts',
    'no-resolv',
    'strict-order',
    'domain-needed',
    ...resolvers.map((ip) => `server=${ip}`),
    'no-ping',
    // One that does not know of a lease grants it by its reservation: the servers of a network need not tell each other. But an
    // authoritative dnsmasq also refuses what a client asks of another server, by name: of that it shall not speak.
    'dhcp-authoritative',
    `dhcp-match=set:of-a-server,${SERVER_IDENTIFIER}`,
    ...subnets.flatMap((s) => (s.cidr.includes(':') ? [] : [`dhcp-match=set:of-us,${SERVER_IDENTIFIER},${s.server}`])),
    'dhcp-ignore=tag:of-a-server,tag:!of-us',
    'bind-dynamic',
    `interface=${device}`,
    'except-interface=lo',
    `pid-file=${directory}/pid`,
    `dhcp-leasefile=${directory}/leases`,
    `dhcp-hostsfile=${directory}/host`,
    `dhcp-optsfile=${directory}/opts`,
    `addn-hosts=${directory}/addn_hosts`,
    `log-facility=${directory}/log`,
    `dhcp-lease-max=${LEASE_MAX}`,
    `dhcp-option-force=option:mtu,${mtu}`,
    ...(domain ? [`domain=${domain}`, `local=/${domain}/`] : []),
    // A server that gives no leases reads no options file, and would advertise itself as resolver.
    ...(givesLeases(spec)
      ? []
      : subnets.flatMap((subnet) => subnetOptions(subnet, domain).map((line) => `dhcp-option=${line}`))),
    ...subnets.map((subnet) => rangeLine(subnet, spec.leaseTime)),
    // A router lifetime of zero: we tell prefixes and flags, and are nobody's router.
    ...(advertised ? [`ra-param=${device},mtu:${mtu},${RA_INTERVAL},0`] : []),
    ...(subnets.some((s) => s.advertise && s.mode === 'static') ? ['enable-ra'] : []),
    // The tags that a port's own options may depend on, as Neutron's users know them.
    'dhcp-match=set:ipxe,175',
    'dhcp-userclass=set:ipxe6,iPXE',
    ...MAC_TAG_LINES,
  ];
}

/** Otherwise it advertises prefixes, and that is all. */
export const givesLeases = ({ subnets }: DhcpServerSpec): boolean => subnets.some(({ mode }) => mode !== 'ra-only');

function rangeLine({ tag, cidr, mode }: DhcpSubnet, leaseTime: number): string {
  const prefix = Cidr.parse(cidr);
  if (!prefix) throw new TypeError(`not a prefix: ${cidr}`);
  const [address] = String(prefix).split('/');
  const size = prefix.version === 4 ? prefix.netmask : String(prefix.prefixLength);
  return `dhcp-range=set:${tag},${address},${mode},${size},${leaseTime}s`;
}
