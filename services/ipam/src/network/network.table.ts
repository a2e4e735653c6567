import { networks } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';
import { timestamp } from '../timestamp';

/** Networks as the API shows them. The segment is the network's one. */
export const networkTable: ResourceTable = {
  definition: networks,
  table: 'network',
  from: 'network n JOIN segment g ON g.network_id = n.id',
  id: 'n.id',
  columns: {
    id: 'n.id',
    name: 'n.name',
    tenant_id: 'n.project_id',
    project_id: 'n.project_id',
    admin_state_up: 'n.admin_state_up',
    // A network is a promise about its ports; each of them says what is proven.
    status: `'ACTIVE'`,
    mtu: 'n.mtu',
    shared: 'n.shared',
    subnets: 'ARRAY(SELECT s.id FROM subnet s WHERE s.network_id = n.id ORDER BY s.created_at, s.id)',
    'provider:network_type': 'g.network_type',
    'provider:physical_network': 'g.physical_network',
    'provider:segmentation_id': 'g.segmentation_id',
    description: 'n.description',
    tags: 'n.tags',
    revision_number: 'n.revision_number',
    created_at: timestamp('n.created_at'),
    updated_at: timestamp('n.updated_at'),
  },
  visibility: [
    {
      rows: (project) => `n.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project, shared: false }),
    },
    { rows: () => 'n.shared', target: () => ({ project_id: null, tenant_id: null, shared: true }) },
  ],
};
