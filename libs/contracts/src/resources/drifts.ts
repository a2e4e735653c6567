import type { ResourceDefinition } from '../definition';
import { weftFace } from '../faces';
import { readOnly } from './standard';

/** Filterable and sortable. */
const sortable = { ...readOnly('weft', 'string'), filter: true, sort: true } as const;
const filtered = { ...readOnly('weft', 'string'), filter: true } as const;

/** Kernel objects that nodes found changed and corrected: Weft's own, for operators. */
export const drifts = {
  member: 'drift',
  collection: 'drifts',
  face: weftFace,
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
    id: { ...sortable, validate: { 'type:uuid': null }, primaryKey: true },
    host: sortable,
    /** `fdb`, `neighbour`, `bridge-port`, `daemon`, … */
    kind: sortable,
    what: sortable,
    network_id: filtered,
    port_id: filtered,
    found_at: sortable,
    healed_at: filtered,
  },
} as const satisfies ResourceDefinition;
