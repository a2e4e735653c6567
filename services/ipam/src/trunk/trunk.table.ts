import { trunks } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';

/**
 * A trunk is as its ports are: `DOWN` while its parent is, `ACTIVE` once all of them are proven, `BUILD` on the way there, and
 * `DEGRADED` when a subport is not.
 */
const STATUS = `(SELECT CASE
    WHEN p.status <> 'ACTIVE' THEN p.status
    WHEN bool_and(c.status = 'ACTIVE') IS NOT FALSE THEN 'ACTIVE'
    WHEN bool_or(c.status = 'BUILD') THEN 'BUILD'
    ELSE 'DEGRADED' END
  FROM port p LEFT JOIN subport s ON s.trunk_id = t.id LEFT JOIN port c ON c.id = s.port_id
  WHERE p.id = t.port_id GROUP BY p.status)`;

export const trunkTable: ResourceTable = {
  definition: trunks,
  table: 'trunk',
  from: 'trunk t',
  id: 't.id',
  columns: {
    id: 't.id',
    name: 't.name',
    tenant_id: 't.project_id',
    project_id: 't.project_id',
    admin_state_up: 't.admin_state_up',
    port_id: 't.port_id',
    status: STATUS,
    sub_ports: `(SELECT COALESCE(json_agg(json_build_object('port_id', s.port_id, 'segmentation_type', s.segmentation_type,
      'segmentation_id', s.segmentation_id) ORDER BY s.segmentation_id), '[]') FROM subport s WHERE s.trunk_id = t.id)`,
    description: 't.description',
    tags: 't.tags',
    revision_number: 't.revision_number',
    created_at: timestamp('t.created_at'),
    updated_at: timestamp('t.updated_at'),
  },
  sorts: { sub_ports: `''` },
  visibility: [
    {
      rows: (project) => `t.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project }),
    },
  ],
};
