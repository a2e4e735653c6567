import { Injectable } from '@nestjs/common';
import { ApiError, conflict, invalidInput, notFound, subnets as subnetDefinition } from '@weft/contracts';
import { Cidr, eui64, formatIp, inRange, type IpVersion, parseIp } from '@weft/net';
import type { Tx } from '@weft/persistence';
import { RangeAllocator } from '../allocation/range-allocator';
import { freeRanges, isAutoAddress } from '../subnet/subnet-plan';
import type { SubnetRow } from '../subnet/subnet.repository';
import { type Allocation, type FixedIp, PortRepository } from './port.repository';

/** As in the API: an address, a subnet, or both. */
export interface FixedIpRequest {
  readonly ip_address?: string | undefined;
  readonly subnet_id?: string | undefined;
}

const MOST_ADDRESSES = 5;

/** An address both ways: under its constraint, and as the API shows it. */
export type Address = Allocation & FixedIp;

/** Chooses a port's addresses in its network's subnets. */
@Injectable()
export class AddressAllocator {
  constructor(
    private readonly ranges: RangeAllocator,
    private readonly ports: PortRepository,
  ) {}

  /**
   * Addresses of ports that ask for none in particular, for each its own: one of the first IPv4 subnet with room, one of the first
   * IPv6 subnet with room, and the one that it makes itself in each IPv6 subnet where instances do so.
   *
   * @param subnets those that are open to such ports
   */
  async automatic(
    tx: Tx,
    networkId: string,
    subnets: readonly SubnetRow[],
    macs: readonly string[],
  ): Promise<Address[][]> {
    const addresses: Address[][] = macs.map(() => []);
    for (const version of [4, 6] as const) {
      const family = subnets.filter(({ ip_version }) => ip_version === version);
      const served = family.filter((subnet) => !isAutoAddress(subnet));
      const taken = served.length > 0 ? await this.anyOf(tx, networkId, served, macs.length) : [];
      macs.forEach((mac, i) => {
        const own = family.filter(isAutoAddress).map((subnet) => ownAddress(subnet, mac));
        addresses[i]!.push(...taken.slice(i, i + 1), ...own);
      });
    }
    return addresses;
  }

  /** Addresses as asked for; those in `kept` are already the port's own. @throws ApiError */
  async requested(
    tx: Tx,
    networkId: string,
    subnets: readonly SubnetRow[],
    mac: string,
    requests: readonly FixedIpRequest[],
    kept: readonly FixedIp[] = [],
  ): Promise<Address[]> {
    if (requests.length > MOST_ADDRESSES) throw invalidInput('Exceeded maximum amount of fixed ips per port');
    const left = new Map(kept.map((fixed) => [`${fixed.subnet_id} ${fixed.ip_address}`, fixed]));
    const addresses: Address[] = [];
    // Named addresses first: a request for any address of a subnet must not take what another request names.
    for (const request of requests.filter(({ ip_address }) => ip_address !== undefined)) {
      const address = named(subnets, request, networkId);
      refuseChosenBySelf(subnets, address, mac);
      if (!left.delete(keyOf(address))) await this.claim(tx, address);
      addresses.push(address);
    }
    for (const { subnet_id } of requests.filter(({ ip_address }) => ip_address === undefined)) {
      const subnet = subnets.find(({ id }) => id === subnet_id);
      if (!subnet) throw await this.unknownSubnet(tx, networkId, subnet_id!);
      const own = [...left.values()].find((fixed) => fixed.subnet_id === subnet.id);
      if (own) left.delete(`${own.subnet_id} ${own.ip_address}`);
      addresses.push(
        own ? toAddress(own) : isAutoAddress(subnet) ? ownAddress(subnet, mac) : await this.anyIn(tx, subnet),
      );
    }
    // Instances make these themselves, whatever else the port is given.
    const automatic = subnets.filter(
      (subnet) =>
        isAutoAddress(subnet) && requests.length > 0 && !addresses.some(({ subnetId }) => subnetId === subnet.id),
    );
    return [...addresses, ...automatic.map((subnet) => ownAddress(subnet, mac))];
  }

  /** A port's addresses once it has this MAC address: those that the instance makes itself follow it. */
  forMac(subnets: readonly SubnetRow[], fixed: readonly FixedIp[], mac: string): FixedIp[] {
    return fixed.map(({ subnet_id, ip_address }) => {
      const subnet = subnets.find(({ id }) => id === subnet_id);
      const own = subnet && isAutoAddress(subnet) ? ownAddress(subnet, mac) : { ip_address };
      return { subnet_id, ip_address: own.ip_address };
    });
  }

  /** Whether a server could get an address in a subnet; its network must be locked for change. */
  async hasRoom(tx: Tx, subnet: SubnetRow): Promise<boolean> {
    return isAutoAddress(subnet) || !(await this.ranges.isSpent(tx, subnet.id));
  }

  /** The lowest address of a subnet, for a server in it; null: there is none. */
  async lowest(tx: Tx, subnet: SubnetRow, mac: string): Promise<Address | null> {
    if (isAutoAddress(subnet)) return ownAddress(subnet, mac);
    const ip = await this.ranges.takeLowest(tx, subnet.id);
    return ip === null ? null : addressIn(subnet, ip);
  }

