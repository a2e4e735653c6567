import { Module } from '@nestjs/common';
import { factSources } from '@weft/service-kit';
import { AddressScopeModule } from './address-scope/address-scope.module';
import { AvailabilityModule } from './availability/availability.module';
import { dhcpBindingFacts } from './dhcp/dhcp-binding.facts';
import { DhcpModule } from './dhcp/dhcp.module';
import { DropModule } from './drop/drop.module';
import { NetworkModule } from './network/network.module';
import { NetworkRepository } from './network/network.repository';
import { nodeFacts } from './node/node.facts';
import { NodeModule } from './node/node.module';
import { PolicyTargetModule } from './policy-target/policy-target.module';
import { portFacts } from './port/port.facts';
import { PortModule } from './port/port.module';
import { ProofModule } from './proof/proof.module';
import { qosPolicyFacts } from './qos/qos-policy.facts';
import { QosModule } from './qos/qos.module';
import { RepositoryModule } from './repository.module';
import { ReferenceModule } from './security/reference.module';
import { SegmentModule } from './segment/segment.module';
import { SharingModule } from './sharing/sharing.module';
import { SubnetPoolModule } from './subnet-pool/subnet-pool.module';
import { SubnetModule } from './subnet/subnet.module';
import { TrunkModule } from './trunk/trunk.module';

/** Networks and everything that has an address in them, and the nodes that carry them. */
@Module({
  imports: [
    RepositoryModule,
    NetworkModule,
    SegmentModule,
    SubnetModule,
    SubnetPoolModule,
    AddressScopeModule,
    PortModule,
    TrunkModule,
    PolicyTargetModule,
    QosModule,
    SharingModule,
    ReferenceModule,
    NodeModule,
    AvailabilityModule,
    DhcpModule,
    ProofModule,
    DropModule,
  ],
  providers: [
    factSources([NetworkRepository], (networks: NetworkRepository) => [
      networks.facts,
      portFacts,
      dhcpBindingFacts,
      nodeFacts,
      qosPolicyFacts,
    ]),
  ],
})
export class IpamModule {}
