import { securityGroups } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';
import { ruleColumns } from '../rule/rule.columns';
import { isShared, sharedWith } from '../sharing/rbac-grant-copy';

const rule = Object.entries(ruleColumns).map(([name, sql]) => `${sql} AS "${name}"`);

/** Security groups as the API shows them. */
export const securityGroupTable: ResourceTable = {
  definition: securityGroups,
  table: 'security_group',
  from: 'security_group g',
  id: 'g.id',
  columns: {
    id: 'g.id',
    name: 'g.name',
    tenant_id: 'g.project_id',
    project_id: 'g.project_id',
    security_group_rules: `(SELECT COALESCE(json_agg(o ORDER BY o.id), '[]')
      FROM (SELECT ${rule.join(', ')} FROM security_group_rule r WHERE r.group_id = g.id) o)`,
    shared: (project) => isShared('g.id', project),
    stateful: 'g.stateful',
    description: 'g.description',
    tags: 'g.tags',
    revision_number: 'g.revision_number',
    created_at: timestamp('g.created_at'),
    updated_at: timestamp('g.updated_at'),
  },
  visibility: [
    {
      rows: (project) => `g.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project, shared: false }),
    },
    {
      rows: (project) => `g.id = ${sharedWith('security_group', project)}`,
      target: () => ({ project_id: null, tenant_id: null, shared: true }),
    },
  ],
};
