import type { ResourceDefinition } from '../definition';
import { told } from './standard';

const EXT = 'network-ip-availability';

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
    network_id: { ...told(EXT, 'string'), filter: true, sort: true, primaryKey: true },
    network_name: { ...told(EXT, 'string'), filter: true },
    tenant_id: { ...told(EXT, 'string'), filter: true },
    project_id: { ...told('project-id', 'string'), filter: true },
    total_ips: told(EXT, 'integer'),
    used_ips: told(EXT, 'integer'),
    subnet_ip_availability: told(EXT, 'object_list'),
    ip_version: { ...told(EXT, 'integer'), visible: false, filter: true },
    ip_availability_details: told('network-ip-availability-details', 'object'),
  },
} as const satisfies ResourceDefinition;
