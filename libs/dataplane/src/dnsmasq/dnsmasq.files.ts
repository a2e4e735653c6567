import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { Cidr } from '@weft/net';
import type { DhcpReservation, DhcpServerSpec, DhcpSubnet } from './dnsmasq.types';

/** Contents of the files of one server. Pure: the same specification gives the same bytes. */
export interface DnsmasqFiles {
  /** Read at start only: a change needs a restart, hence the hash in the file's name. */
  readonly conf: string;
  readonly confName: string;
  /** Read again on SIGHUP. */
  readonly host: string;
  readonly opts: string;
  readonly addnHosts: string;
}

/** Most leases a server may hold; dnsmasq's own default of 1,000 is below a /22. */
const LEASE_MAX = 16_777_216;
/** Seconds between unsolicited router advertisements. */
const RA_INTERVAL = 30;

export function renderFiles(spec: DhcpServerSpec, directory: string, user: string | null): DnsmasqFiles {
  const conf = renderConf(spec, directory, user);
  const hash = createHash('sha256').update(conf).digest('hex').slice(0, 12);
  return {
    conf,
    confName: `conf.${hash}`,
    host: lines(spec.reservations.flatMap((r) => hostLines(r, spec.domain))),
    opts: lines(spec.subnets.flatMap((subnet) => optionLines(subnet, spec.domain))),
    addnHosts: lines(spec.reservations.flatMap((r) => nameLines(r, spec.domain))),
  };
}

/** The reservation as the server reads it: the unit of proof. */
export const reservationText = (reservation: DhcpReservation, domain: string): string =>
  hostLines(reservation, domain).join('\n');

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

function renderConf(spec: DhcpServerSpec, directory: string, user: string | null): string {
  const { device, domain, mtu, subnets } = spec;
  const advertised = subnets.some((s) => s.advertise || s.mode !== 'static');
  return lines([
    ...(user ? [`user=${user}`, `group=${user}`] : []),
    'no-hosts',
    'no-resolv',
    'strict-order',
    'no-ping',
    'dhcp-authoritative',
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
    ...subnets.map((subnet) => rangeLine(subnet, spec.leaseTime)),
    // A router lifetime of zero: we tell prefixes and flags, and are nobody's router.
    ...(advertised ? [`ra-param=${device},mtu:${mtu},${RA_INTERVAL},0`] : []),
    ...(subnets.some((s) => s.advertise && s.mode === 'static') ? ['enable-ra'] : []),
  ]);
}

function rangeLine({ tag, cidr, mode }: DhcpSubnet, leaseTime: number): string {
  const prefix = Cidr.parse(cidr);
  if (!prefix) throw new TypeError(`not a prefix: ${cidr}`);
  const [address] = String(prefix).split('/');
  const size = prefix.version === 4 ? prefix.netmask : String(prefix.prefixLength);
  return `dhcp-range=set:${tag},${address},${mode},${size},${leaseTime}s`;
}

function optionLines(subnet: DhcpSubnet, domain: string): string[] {
  const tag = `tag:${subnet.tag}`;
  if (subnet.cidr.includes(':')) {
    return [
      ...(subnet.dnsServers.length
        ? [`${tag},option6:dns-server,${subnet.dnsServers.map((ip) => `[${ip}]`).join(',')}`]
        : []),
      ...(domain ? [`${tag},option6:domain-search,${domain}`] : []),
    ];
  }
  const routes = subnet.routes.flatMap(({ destination, nexthop }) => [destination, nexthop]).join(',');
  return [
    // Without a value the option is not sent; without the line dnsmasq would name itself as router.
    subnet.gateway ? `${tag},option:router,${subnet.gateway}` : `${tag},option:router`,
    ...(subnet.dnsServers.length ? [`${tag},option:dns-server,${subnet.dnsServers.join(',')}`] : []),
    // 249 is what Windows before Vista asks for instead of 121.
    ...(routes ? [`${tag},option:classless-static-route,${routes}`, `${tag},249,${routes}`] : []),
  ];
}

/** `host-10-0-0-5`, `host-fd00--5`: the name that an address has in its network. */
export const hostName = (ip: string): string => `host-${ip.replace(/[.:]/g, '-')}`;
const fqdn = (ip: string, domain: string): string => (domain ? `${hostName(ip)}.${domain}` : hostName(ip));

/**
 * One line for the first IPv4 address and all IPv6 ones: with two lines of one MAC, the IPv4 lease would get the name of the IPv6
 * line. No `set:` tags: dnsmasq 2.90 crashes on the SIGHUP after a client with such a line has leased.
 */
function hostLines({ mac, v4, v6 }: DhcpReservation, domain: string): string[] {
  const [first, ...more] = v4;
  const name = first ?? v6[0];
  if (name === undefined) return [];
  const main = [mac, fqdn(name, domain), ...(first ? [first] : []), ...v6.map((ip) => `[${ip}]`)].join(',');
  return [main, ...more.map((ip) => `${mac},${fqdn(ip, domain)},${ip}`)];
}

function nameLines({ v4, v6 }: DhcpReservation, domain: string): string[] {
  return [...v4, ...v6].map((ip) => {
    const short = hostName(ip);
    return domain ? `${ip}\t${short}.${domain} ${short}` : `${ip}\t${short}`;
  });
}

/** A lease as in dnsmasq's lease file. */
export type Lease =
  | { readonly family: 4; readonly mac: string; readonly ip: string; readonly clientId: string | null }
  | {
      readonly family: 6;
      readonly iaid: string;
      readonly ip: string;
      readonly duid: string;
      readonly serverDuid: string;
    };

export function parseLeases(text: string): Lease[] {
  let serverDuid = '';
  const leases: Lease[] = [];
  for (const line of text.split('\n')) {
    const [first, second, ip, , id] = line.split(' ');
    if (first === 'duid') serverDuid = second ?? '';
    else if (!second || !ip || !id) continue;
    else if (isIPv4(ip)) leases.push({ family: 4, mac: second, ip, clientId: id === '*' ? null : id });
    else leases.push({ family: 6, iaid: second, ip, duid: id, serverDuid });
  }
  return leases;
}
