import { Injectable } from '@nestjs/common';
import { qosPolicies, type RequestContext } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { Guard, InjectGuard } from '@weft/service-kit';
import type { Grant, Shareable } from '../sharing/shareable';
import { dependentProjects } from '../sharing/dependent-projects';
import { qosPolicyNotFound, qosPolicyTarget } from './qos-policy.target';
import { QosPolicyRepository } from './qos-policy.repository';

const USERS = `
  SELECT project_id FROM network WHERE qos_policy_id = $1 UNION SELECT project_id FROM port WHERE qos_policy_id = $1`;

/** QoS policies as RBAC sees them. */
@Injectable()
export class QosShareable implements Shareable {
  readonly type = 'qos_policy';
  readonly actions = ['access_as_shared'] as const;
  readonly notFound = qosPolicyNotFound;

  constructor(
    @InjectGuard(qosPolicies) private readonly guard: Guard,
    private readonly policies: QosPolicyRepository,
  ) {}

  async ownerOf(ctx: RequestContext, tx: Tx, id: string): Promise<string | null> {
    const policy = await this.policies.lockForChange(tx, id, ctx.projectId);
    return policy && this.guard.allows('get_policy', ctx, qosPolicyTarget(policy)) ? policy.project_id : null;
  }

  dependents(tx: Tx, grant: Grant): Promise<readonly string[]> {
    return dependentProjects(tx, grant, { owners: 'qos_policy', users: USERS });
  }
}
