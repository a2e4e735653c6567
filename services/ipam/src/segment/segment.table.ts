import { segments } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';

export const segmentTable: ResourceTable = {
  definition: segments,
  table: 'segment',
  from: 'segment g',
  id: 'g.id',
  columns: {
    id: 'g.id',
    network_id: 'g.network_id',
    name: 'g.name',
    description: 'g.description',
    physical_network: 'g.physical_network',
    network_type: 'g.network_type',
    segmentation_id: 'g.segmentation_id',
    revision_number: 'g.revision_number',
    created_at: timestamp('g.created_at'),
    updated_at: timestamp('g.updated_at'),
  },
  sorts: {
    name: `COALESCE(g.name, '')`,
    physical_network: `COALESCE(g.physical_network, '')`,
    segmentation_id: 'COALESCE(g.segmentation_id, 0)',
  },
  // Operators only: policy has no way for anybody else.
  visibility: [],
};
