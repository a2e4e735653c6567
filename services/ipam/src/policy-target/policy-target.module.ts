import { Module } from '@nestjs/common';
import { policyTargetGroups, policyTargets } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { PortModule } from '../port/port.module';
import { ReferenceModule } from '../security/reference.module';
import { ClusterModule } from './cluster.module';
import { PolicyTargetGroupService } from './policy-target-group.service';
import { PolicyTargetService } from './policy-target.service';
import { policyTargetGroupTable, policyTargetTable } from './policy-target.tables';

@Module({
  imports: [PortModule, ClusterModule, ReferenceModule],
  controllers: [
    resourceController(policyTargetGroups, PolicyTargetGroupService),
    resourceController(policyTargets, PolicyTargetService),
  ],
  providers: [
    resourceReader(policyTargetGroupTable),
    resourceReader(policyTargetTable),
    PolicyTargetGroupService,
    PolicyTargetService,
  ],
})
export class PolicyTargetModule {}
