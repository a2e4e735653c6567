import { Module } from '@nestjs/common';
import { agents, availabilityZones } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { DhcpModule } from '../dhcp/dhcp.module';
import { AgentService } from './agent.service';
import { agentTable } from './agent.table';
import { availabilityZoneTable } from './availability-zone.table';
import { HeartbeatController } from './heartbeat.controller';

/** Nodes, as their heartbeats describe them: agents and availability zones in the API. */
@Module({
  imports: [DhcpModule],
  controllers: [HeartbeatController, resourceController(agents, AgentService), resourceController(availabilityZones)],
  providers: [resourceReader(agentTable), resourceReader(availabilityZoneTable), AgentService],
})
export class NodeModule {}
