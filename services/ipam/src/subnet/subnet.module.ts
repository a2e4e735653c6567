import { Module } from '@nestjs/common';
import { subnets } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { DhcpModule } from '../dhcp/dhcp.module';
import { ClusterModule } from '../policy-target/cluster.module';
import { SlaacAddresses } from '../port/slaac-addresses';
import { PortStoreModule } from '../port/port-store.module';
import { SubnetPoolModule } from '../subnet-pool/subnet-pool.module';
import { SubnetService } from './subnet.service';
import { subnetTable } from './subnet.table';

@Module({
  imports: [DhcpModule, PortStoreModule, ClusterModule, SubnetPoolModule],
  controllers: [resourceController(subnets, SubnetService)],
  providers: [resourceReader(subnetTable), SubnetService, SlaacAddresses],
})
export class SubnetModule {}
