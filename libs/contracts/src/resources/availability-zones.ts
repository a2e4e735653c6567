import type { ResourceDefinition } from '../definition';
import { told } from './standard';

/** Places that fail on their own, as nodes say that they are in them. */
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
    name: { ...told('availability_zone', 'string'), filter: true },
    resource: { ...told('availability_zone', 'string'), filter: true },
    state: { ...told('availability_zone', 'string'), filter: true },
  },
} as const satisfies ResourceDefinition;
