import { defaultSecurityGroupRules, PARENT_GROUP } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';
import { sharedColumns, sorts } from '../rule/rule.columns';

const remote = `CASE WHEN r.remote_parent THEN '${PARENT_GROUP}' ELSE r.remote_group_id::text END`;

/** Templates of rules as the API shows them: `default-security-group-rules`. */
export const templateTable: ResourceTable = {
  definition: defaultSecurityGroupRules,
  table: 'rule_template',
  from: 'rule_template r',
  id: 'r.id',
  columns: {
    ...sharedColumns,
    remote_group_id: remote,
    used_in_default_sg: 'r.used_in_default_sg',
    used_in_non_default_sg: 'r.used_in_non_default_sg',
  },
  sorts: { ...sorts, remote_group_id: `COALESCE(${remote}, '')` },
  // They are nobody's: who may see them sees all.
  visibility: [{ rows: () => 'true', target: () => ({}) }],
};
