import { UNSPECIFIED, type AttributeDefinition, type ResourceDefinition } from '../definition';

const told = (type: NonNullable<AttributeDefinition['type']>): AttributeDefinition => ({
  ext: 'weft',
  post: false,
  put: false,
  default: UNSPECIFIED,
  type,
  visible: true,
  filter: true,
  sort: true,
});

/** What nodes found changed behind their back and mended: Weft's own, for operators. */
export const drifts = {
  member: 'drift',
  collection: 'drifts',
  root: '/weft/v1',
  path: '/drifts',
  ext: 'weft',
  service: 'ipam',
  operations: { create: false, update: false, delete: false },
  bulk: false,
  pagination: true,
  sorting: true,
  notFound: 'DriftNotFound',
  title: 'Drift',
  attributes: {
    id: { ...told('string'), validate: { 'type:uuid': null }, primaryKey: true },
    host: told('string'),
    /** `fdb`, `neighbour`, `bridge-port`, `daemon`, … */
    kind: told('string'),
    what: told('string'),
    network_id: { ...told('string'), sort: false },
    port_id: { ...told('string'), sort: false },
    found_at: told('string'),
    healed_at: { ...told('string'), sort: false },
  },
} as const satisfies ResourceDefinition;
