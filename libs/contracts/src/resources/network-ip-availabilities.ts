import { UNSPECIFIED, type ResourceDefinition } from '../definition';

/** What all attributes are: told, never set. */
const told = { ext: 'network-ip-availability', post: false, put: false, default: UNSPECIFIED, visible: true } as const;

/** How many addresses the subnets of a network have, and how many of them are given out. */
export const networkIpAvailabilities = {
  member: 'network_ip_availability',
  collection: 'network_ip_availabilities',
  path: '/network-ip-availabilities',
  key: { attribute: 'network_id', type: 'uuid' },
  ext: 'network-ip-availability',
  service: 'ipam',
  operations: { create: false, update: false, delete: false },
  bulk: false,
  pagination: true,
  sorting: true,
  notFound: 'NetworkNotFound',
  title: 'Network',
  attributes: {
    network_id: { ...told, type: 'string', filter: true, sort: true, primaryKey: true },
    network_name: { ...told, type: 'string', filter: true },
    tenant_id: { ...told, type: 'string', filter: true },
    project_id: { ...told, ext: 'project-id', type: 'string', filter: true },
    total_ips: { ...told, type: 'integer' },
    used_ips: { ...told, type: 'integer' },
    subnet_ip_availability: { ...told, type: 'object_list' },
    ip_version: { ...told, visible: false, filter: true },
    ip_availability_details: { ...told, ext: 'network-ip-availability-details', type: 'object' },
  },
} as const satisfies ResourceDefinition;
