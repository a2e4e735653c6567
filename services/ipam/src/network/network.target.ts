import { networks, notFound, type RequestContext } from '@weft/contracts';
import type { Guard } from '@weft/service-kit';
import type { NetworkRow } from './network.repository';

export const networkNotFound = (id: string) => notFound(networks.notFound, networks.title, id);

/** What policy must know of a network. */
export const networkTarget = (network: NetworkRow) => ({
  id: network.id,
  project_id: network.project_id,
  tenant_id: network.project_id,
  shared: network.shared,
});

/** What policy must know of the network of a subnet or port. */
export const parentTarget = (network: NetworkRow) => ({
  'network:project_id': network.project_id,
  'network:tenant_id': network.project_id,
  shared: network.shared,
});

/** The network that something is to be made in. @throws ApiError 404 if it is not there, or not for the caller's eyes */
export function requireVisible(guard: Guard, ctx: RequestContext, id: string, network: NetworkRow | null): NetworkRow {
  if (!network || !guard.allows('get_network', ctx, networkTarget(network))) throw networkNotFound(id);
  return network;
}
