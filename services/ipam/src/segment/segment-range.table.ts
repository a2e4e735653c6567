import { networkSegmentRanges } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';

/** Free ids that are listed of a range at most: one of VNIs has millions. */
const MOST_LISTED = 1_000;

const IN_RANGE = `g.network_type = r.network_type AND g.physical_network IS NOT DISTINCT FROM r.physical_network
  AND g.segmentation_id BETWEEN r.minimum AND r.maximum`;

export const segmentRangeTable: ResourceTable = {
  definition: networkSegmentRanges,
  table: 'segment_range',
  from: 'segment_range r',
  id: 'r.id',
  columns: {
    id: 'r.id',
    name: 'r.name',
    default: 'r.is_default',
    shared: 'r.shared',
    project_id: 'r.project_id',
    network_type: 'r.network_type',
    physical_network: 'r.physical_network',
    minimum: 'r.minimum',
    maximum: 'r.maximum',
    used: `(SELECT COALESCE(json_object_agg(g.segmentation_id, n.project_id), '{}')
      FROM segment g JOIN network n ON n.id = g.network_id WHERE ${IN_RANGE})`,
    available: `ARRAY(SELECT n FROM free_range f, generate_series(f.first::int, LEAST(f.last, f.first + ${MOST_LISTED} - 1)::int) n
      WHERE f.pool = r.id ORDER BY n LIMIT ${MOST_LISTED})`,
    description: 'r.description',
    tags: 'r.tags',
    revision_number: 'r.revision_number',
    created_at: timestamp('r.created_at'),
    updated_at: timestamp('r.updated_at'),
  },
  sorts: { project_id: `COALESCE(r.project_id, '')` },
  // Operators only: policy has no way for anybody else.
  visibility: [],
};
