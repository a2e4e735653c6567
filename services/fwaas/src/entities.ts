import { KIT_ENTITIES, QUOTA_ENTITIES } from '@weft/persistence';
import { AddressGroupEntity } from './address-group/address-group.entity';
import { CountedBatchEntity } from './counts/counted-batch.entity';
import { RuleCountEntity } from './counts/rule-count.entity';
import { SecurityGroupEntity } from './group/security-group.entity';
import { SecurityGroupRuleEntity } from './rule/security-group-rule.entity';
import { AccessGrantEntity } from './sharing/access-grant.entity';
import { RuleTemplateEntity } from './template/rule-template.entity';

/** Every table of the service's schema; a test holds them against the migrations. */
export const ENTITIES = [
  ...KIT_ENTITIES,
  ...QUOTA_ENTITIES,
  AddressGroupEntity,
  CountedBatchEntity,
  RuleCountEntity,
  SecurityGroupEntity,
  SecurityGroupRuleEntity,
  AccessGrantEntity,
  RuleTemplateEntity,
];
