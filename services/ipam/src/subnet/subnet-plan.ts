import { ApiError, conflict, invalidInput, type Json } from '@weft/contracts';
import { Cidr, formatIp, inRange, parseIp, type Range, rangesOverlap, withoutValue } from '@weft/net';
import type { Pool, SubnetRow } from './subnet.repository';

const MOST_DNS_SERVERS = 5;
const MOST_HOST_ROUTES = 20;
/** Modes in which an instance makes its address from its MAC (EUI-64), which takes a /64 (RFC 4862). */
const AUTO_ADDRESS_MODES: readonly (string | null)[] = ['slaac', 'dhcpv6-stateless'];

type Plan = Pick<
  SubnetRow,
  | 'ip_version'
  | 'cidr'
  | 'gateway_ip'
  | 'allocation_pools'
  | 'enable_dhcp'
  | 'dns_nameservers'
  | 'host_routes'
  | 'ipv6_ra_mode'
  | 'ipv6_address_mode'
>;

/** Works out what a new subnet with this prefix is: its gateway and pools, all rules checked. Pure. @throws ApiError */
export function planSubnet(item: Record<string, Json>, cidr: Cidr): Plan {
  const plan: Plan = {
    ip_version: cidr.version,
    cidr: String(cidr),
    gateway_ip: 'gateway_ip' in item ? (item.gateway_ip as string | null) : defaultGateway(cidr),
    enable_dhcp: item.enable_dhcp as boolean,
    allocation_pools: [],
    dns_nameservers: (item.dns_nameservers as string[] | undefined) ?? [],
    host_routes: (item.host_routes as Plan['host_routes'] | undefined) ?? [],
    ipv6_ra_mode: (item.ipv6_ra_mode as string | undefined) ?? null,
    ipv6_address_mode: (item.ipv6_address_mode as string | undefined) ?? null,
  };
  checkModes(plan, cidr);
  const pools = (item.allocation_pools as Pool[] | undefined) ?? defaultPools(cidr, plan.gateway_ip);
  return checkPlan({ ...plan, allocation_pools: pools }, 'new subnet');
}

/** The same rules for a changed subnet. @throws ApiError */
export function checkPlan<T extends Plan>(plan: T, id: string): T {
  const cidr = Cidr.parse(plan.cidr)!;
  if (plan.gateway_ip !== null) checkGateway(cidr, plan.gateway_ip);
  checkPools(cidr, plan.allocation_pools);
  checkGatewayBesidePools(plan);
  checkServersAndRoutes(plan, id);
  return plan;
}

/** Pools as ranges of numbers. */
export const rangesOf = (pools: readonly Pool[]): Range[] =>
  pools.map(({ start, end }) => ({ first: parseIp(start)!.value, last: parseIp(end)!.value }));

/** Instances make their addresses themselves (SLAAC): none is taken from the pools. */
export const isAutoAddress = ({ ipv6_address_mode }: Pick<Plan, 'ipv6_address_mode'>): boolean =>
  AUTO_ADDRESS_MODES.includes(ipv6_address_mode);

/** What a new subnet has to give. */
export const freeRanges = (plan: Pick<Plan, 'allocation_pools' | 'ipv6_address_mode'>): Range[] =>
  isAutoAddress(plan) ? [] : rangesOf(plan.allocation_pools);

/** First host of an IPv4 prefix; of an IPv6 prefix its subnet-router anycast address, which is the network address itself. */
const defaultGateway = (cidr: Cidr): string =>
  formatIp({ version: cidr.version, value: cidr.version === 4 ? cidr.hosts.first : cidr.network });

function defaultPools(cidr: Cidr, gateway: string | null): Pool[] {
  const ip = gateway === null ? null : parseIp(gateway);
  const ranges = ip ? withoutValue([cidr.hosts], ip.value) : [cidr.hosts];
  const text = (value: bigint) => formatIp({ version: cidr.version, value });
  return ranges.map(({ first, last }) => ({ start: text(first), end: text(last) }));
}

