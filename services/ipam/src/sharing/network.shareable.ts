import { Injectable } from '@nestjs/common';
import { deviceOwnersWith, networks, type RequestContext } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { Guard, InjectGuard } from '@weft/service-kit';
import { NetworkRepository } from '../network/network.repository';
import { networkNotFound, networkTarget } from '../network/network.target';
import { dependentProjects } from './dependent-projects';
import type { Grant, Shareable } from './shareable';

const EXTERNAL = deviceOwnersWith(({ external }) => external)
  .map((owner) => `'${owner}'`)
  .join(', ');

/** Which projects use a network by which access. */
const USERS = {
  access_as_shared: `
    SELECT project_id FROM port WHERE network_id = $1 AND device_owner NOT IN (${EXTERNAL})
    UNION SELECT project_id FROM subnet WHERE network_id = $1`,
  access_as_external: `
    SELECT project_id FROM port WHERE network_id = $1 AND device_owner IN (${EXTERNAL})`,
};

/** Networks as RBAC sees them. */
@Injectable()
export class NetworkShareable implements Shareable {
  readonly type = 'network';
  readonly actions = ['access_as_shared', 'access_as_external'] as const;
  readonly notFound = networkNotFound;

  constructor(
    @InjectGuard(networks) private readonly guard: Guard,
    private readonly networks: NetworkRepository,
  ) {}

  async ownerOf(ctx: RequestContext, tx: Tx, id: string): Promise<string | null> {
    const network = await this.networks.lockForChange(tx, id, ctx.projectId);
    return network && this.guard.allows('get_network', ctx, networkTarget(network)) ? network.project_id : null;
  }

  dependents(tx: Tx, grant: Grant): Promise<readonly string[]> {
    return dependentProjects(tx, grant, { owners: 'network', users: USERS[grant.action] });
  }
}
