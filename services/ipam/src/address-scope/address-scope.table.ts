import { addressScopes } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';
import { isOpen, openTo } from '../sharing/sharing';

export const addressScopeTable: ResourceTable = {
  definition: addressScopes,
  table: 'address_scope',
  from: 'address_scope a',
  id: 'a.id',
  columns: {
    id: 'a.id',
    name: 'a.name',
    tenant_id: 'a.project_id',
    project_id: 'a.project_id',
    shared: (project) => isOpen('access_as_shared', 'a.id', project),
    ip_version: 'a.ip_version',
  },
  sorts: { shared: isOpen('access_as_shared', 'a.id', `'*'`) },
  visibility: [
    {
      rows: (project) => `a.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project, shared: false }),
    },
    {
      rows: (project) => `a.id = ${openTo('address_scope', 'access_as_shared', project)}`,
      target: () => ({ project_id: null, tenant_id: null, shared: true }),
    },
  ],
};
