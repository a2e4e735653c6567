import { Injectable } from '@nestjs/common';
import { deviceOwnersWith } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { Clusters } from '../policy-target/clusters';
import { ProofService } from '../proof/proof.service';
import { isAutoAddress } from '../subnet/subnet-plan';
import type { SubnetRow } from '../subnet/subnet.repository';
import { ownAddress } from './address.allocator';
import { PortRepository } from './port.repository';
import { isOpenTo } from './subnet-eligibility';
import { PortStore } from './port.store';

/** Ports whose service chooses their addresses. */
const WITHOUT_SLAAC = deviceOwnersWith(({ slaac }) => !slaac);

/**
 * Addresses that instances make themselves: a router's advertisement tells all of a network at once, so all ports of a network have
 * theirs as soon as such a subnet comes, and lose them with it. The network must be locked for change.
 */
@Injectable()
export class SlaacAddresses {
  constructor(
    private readonly ports: PortRepository,
    private readonly writer: PortStore,
    private readonly proofs: ProofService,
    private readonly clusters: Clusters,
  ) {}

  /** A subnet has come to the network. @param subnets all of the network's, this one among them */
  async give(tx: Tx, subnet: SubnetRow, subnets: readonly SubnetRow[]): Promise<void> {
    if (!isAutoAddress(subnet)) return;
    const ports = await this.ports.lockAddressed(tx, subnet.network_id, WITHOUT_SLAAC);
    const open = ports.filter((port) => isOpenTo(subnets, port, subnet));
    await this.publish(
      tx,
      await this.ports.giveOwn(
        tx,
        subnet.id,
        open.map(({ id, mac }) => ({ id, ...ownAddress(subnet, mac) })),
      ),
    );
  }

  /** A subnet is about to go. */
  async take(tx: Tx, subnet: SubnetRow): Promise<void> {
    if (!isAutoAddress(subnet)) return;
    await this.ports.lockAddressed(tx, subnet.network_id, WITHOUT_SLAAC);
    await this.publish(tx, await this.ports.takeOwn(tx, subnet.id, WITHOUT_SLAAC));
  }

  private async publish(tx: Tx, ports: Awaited<ReturnType<PortRepository['takeOwn']>>): Promise<void> {
    for (const port of ports) this.writer.readdressed(tx, port);
    for (const port of ports) await this.clusters.follow(tx, port);
    await this.proofs.settle(
      tx,
      ports.map(({ id }) => id),
    );
  }
}
