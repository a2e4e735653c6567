import { addressGroups, defaultSecurityGroupRules, securityGroupRules, securityGroups } from '@weft/contracts';
import type { Kit, Served } from '@weft/service-kit';
import { AddressGroupService } from './address-group/address-group.service';
import { addressGroupTable } from './address-group/address-group.table';
import { RuleStatsQuery } from './counts/rule-stats.query';
import type { Parts } from './fwaas.parts';
import { SecurityGroupService } from './group/security-group.service';
import { securityGroupTable } from './group/security-group.table';
import { RuleService } from './rule/rule.service';
import { ruleTable } from './rule/rule.table';
import { TemplateService } from './template/template.service';
import { templateTable } from './template/template.table';

/** Every resource that the service serves. */
export function resourcesOf(kit: Kit, parts: Parts): readonly Served[] {
  const { database } = kit;
  const { groups, addresses, defaults, remotes } = parts;
  const groupGuard = kit.guard(securityGroups);
  const stats = new RuleStatsQuery(database, kit.reader(ruleTable));
  return [
    kit.serveTagged(
      securityGroupTable,
      new SecurityGroupService(database, groupGuard, groups, defaults, parts.groupConsent),
    ),
    kit.serve(
      ruleTable,
      new RuleService(database, kit.guard(securityGroupRules), groupGuard, groups, defaults, remotes),
      { stats: (ctx, { id }) => stats.stats(ctx, id) },
    ),
    kit.serve(templateTable, new TemplateService(database, kit.guard(defaultSecurityGroupRules), remotes)),
    kit.serve(
      addressGroupTable,
      new AddressGroupService(
        ...([
          database,
          kit.guard(addressGroups),
          addresses,
          kit.reader(addressGroupTable),
          parts.addressConsent,
        ] as const),
      ),
    ),
  ];
}
