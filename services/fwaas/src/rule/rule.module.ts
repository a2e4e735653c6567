import { Module } from '@nestjs/common';
import { securityGroupRules } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { AddressGroupModule } from '../address-group/address-group.module';
import { RuleStatsQuery } from '../counts/rule-stats.query';
import { SecurityGroupModule } from '../group/security-group.module';
import { RemoteGroupValidator } from './remote-group.validator';
import { RuleService } from './rule.service';
import { ruleTable } from './rule.table';

/** The rules of security groups. */
@Module({
  imports: [SecurityGroupModule, AddressGroupModule],
  controllers: [resourceController(securityGroupRules, RuleService)],
  providers: [resourceReader(ruleTable), RuleService, RuleStatsQuery, RemoteGroupValidator],
  exports: [RemoteGroupValidator],
})
export class RuleModule {}
