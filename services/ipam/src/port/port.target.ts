import type { NetworkRow } from '../network/network.repository';
import { parentTarget } from '../network/network.target';
import type { PortRow } from './port.repository';

/** What policy must know of a port. */
export const portTarget = (port: PortRow, network: NetworkRow) => ({
  id: port.id,
  project_id: port.project_id,
  tenant_id: port.project_id,
  device_owner: port.device_owner,
  ...parentTarget(network),
});
