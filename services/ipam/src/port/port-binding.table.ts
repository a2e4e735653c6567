import { portBindings } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';
import { vifOf } from './vif';

const vif = vifOf('b');

/** @param portTable how ports read: a binding is below one */
export const portBindingTable = (portTable: ResourceTable): ResourceTable => ({
  definition: portBindings,
  table: 'port_binding',
  from: `(
    SELECT p.id AS port_id, p.host, p.vnic_type, p.profile, 'ACTIVE' AS status, p.network_id, p.project_id
    FROM port p WHERE p.host IS NOT NULL
    UNION ALL SELECT p.id, i.host, i.vnic_type, i.profile, 'INACTIVE', p.network_id, p.project_id
    FROM port_binding i JOIN port p ON p.id = i.port_id) b`,
  id: 'b.host',
  parent: { id: 'b.port_id', table: portTable },
  columns: {
    host: 'b.host',
    vif_type: vif.type,
    vif_details: vif.details,
    vnic_type: 'b.vnic_type',
    profile: 'b.profile',
    status: 'b.status',
    project_id: 'b.project_id',
  },
  // For compute services and operators: policy has no way for anybody else.
  visibility: [],
});
