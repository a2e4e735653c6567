import { REQUIRED, UNSPECIFIED, type ResourceDefinition } from '../definition';
import { descriptionAttributes, idAttribute, nameAttribute, revisionAttributes, timestampAttributes } from './standard';

const ADDRESSES = { addresses: { 'type:subnet_list': null } };

/** Prefixes that rules of security groups refer to by one name. */
export const addressGroups = {
  member: 'address_group',
  collection: 'address_groups',
  path: '/address-groups',
  ext: 'address-group',
  service: 'fwaas',
  operations: { create: true, update: true, delete: true },
  bulk: true,
  pagination: true,
  sorting: true,
  quota: { name: 'address_group', default: -1 },
  notFound: 'AddressGroupNotFound',
  title: 'Address group',
  attributes: {
    ...idAttribute('address-group'),
    ...nameAttribute('address-group'),
    description: { ...descriptionAttributes.description, ext: 'address-group' },
    // It knows its owner by the newer name only.
    project_id: {
      ext: 'address-group',
      post: true,
      put: false,
      default: REQUIRED,
      validate: { 'type:string': 255 },
      visible: true,
      filter: true,
      sort: true,
      requiredByPolicy: true,
    },
    addresses: {
      ext: 'address-group',
      post: true,
      put: false,
      default: UNSPECIFIED,
      validate: { 'type:subnet_list': null },
      convert: 'convert_none_to_empty_list',
      visible: true,
    },
    shared: {
      ext: 'address-group',
      post: false,
      put: false,
      default: false,
      convert: 'convert_to_boolean',
      visible: false,
    },
    ...revisionAttributes,
    ...timestampAttributes,
  },
  actions: ['add_addresses', 'remove_addresses'].map((name) => ({
    method: 'PUT' as const,
    path: name,
    name,
    status: 200,
    rule: name,
    body: ADDRESSES,
    ext: 'address-group',
  })),
} as const satisfies ResourceDefinition;
