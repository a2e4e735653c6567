import { ApiError, networks, notFound, type RequestContext } from '@weft/contracts';
import type { Guard } from '@weft/service-kit';
import type { NetworkRow } from './network.repository';

export const networkNotFound = (id: string) => notFound(networks.notFound, networks.title, id);

/** What policy must know of a network, as its row was read for the caller. */
export const networkTarget = (network: NetworkRow) => ({
  id: network.id,
  project_id: network.project_id,
  tenant_id: network.project_id,
  shared: network.shared,
  'router:external': network.external,
});

/** What policy must know of the network of a subnet or port. */
export const parentTarget = (network: NetworkRow) => ({
  'network:project_id': network.project_id,
  'network:tenant_id': network.project_id,
  shared: network.shared,
  'router:external': network.external,
});

/** The network that something is to be made in. @throws ApiError 404 if it is not there, or not for the caller's eyes */
export function requireVisible(guard: Guard, ctx: RequestContext, id: string, network: NetworkRow | null): NetworkRow {
  if (!network || !guard.allows('get_network', ctx, networkTarget(network))) throw networkNotFound(id);
  return network;
}

/** Roles that make things in networks of others. */
const ANYWHERE = ['admin', 'advsvc', 'service'];

/**
 * A network that the caller sees, because it is external, is not yet one that his project may make things in.
 * @throws ApiError 403
 */
export function requireMember(ctx: RequestContext, what: string, projectId: string, network: NetworkRow): void {
  if (network.shared || network.project_id === projectId || ANYWHERE.some((role) => ctx.roles.includes(role))) return;
  throw new ApiError('HTTPForbidden', 403, `Tenant ${projectId} not allowed to create ${what} on this network`);
}
