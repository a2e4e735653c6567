import type { ResourceDefinition } from '../definition';
import { weftFace } from '../faces';
import { told } from './standard';

/** What lists may be narrowed to and sorted by. */
const sought = { ...told('weft', 'string'), filter: true, sort: true } as const;
const filtered = { ...told('weft', 'string'), filter: true } as const;

/** What nodes found changed behind their back and mended: Weft's own, for operators. */
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
    id: { ...sought, validate: { 'type:uuid': null }, primaryKey: true },
    host: sought,
    /** `fdb`, `neighbour`, `bridge-port`, `daemon`, … */
    kind: sought,
    what: sought,
    network_id: filtered,
    port_id: filtered,
    found_at: sought,
    healed_at: filtered,
  },
} as const satisfies ResourceDefinition;
