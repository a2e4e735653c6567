import type { ResourceDefinition } from '../definition';
import { readOnly } from './standard';

/** Availability zones, as nodes report theirs. */
export const availabilityZones = {
  member: 'availability_zone',
  collection: 'availability_zones',
  path: '/availability_zones',
  ext: 'availability_zone',
  service: 'ipam',
  operations: { create: false, update: false, delete: false },
  bulk: false,
  pagination: false,
  sorting: false,
  notFound: 'AvailabilityZoneNotFound',
  title: 'Availability zone',
  key: { attribute: 'name', type: 'text' },
  attributes: {
    name: { ...readOnly('availability_zone', 'string'), filter: true },
    resource: { ...readOnly('availability_zone', 'string'), filter: true },
    state: { ...readOnly('availability_zone', 'string'), filter: true },
  },
} as const satisfies ResourceDefinition;
