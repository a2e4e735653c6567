import { addressGroups } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';
import { sharedWith } from '../sharing/rbac-grant-copy';

/** Address groups as the API shows them. */
export const addressGroupTable: ResourceTable = {
  definition: addressGroups,
  table: 'address_group',
  from: 'address_group g',
  id: 'g.id',
  columns: {
    id: 'g.id',
    name: 'g.name',
    project_id: 'g.project_id',
    addresses: 'g.addresses',
    description: 'g.description',
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
      rows: (project) => `g.id = ${sharedWith('address_group', project)}`,
      target: () => ({ project_id: null, tenant_id: null, shared: true }),
    },
  ],
};
