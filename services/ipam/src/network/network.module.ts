import { Module } from '@nestjs/common';
import { networks } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { DhcpModule } from '../dhcp/dhcp.module';
import { PortStoreModule } from '../port/port-store.module';
import { QosModule } from '../qos/qos.module';
import { SegmentModule } from '../segment/segment.module';
import { NetworkShareable } from '../sharing/network.shareable';
import { NetworkService } from './network.service';
import { networkTable } from './network.table';

@Module({
  imports: [DhcpModule, PortStoreModule, QosModule, SegmentModule],
  controllers: [resourceController(networks, NetworkService)],
  providers: [resourceReader(networkTable), NetworkService, NetworkShareable],
  exports: [NetworkShareable],
})
export class NetworkModule {}
