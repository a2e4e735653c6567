import { REQUIRED, type ResourceDefinition } from '../definition';
import { idAttribute, nameAttribute, ownerAttributes } from './standard';

/** Where addresses mean one thing each: subnet pools of a scope do not overlap, and may be routed to each other as they are. */
export const addressScopes = {
  member: 'address_scope',
  collection: 'address_scopes',
  path: '/address-scopes',
  ext: 'address-scope',
  service: 'ipam',
  operations: { create: true, update: true, delete: true },
  bulk: true,
  pagination: true,
  sorting: true,
  notFound: 'AddressScopeNotFound',
  title: 'Address scope',
  attributes: {
    ...idAttribute('address-scope'),
    ...nameAttribute('address-scope'),
    ...ownerAttributes('address-scope'),
    shared: {
      ext: 'address-scope',
      post: true,
      put: true,
      default: false,
      convert: 'convert_to_boolean',
      visible: true,
      filter: true,
      sort: true,
      enforcePolicy: true,
      requiredByPolicy: true,
    },
    ip_version: {
      ext: 'address-scope',
      post: true,
      put: false,
      default: REQUIRED,
      validate: { 'type:values': [4, 6] },
      convert: 'convert_to_int',
      visible: true,
      filter: true,
      sort: true,
    },
  },
} as const satisfies ResourceDefinition;
