import { securityGroupRules } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';
import { ruleColumns, sorts } from './rule.columns';

/** Rules as the API shows them. */
export const ruleTable: ResourceTable = {
  definition: securityGroupRules,
  table: 'security_group_rule',
  from: 'security_group_rule r JOIN security_group g ON g.id = r.group_id',
  id: 'r.id',
  columns: ruleColumns,
  sorts,
  visibility: [
    { rows: (project) => `g.project_id = ${project}`, target: (project) => ({ 'security_group:project_id': project }) },
  ],
};