  /** Gives addresses back to their subnets' pools; those outside of the pools were never taken from them. */
  async release(tx: Tx, subnets: readonly SubnetRow[], addresses: readonly Allocation[]): Promise<void> {
    for (const subnet of subnets) {
      const pools = freeRanges(subnet);
      const own = addresses.filter(
        ({ subnetId, ip }) => subnetId === subnet.id && pools.some((pool) => inRange(pool, ip)),
      );
      if (own.length > 0)
        await this.ranges.release(
          tx,
          subnet.id,
          own.map(({ ip }) => ip),
        );
    }
  }

  private async anyOf(tx: Tx, networkId: string, subnets: readonly SubnetRow[], count: number): Promise<Address[]> {
    const addresses: Address[] = [];
    for (const subnet of subnets) {
      const ips = await this.ranges.takeSeveral(tx, subnet.id, count - addresses.length);
      addresses.push(...ips.map((ip) => addressIn(subnet, ip)));
      if (addresses.length === count) return addresses;
    }
    throw conflict('IpAddressGenerationFailure', `No more IP addresses available on network ${networkId}.`);
  }

  private async anyIn(tx: Tx, subnet: SubnetRow): Promise<Address> {
    const ip = await this.ranges.take(tx, subnet.id);
    if (ip === null) throw exhaustedSubnet(subnet.id);
    return addressIn(subnet, ip);
  }

  private async claim(tx: Tx, address: Address): Promise<void> {
    if (await this.ports.isAllocated(tx, address)) throw alreadyAllocated(address);
    await this.ranges.claim(tx, address.subnetId, address.ip);
  }

  private async unknownSubnet(tx: Tx, networkId: string, subnetId: string): Promise<ApiError> {
    const elsewhere = await tx.query('SELECT 1 FROM subnet WHERE id = $1', [subnetId]);
    if (elsewhere.length === 0) return notFound(subnetDefinition.notFound, subnetDefinition.title, subnetId);
    return invalidInput(
      `Failed to create port on network ${networkId}, because fixed_ips included invalid subnet ${subnetId}`,
    );
  }
}

export const alreadyAllocated = ({ ip_address, subnet_id }: FixedIp) =>
  conflict('IpAddressAlreadyAllocated', `IP address ${ip_address} already allocated in subnet ${subnet_id}.`);

/** The same address as a number. */
export const toAddress = (fixed: FixedIp): Address => ({
  ...fixed,
  subnetId: fixed.subnet_id,
  ip: parseIp(fixed.ip_address)!.value,
});

const keyOf = ({ subnet_id, ip_address }: FixedIp): string => `${subnet_id} ${ip_address}`;

const addressIn = (subnet: SubnetRow, ip: bigint): Address => ({
  subnetId: subnet.id,
  ip,
  subnet_id: subnet.id,
  ip_address: formatIp({ version: subnet.ip_version as IpVersion, value: ip }),
});

/** The address that an instance with this MAC makes itself by SLAAC (RFC 4862 with EUI-64). */
export const ownAddress = (subnet: SubnetRow, mac: string): Address =>
  addressIn(subnet, Cidr.parse(subnet.cidr)!.network + eui64(mac));

function named(subnets: readonly SubnetRow[], { ip_address, subnet_id }: FixedIpRequest, networkId: string): Address {
  const ip = parseIp(ip_address!);
  if (!ip) throw invalidInput(`'${ip_address}' is not a valid IP address`);
  if (subnet_id !== undefined) {
    const subnet = subnets.find(({ id }) => id === subnet_id);
    if (!subnet) {
      throw invalidInput(
        `Failed to create port on network ${networkId}, because fixed_ips included invalid subnet ${subnet_id}`,
      );
    }
    if (!isUsable(Cidr.parse(subnet.cidr)!, ip)) {
      throw new ApiError(
        'InvalidIpForSubnet',
        400,
        `IP address ${ip_address} is not a valid IP for the specified subnet.`,
      );
    }
    return addressIn(subnet, ip.value);
  }
  const subnet = subnets.find(({ cidr }) => isUsable(Cidr.parse(cidr)!, ip));
  if (!subnet) {
    throw new ApiError(
      'InvalidIpForNetwork',
      400,
      `IP address ${ip_address} is not a valid IP for any of the subnets on the specified network.`,
    );
  }
  return addressIn(subnet, ip.value);
}

/** Where instances make their address themselves, a port has that one or none. */
function refuseChosenBySelf(subnets: readonly SubnetRow[], { subnet_id, ip_address }: Address, mac: string): void {
  const subnet = subnets.find(({ id }) => id === subnet_id)!;
  if (!isAutoAddress(subnet) || ownAddress(subnet, mac).ip_address === ip_address) return;
  throw new ApiError(
    'AllocationOnAutoAddressSubnet',
    400,
    `IPv6 address ${ip_address} cannot be directly assigned to a port on subnet ${subnet_id} as the subnet is configured for automatic addresses`,
  );
}

const isUsable = (cidr: Cidr, ip: { version: IpVersion; value: bigint }): boolean =>
  ip.version === cidr.version && inRange(cidr.hosts, ip.value);

const exhaustedSubnet = (id: string) =>
  conflict('IpAddressGenerationFailure', `No more IP addresses available on subnet ${id}.`);
