import { availabilityZones } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';

/** Zones as the DHCP agents of nodes are in them: those of the resource `network`. One is available while any of these is in service. */
export const availabilityZoneTable: ResourceTable = {
  definition: availabilityZones,
  table: 'node',
  from: `(SELECT w.availability_zone AS name, bool_or(a.admin_state_up) AS open
          FROM node w JOIN agent a ON a.host = w.host AND a.role = 'dhcp' GROUP BY 1) z`,
  id: 'z.name',
  columns: {
    name: 'z.name',
    resource: `'network'`,
    state: `CASE WHEN z.open THEN 'available' ELSE 'unavailable' END`,
  },
  // They are nobody's: who may see them sees all.
  visibility: [{ rows: () => 'true', target: () => ({}) }],
};
