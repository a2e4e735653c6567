import { Injectable } from '@nestjs/common';
import { type RequestContext, subnetpools } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { Guard, InjectGuard } from '@weft/service-kit';
import { dependentProjects } from '../sharing/dependent-projects';
import type { Grant, Shareable } from '../sharing/shareable';
import { SubnetPoolRepository } from './subnet-pool.repository';
import { subnetPoolNotFound, subnetPoolTarget } from './subnet-pool.target';

/** Subnet pools as RBAC sees them. */
@Injectable()
export class SubnetPoolShareable implements Shareable {
  readonly type = 'subnetpool';
  readonly actions = ['access_as_shared'] as const;
  readonly notFound = subnetPoolNotFound;

  constructor(
    @InjectGuard(subnetpools) private readonly guard: Guard,
    private readonly pools: SubnetPoolRepository,
  ) {}

  async ownerOf(ctx: RequestContext, tx: Tx, id: string): Promise<string | null> {
    const [pool] = await this.pools.lock(tx, [id], ctx.projectId);
    return pool && this.guard.allows('get_subnetpool', ctx, subnetPoolTarget(pool)) ? pool.project_id : null;
  }

  dependents(tx: Tx, grant: Grant): Promise<readonly string[]> {
    return dependentProjects(tx, grant, {
      owners: 'subnet_pool',
      users: 'SELECT project_id FROM subnet WHERE subnetpool_id = $1',
    });
  }
}
