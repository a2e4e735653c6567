import { policyTargetGroups, policyTargets } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';

const own = (alias: string) => ({
  rows: (project: string) => `${alias}.project_id = ${project}`,
  target: (project: string | null) => ({ project_id: project, tenant_id: project, shared: false }),
});

export const policyTargetGroupTable: ResourceTable = {
  definition: policyTargetGroups,
  table: 'policy_target_group',
  from: 'policy_target_group g',
  id: 'g.id',
  columns: {
    id: 'g.id',
    name: 'g.name',
    description: 'g.description',
    tenant_id: 'g.project_id',
    project_id: 'g.project_id',
    // A group is a promise about its targets; each of them says what is proven.
    status: `'ACTIVE'`,
    status_details: `''`,
    policy_targets: 'ARRAY(SELECT t.id FROM policy_target t WHERE t.group_id = g.id ORDER BY t.id)',
    l2_policy_id: 'NULL::uuid',
    application_policy_group_id: 'NULL::uuid',
    provided_policy_rule_sets: 'ARRAY[]::uuid[]',
    consumed_policy_rule_sets: 'ARRAY[]::uuid[]',
    network_service_policy_id: 'NULL::uuid',
    shared: 'g.shared',
    service_management: 'g.service_management',
    subnets: 'g.subnets',
  },
  visibility: [
    own('g'),
    { rows: () => 'g.shared', target: () => ({ project_id: null, tenant_id: null, shared: true }) },
  ],
};

export const policyTargetTable: ResourceTable = {
  definition: policyTargets,
  table: 'policy_target',
  from: 'policy_target t JOIN port p ON p.id = t.port_id',
  id: 't.id',
  columns: {
    id: 't.id',
    name: 't.name',
    description: 't.description',
    tenant_id: 't.project_id',
    project_id: 't.project_id',
    status: 'p.status',
    status_details: `''`,
    policy_target_group_id: 't.group_id',
    cluster_id: `COALESCE(t.cluster::text, '')`,
    port_id: 't.port_id',
    fixed_ips: 'p.fixed_ips',
  },
  visibility: [own('t')],
};
