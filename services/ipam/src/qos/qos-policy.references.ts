import { Injectable } from '@nestjs/common';
import { qosPolicies, type RequestContext } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { Guard, InjectGuard } from '@weft/service-kit';
import { qosPolicyNotFound, qosPolicyTarget } from './qos-policy.target';
import { QosPolicyRepository } from './qos-policy.repository';

/** What networks and ports need of QoS policies. */
@Injectable()
export class QosPolicyReferences {
  constructor(
    @InjectGuard(qosPolicies) private readonly guard: Guard,
    private readonly policies: QosPolicyRepository,
  ) {}

  /** The policy that a client names, kept from going; null: none. @throws ApiError 404 if it is not for his eyes */
  async require(ctx: RequestContext, tx: Tx, id: string | null): Promise<string | null> {
    if (id === null) return null;
    const policy = await this.policies.lockForUse(tx, id, ctx.projectId);
    if (!policy || !this.guard.allows('get_policy', ctx, qosPolicyTarget(policy))) throw qosPolicyNotFound(id);
    return id;
  }

  /** For a network that names none. */
  defaultOf(tx: Tx, project: string): Promise<string | null> {
    return this.policies.defaultOf(tx, project);
  }
}
