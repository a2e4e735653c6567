import { rbacPolicies } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';

export const rbacPolicyTable: ResourceTable = {
  definition: rbacPolicies,
  table: 'rbac_policy',
  from: 'rbac_policy r',
  id: 'r.id',
  columns: {
    id: 'r.id',
    object_type: 'r.object_type',
    object_id: 'r.object_id',
    target_tenant: 'r.target_project',
    tenant_id: 'r.project_id',
    project_id: 'r.project_id',
    action: 'r.action',
  },
  visibility: [
    {
      rows: (project) => `r.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project }),
    },
  ],
};
