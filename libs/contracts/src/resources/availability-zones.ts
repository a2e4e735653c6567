import { UNSPECIFIED, type ResourceDefinition } from '../definition';

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
    name: {
      ext: 'availability_zone',
      post: false,
      put: false,
      default: UNSPECIFIED,
      type: 'string',
      visible: true,
      filter: true,
    },
    resource: {
      ext: 'availability_zone',
      post: false,
      put: false,
      default: UNSPECIFIED,
      type: 'string',
      visible: true,
      filter: true,
    },
    state: {
      ext: 'availability_zone',
      post: false,
      put: false,
      default: UNSPECIFIED,
      type: 'string',
      visible: true,
      filter: true,
    },
  },
} as const satisfies ResourceDefinition;
