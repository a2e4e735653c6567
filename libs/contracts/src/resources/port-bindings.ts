import { REQUIRED, UNSPECIFIED, type ResourceDefinition } from '../definition';
import { readOnly } from './standard';
import { ports, VNIC_TYPES } from './ports';

/** Where a port is bound, and where it is about to be: a compute service prepares the next host before an instance moves. */
export const portBindings = {
  member: 'binding',
  collection: 'bindings',
  path: '/ports/{port_id}/bindings',
  parent: ports,
  key: { attribute: 'host', type: 'text' },
  ext: 'binding-extended',
  service: 'ipam',
  operations: { create: true, update: true, delete: true },
  bulk: true,
  pagination: true,
  sorting: true,
  notFound: 'PortBindingNotFound',
  title: 'Port binding',
  attributes: {
    host: {
      ext: 'binding-extended',
      post: true,
      put: true,
      default: REQUIRED,
      type: 'string',
      visible: true,
      filter: true,
      primaryKey: true,
    },
    vif_type: { ...readOnly('binding-extended', 'string'), filter: true, enforcePolicy: true },
    vif_details: { ...readOnly('binding-extended', 'object'), enforcePolicy: true },
    vnic_type: {
      ext: 'binding-extended',
      post: true,
      put: true,
      default: 'normal',
      validate: { 'type:values': VNIC_TYPES },
      visible: true,
      filter: true,
      enforcePolicy: true,
    },
    profile: {
      ext: 'binding-extended',
      post: true,
      put: true,
      default: UNSPECIFIED,
      validate: { 'type:dict_or_none': null },
      visible: true,
      enforcePolicy: true,
    },
    status: { ...readOnly('binding-extended', 'string'), filter: true },
    project_id: {
      ext: 'binding-extended',
      post: true,
      put: false,
      default: REQUIRED,
      validate: { 'type:string': 255 },
      visible: true,
      requiredByPolicy: true,
    },
  },
  actions: [{ method: 'PUT', path: 'activate', name: 'activate', status: 200, ext: 'binding-extended' }],
} as const satisfies ResourceDefinition;
