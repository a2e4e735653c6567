import { Module } from '@nestjs/common';
import { portBindings, ports } from '@weft/contracts';
import { resourceController, resourceReaderOf } from '@weft/service-kit';
import { DropQuery } from '../drop/drop.query';
import { IpamSettings } from '../ipam.settings';
import { ClusterModule } from '../policy-target/cluster.module';
import { PortStatusQuery } from '../proof/status.query';
import { QosModule } from '../qos/qos.module';
import { ReferenceModule } from '../security/reference.module';
import { TrunkModule } from '../trunk/trunk.module';
import { PortBindingService } from './port-binding.service';
import { portBindingTable } from './port-binding.table';
import { PortStoreModule } from './port-store.module';
import { PortService } from './port.service';
import { portTable } from './port.table';
import { PortUpdate } from './port.update';

/** Ports and their bindings to hosts. */
@Module({
  imports: [PortStoreModule, TrunkModule, ClusterModule, QosModule, ReferenceModule],
  controllers: [resourceController(ports, PortService), resourceController(portBindings, PortBindingService)],
  providers: [
    resourceReaderOf(ports, [IpamSettings], ({ dnsDomain }: IpamSettings) => portTable(dnsDomain)),
    resourceReaderOf(portBindings, [IpamSettings], ({ dnsDomain }: IpamSettings) =>
      portBindingTable(portTable(dnsDomain)),
    ),
    PortService,
    PortUpdate,
    PortBindingService,
    PortStatusQuery,
    DropQuery,
  ],
  exports: [PortService],
})
export class PortModule {}
