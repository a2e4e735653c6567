import type { ResourceDefinition } from '../definition';
import { readOnly } from './standard';

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
    network_id: { ...readOnly(EXT, 'string'), filter: true, sort: true, primaryKey: true },
    network_name: { ...readOnly(EXT, 'string'), filter: true },
    tenant_id: { ...readOnly(EXT, 'string'), filter: true },
    project_id: { ...readOnly('project-id', 'string'), filter: true },
    total_ips: readOnly(EXT, 'integer'),
    used_ips: readOnly(EXT, 'integer'),
    subnet_ip_availability: readOnly(EXT, 'object_list'),
    ip_version: { ...readOnly(EXT, 'integer'), visible: false, filter: true },
    ip_availability_details: readOnly('network-ip-availability-details', 'object'),
  },
} as const satisfies ResourceDefinition;
