import { subnets } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';
import { isOpen, isOpenToAnybody, openTo } from '../sharing/sharing';

export const subnetTable: ResourceTable = {
  definition: subnets,
  table: 'subnet',
  from: 'subnet s JOIN network n ON n.id = s.network_id',
  id: 's.id',
  columns: {
    id: 's.id',
    name: 's.name',
    tenant_id: 's.project_id',
    project_id: 's.project_id',
    network_id: 's.network_id',
    ip_version: 's.ip_version',
    subnetpool_id: 's.subnetpool_id',
    enable_dhcp: 's.enable_dhcp',
    ipv6_ra_mode: 's.ipv6_ra_mode',
    ipv6_address_mode: 's.ipv6_address_mode',
    gateway_ip: 's.gateway_ip',
    cidr: 's.cidr',
    allocation_pools: 's.allocation_pools',
    host_routes: 's.host_routes',
    dns_nameservers: 's.dns_nameservers',
    segment_id: 's.segment_id',
    service_types: 's.service_types',
    dns_publish_fixed_ip: 's.dns_publish_fixed_ip',
    'router:external': isOpenToAnybody('access_as_external', 's.network_id'),
    description: 's.description',
    tags: 's.tags',
    revision_number: 's.revision_number',
    created_at: timestamp('s.created_at'),
    updated_at: timestamp('s.updated_at'),
  },
  sorts: {
    subnetpool_id: `COALESCE(s.subnetpool_id::text, '')`,
    ipv6_ra_mode: `COALESCE(s.ipv6_ra_mode, '')`,
    ipv6_address_mode: `COALESCE(s.ipv6_address_mode, '')`,
    gateway_ip: `COALESCE(s.gateway_ip, '')`,
    segment_id: `COALESCE(s.segment_id::text, '')`,
  },
  filters: {
    shared: (sql, values, project) =>
      `${isOpen('access_as_shared', 's.network_id', `${sql.bind(project)}::text`)} = ANY(${sql.bind(values)}::boolean[])`,
  },
  visibility: [
    {
      rows: (project) => `s.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project }),
    },
    {
      rows: (project) => `n.project_id = ${project}`,
      target: (project) => ({ 'network:project_id': project, 'network:tenant_id': project }),
    },
    {
      rows: (project) => `s.network_id = ${openTo('network', 'access_as_shared', project)}`,
      target: () => ({ shared: true }),
    },
    {
      rows: (project) => `s.network_id = ${openTo('network', 'access_as_external', project)}`,
      target: () => ({ 'router:external': true }),
    },
  ],
};
