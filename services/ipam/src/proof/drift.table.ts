import { drifts } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';

export const driftTable: ResourceTable = {
  definition: drifts,
  table: 'drift',
  from: 'drift d',
  id: 'd.id',
  columns: {
    id: 'd.id',
    host: 'd.host',
    kind: 'd.kind',
    what: 'd.what',
    network_id: 'd.network_id',
    port_id: 'd.port_id',
    found_at: timestamp('d.found_at'),
    healed_at: timestamp('d.healed_at'),
  },
  sorts: { found_at: 'd.found_at' },
  // Operators only: policy has no way for anybody else.
  visibility: [],
};
