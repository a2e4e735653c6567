import { type Json, networks } from '@weft/contracts';
import { type FilterSql, type ResourceTable, timestamp } from '@weft/service-kit';
import { isOpen, isOpenToAnybody, openTo } from '../sharing/sharing';

const SEVERAL = 'EXISTS (SELECT 1 FROM segment o WHERE o.network_id = n.id AND o.segment_index > 0)';
/** Of the network's one segment; of several, the list tells. */
const provider = (column: string): string => `CASE WHEN ${SEVERAL} THEN NULL ELSE g.${column} END`;
/** Networks with a segment like that, whichever of theirs it is. */
const onSegment =
  (column: string): FilterSql =>
  (sql, values: readonly Json[]) =>
    `EXISTS (SELECT 1 FROM segment o WHERE o.network_id = n.id AND o.${column}::text = ANY(${sql.bind(values.map(String))}::text[]))`;

/** Of the pools that its subnets are from: all of one IP version have the same. */
const scope = (version: 4 | 6): string =>
  `(SELECT p.address_scope_id FROM subnet s JOIN subnet_pool p ON p.id = s.subnetpool_id
    WHERE s.network_id = n.id AND s.ip_version = ${version} LIMIT 1)`;

/** Networks as the API shows them. */
export const networkTable: ResourceTable = {
  definition: networks,
  table: 'network',
  from: 'network n LEFT JOIN segment g ON g.network_id = n.id AND g.segment_index = 0',
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
    port_security_enabled: 'n.port_security',
    shared: (project) => isOpen('access_as_shared', 'n.id', project),
    'router:external': isOpenToAnybody('access_as_external', 'n.id'),
    subnets: 'ARRAY(SELECT s.id FROM subnet s WHERE s.network_id = n.id ORDER BY s.created_at, s.id)',
    'provider:network_type': provider('network_type'),
    'provider:physical_network': provider('physical_network'),
    'provider:segmentation_id': provider('segmentation_id'),
    segments: `CASE WHEN ${SEVERAL} THEN (SELECT json_agg(json_build_object('provider:network_type', o.network_type,
      'provider:physical_network', o.physical_network, 'provider:segmentation_id', o.segmentation_id) ORDER BY o.segment_index)
      FROM segment o WHERE o.network_id = n.id) END`,
    dns_domain: 'n.dns_domain',
    // Routed: some addresses are at home on one segment only.
    l2_adjacency: 'NOT EXISTS (SELECT 1 FROM subnet s WHERE s.network_id = n.id AND s.segment_id IS NOT NULL)',
    ipv4_address_scope: scope(4),
    ipv6_address_scope: scope(6),
    qos_policy_id: 'n.qos_policy_id',
    availability_zone_hints: 'n.availability_zone_hints',
    // Where its DHCP is served.
    availability_zones: `ARRAY(SELECT DISTINCT w.availability_zone FROM dhcp_binding b JOIN node w ON w.host = b.host
      WHERE b.network_id = n.id ORDER BY 1)`,
    description: 'n.description',
    tags: 'n.tags',
    revision_number: 'n.revision_number',
    created_at: timestamp('n.created_at'),
    updated_at: timestamp('n.updated_at'),
  },
  // By whom it is shared with all; a grant to the caller alone does not change the order.
  sorts: { shared: isOpen('access_as_shared', 'n.id', `'*'`) },
  filters: {
    'provider:network_type': onSegment('network_type'),
    'provider:physical_network': onSegment('physical_network'),
    'provider:segmentation_id': onSegment('segmentation_id'),
  },
  visibility: [
    {
      rows: (project) => `n.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project, shared: false, 'router:external': false }),
    },
    {
      rows: (project) => `n.id = ${openTo('network', 'access_as_shared', project)}`,
      target: () => ({ project_id: null, tenant_id: null, shared: true, 'router:external': false }),
    },
    {
      rows: (project) => `n.id = ${openTo('network', 'access_as_external', project)}`,
      target: () => ({ project_id: null, tenant_id: null, shared: false, 'router:external': true }),
    },
  ],
};