function checkModes(plan: Plan, cidr: Cidr): void {
  const { ipv6_ra_mode: ra, ipv6_address_mode: address } = plan;
  if (ra === null && address === null) return;
  if (plan.ip_version === 4) throw invalidInput('ipv6_ra_mode or ipv6_address_mode cannot be set when ip_version is 4');
  if (!plan.enable_dhcp)
    throw invalidInput('ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False');
  if (ra !== null && address !== null && ra !== address) {
    throw invalidInput(
      `ipv6_ra_mode set to '${ra}' with ipv6_address_mode set to '${address}' is not valid. ` +
        'If both attributes are set, they must be the same value',
    );
  }
  const mode = address ?? ra;
  if (AUTO_ADDRESS_MODES.includes(mode) && cidr.prefixLength !== 64) {
    throw invalidInput(
      `Invalid CIDR ${plan.cidr} for IPv6 address mode. OpenStack uses the EUI-64 address format, ` +
        'which requires the prefix to be /64',
    );
  }
}

function checkGateway(cidr: Cidr, gateway: string): void {
  const ip = parseIp(gateway)!;
  if (ip.version !== cidr.version) throw versionMismatch('gateway_ip', gateway, cidr.version);
  const plain = cidr.prefixLength < (cidr.version === 4 ? 31 : 127);
  if (cidr.version === 4 && plain && (ip.value === cidr.network || ip.value === cidr.last)) {
    throw invalidInput('Gateway is not valid on subnet');
  }
}

function checkPools(cidr: Cidr, pools: readonly Pool[]): void {
  const ranges = pools.map((pool) => {
    const [start, end] = [parseIp(pool.start)!, parseIp(pool.end)!];
    if (start.version !== cidr.version || end.version !== cidr.version || start.value > end.value) {
      throw new ApiError('InvalidAllocationPool', 400, `The allocation pool ${name(pool)} is not valid.`);
    }
    if (!inRange(cidr.hosts, start.value) || !inRange(cidr.hosts, end.value)) {
      throw new ApiError(
        'OutOfBoundsAllocationPool',
        400,
        `The allocation pool ${name(pool)} spans beyond the subnet cidr ${String(cidr)}.`,
      );
    }
    return { first: start.value, last: end.value };
  });
  ranges.forEach((range, i) => {
    const other = ranges.findIndex((candidate, j) => j > i && rangesOverlap(range, candidate));
    if (other < 0) return;
    throw conflict(
      'OverlappingAllocationPools',
      `Found overlapping allocation pools: ${name(pools[i]!)} ${name(pools[other]!)} for subnet ${String(cidr)}.`,
    );
  });
}

function checkGatewayBesidePools({ gateway_ip: gateway, allocation_pools: pools }: Plan): void {
  if (gateway === null) return;
  const { value } = parseIp(gateway)!;
  const index = rangesOf(pools).findIndex((range) => inRange(range, value));
  if (index < 0) return;
  throw conflict(
    'GatewayConflictWithAllocationPools',
    `Gateway ip ${gateway} conflicts with allocation pool ${name(pools[index]!)}.`,
  );
}

function checkServersAndRoutes(
  { ip_version: version, dns_nameservers: servers, host_routes: routes }: Plan,
  id: string,
): void {
  if (servers.length > MOST_DNS_SERVERS) {
    throw new ApiError(
      'DNSNameServersExhausted',
      400,
      `Unable to complete operation for ${id}. The number of DNS nameservers exceeds the limit ${MOST_DNS_SERVERS}.`,
    );
  }
  if (routes.length > MOST_HOST_ROUTES) {
    throw new ApiError(
      'HostRoutesExhausted',
      400,
      `Unable to complete operation for ${id}. The number of host routes exceeds the limit ${MOST_HOST_ROUTES}.`,
    );
  }
  for (const server of servers) {
    if (parseIp(server)?.version !== version) throw versionMismatch('dns_nameserver', server, version);
  }
  for (const { destination, nexthop } of routes) {
    if (Cidr.parse(destination)?.version !== version) throw versionMismatch('destination', destination, version);
    if (parseIp(nexthop)?.version !== version) throw versionMismatch('nexthop', nexthop, version);
  }
}

const name = ({ start, end }: Pool): string => `${start}-${end}`;

const versionMismatch = (attribute: string, value: string, version: number) =>
  invalidInput(`${attribute} '${value}' does not match the ip_version '${version}'`);
