import { subnetpools } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';
import { isOpen, openTo } from '../sharing/sharing';

export const subnetPoolTable: ResourceTable = {
  definition: subnetpools,
  table: 'subnet_pool',
  from: 'subnet_pool p',
  id: 'p.id',
  columns: {
    id: 'p.id',
    name: 'p.name',
    tenant_id: 'p.project_id',
    project_id: 'p.project_id',
    prefixes: 'p.prefixes',
    default_quota: 'p.default_quota',
    ip_version: 'p.ip_version',
    // Texts: so the reference answers them, and clients are written for it.
    default_prefixlen: 'p.default_prefixlen::text',
    min_prefixlen: 'p.min_prefixlen::text',
    max_prefixlen: 'p.max_prefixlen::text',
    is_default: 'p.is_default',
    shared: (project) => isOpen('access_as_shared', 'p.id', project),
    address_scope_id: 'p.address_scope_id',
    description: 'p.description',
    tags: 'p.tags',
    revision_number: 'p.revision_number',
    created_at: timestamp('p.created_at'),
    updated_at: timestamp('p.updated_at'),
  },
  sorts: {
    default_quota: 'COALESCE(p.default_quota, -1)',
    default_prefixlen: 'p.default_prefixlen',
    min_prefixlen: 'p.min_prefixlen',
    max_prefixlen: 'p.max_prefixlen',
    shared: isOpen('access_as_shared', 'p.id', `'*'`),
    address_scope_id: `COALESCE(p.address_scope_id::text, '')`,
  },
  visibility: [
    {
      rows: (project) => `p.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project, shared: false }),
    },
    {
      rows: (project) => `p.id = ${openTo('subnetpool', 'access_as_shared', project)}`,
      target: () => ({ project_id: null, tenant_id: null, shared: true }),
    },
  ],
};
