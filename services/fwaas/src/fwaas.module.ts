import { Module } from '@nestjs/common';
import { factSources } from '@weft/service-kit';
import { addressGroupFacts } from './address-group/address-group.facts';
import { AddressGroupModule } from './address-group/address-group.module';
import { RuleCountModule } from './counts/rule-count.module';
import { securityGroupFacts } from './group/security-group.facts';
import { SecurityGroupModule } from './group/security-group.module';
import { ReferenceModule } from './references/reference.module';
import { RuleModule } from './rule/rule.module';
import { RbacGrantModule } from './sharing/rbac-grant.module';
import { TemplateModule } from './template/template.module';

/** Security groups with their rules and templates, address groups, and what ipam and nodes need of them. */
@Module({
  imports: [
    SecurityGroupModule,
    RuleModule,
    TemplateModule,
    AddressGroupModule,
    RuleCountModule,
    ReferenceModule,
    RbacGrantModule,
  ],
  providers: [factSources([], () => [securityGroupFacts, addressGroupFacts])],
})
export class FwaasModule {}
