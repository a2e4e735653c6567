import { Module } from '@nestjs/common';
import { securityGroups } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { DefaultGroupService } from './default-group.service';
import { SecurityGroupChange } from './security-group.change';
import { SecurityGroupRepository } from './security-group.repository';
import { SecurityGroupService } from './security-group.service';
import { securityGroupTable } from './security-group.table';

/** Security groups, and the default group of each project. */
@Module({
  controllers: [resourceController(securityGroups, SecurityGroupService)],
  providers: [
    resourceReader(securityGroupTable),
    SecurityGroupRepository,
    SecurityGroupChange,
    SecurityGroupService,
    DefaultGroupService,
  ],
  exports: [SecurityGroupRepository, SecurityGroupChange, DefaultGroupService],
})
export class SecurityGroupModule {}
