import { Injectable } from '@nestjs/common';
import type { Tx } from '@weft/persistence';
import { SubnetRepository, type SubnetRow } from '../subnet/subnet.repository';
import { Clusters } from '../policy-target/clusters';
import { Subports } from '../trunk/subports';
import { type Address, AddressAllocator, type FixedIpRequest, toAddress } from './address.allocator';
import type { PortRow } from './port.repository';
import { SubnetEligibility } from './subnet-eligibility';
import { PortStore } from './port.store';

/** Changes of a port by whichever door they come: its addresses are at home where it is, its subports stay with it, and who stands in for it knows them. */
@Injectable()
export class PortUpdate {
  constructor(
    private readonly subnets: SubnetRepository,
    private readonly addresses: AddressAllocator,
    private readonly open: SubnetEligibility,
    private readonly writer: PortStore,
    private readonly subports: Subports,
    private readonly clusters: Clusters,
  ) {}

  /**
   * The port and its network must be locked.
   * @param requests the addresses that are asked for; without: those that it has, or, if they waited for its host, the first ones
   * @throws ApiError 409 when its addresses are not at home on its new host
   */
  async change(tx: Tx, port: PortRow, next: PortRow, requests?: readonly FixedIpRequest[]): Promise<void> {
    const subnets = await this.subnets.ofNetwork(tx, port.network_id);
    const chosen = await this.choose(tx, subnets, port, next, requests);
    // A port that stays as it is stays valid, whatever has become of its node's mappings.
    if (next.host !== port.host || requests) await this.open.check(tx, subnets, next, chosen);
    const settled = next.ip_allocation === 'deferred' && chosen.length > 0 ? 'immediate' : next.ip_allocation;
    const row = await this.writer.change(tx, port, { ...next, ip_allocation: settled }, subnets, chosen);
    if (row.host !== port.host) await this.subports.follow(tx, row);
    await this.clusters.follow(tx, row);
  }

  private async choose(
    tx: Tx,
    subnets: readonly SubnetRow[],
    port: PortRow,
    next: PortRow,
    requests: readonly FixedIpRequest[] | undefined,
  ): Promise<Address[]> {
    const kept = this.addresses.forMac(subnets, port.fixed_ips, next.mac);
    if (requests) return this.addresses.requested(tx, next.network_id, subnets, next.mac, requests, kept);
    const usable = next.ip_allocation === 'deferred' && (await this.open.open(tx, subnets, next));
    if (!usable) return kept.map(toAddress);
    return (await this.addresses.automatic(tx, next.network_id, usable, [next.mac]))[0]!;
  }
}
