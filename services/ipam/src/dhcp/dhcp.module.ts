import { Module } from '@nestjs/common';
import { resourceReader } from '@weft/service-kit';
import { networkTable } from '../network/network.table';
import { agentTable } from '../node/agent.table';
import { PortStoreModule } from '../port/port-store.module';
import { DhcpPlacement } from './dhcp.placement';
import { DhcpPlacementKeeper } from './dhcp-placement.keeper';
import { DhcpScheduler } from './dhcp.scheduler';

/** On which nodes the DHCP servers of each network run. */
@Module({
  imports: [PortStoreModule],
  // Readers of its own: the modules of networks and agents import this one.
  providers: [
    resourceReader(networkTable),
    resourceReader(agentTable),
    DhcpPlacement,
    DhcpPlacementKeeper,
    DhcpScheduler,
  ],
  exports: [DhcpPlacement, DhcpScheduler],
})
export class DhcpModule {}
