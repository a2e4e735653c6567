import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import {
  ApiError,
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type Json,
  networks,
  notFound,
  policyTargetGroups as definition,
  type RequestContext,
  subnets as subnetDefinition,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard, type ResourceService } from '@weft/service-kit';
import { NetworkRepository } from '../network/network.repository';
import { networkTarget } from '../network/network.target';
import { SubnetRepository } from '../subnet/subnet.repository';
import type { PolicyTargetGroupEntity } from './policy-target-group.entity';

export type GroupRow = Readonly<PolicyTargetGroupEntity>;

/** Attribute → what it would refer to, which there is none of. */
const NEVER: Readonly<Record<string, string>> = {
  l2_policy_id: 'L2Policy',
  application_policy_group_id: 'ApplicationPolicyGroup',
  network_service_policy_id: 'NetworkServicePolicy',
  provided_policy_rule_sets: 'PolicyRuleSet',
  consumed_policy_rule_sets: 'PolicyRuleSet',
};

/** Rules of policy target groups. */
@Injectable()
export class PolicyTargetGroupService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    @InjectGuard(networks) private readonly networkGuard: Guard,
    private readonly networks: NetworkRepository,
    private readonly subnets: SubnetRepository,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    return this.database.writeEach(ctx, 'create_policy_target_group', items, async (tx, item, i) => {
      this.guard.create(ctx, item, explicit[i]!);
      refuseUnknown(item);
      const id = randomUUID();
      const subnets = await this.visible(ctx, tx, item.subnets as string[]);
      await tx.query(
        `INSERT INTO policy_target_group (id, project_id, name, description, shared, service_management, subnets)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [id, item.project_id, item.name, item.description, item.shared, item.service_management, subnets],
      );
      return id;
    });
  }

  update(ctx: RequestContext, { id, changes }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_policy_target_group', id, async (tx) => {
      const group = await lockGroup(tx, id);
      this.guard.update(ctx, groupTarget(group), changes);
      refuseUnknown(changes);
      const next = { ...group, ...changes };
      if ('subnets' in changes) await this.visible(ctx, tx, changes.subnets as string[]);
      if (group.shared && !next.shared) await refuseForeign(tx, group);
      await tx.query(
        `UPDATE policy_target_group SET name = $2, description = $3, shared = $4, service_management = $5, subnets = $6
         WHERE id = $1`,
        [id, next.name, next.description, next.shared, next.service_management, next.subnets],
      );
    });
  }

  delete(ctx: RequestContext, { id }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_policy_target_group', id, async (tx) => {
      this.guard.delete(ctx, groupTarget(await lockGroup(tx, id)));
      try {
        await tx.query('DELETE FROM policy_target_group WHERE id = $1', [id]);
      } catch (error) {
        if (violatedConstraint(error) !== 'policy_target_group_used') throw error;
        throw conflict('PolicyTargetGroupInUse', `Policy Target Group ${id} is in use.`);
      }
    });
  }

  /** Subnets on which targets get their ports. @throws ApiError 404 for one that is not for the caller's eyes */
  private async visible(ctx: RequestContext, tx: Tx, ids: readonly string[]): Promise<readonly string[]> {
    for (const id of ids) {
      const subnet = await this.subnets.find(tx, id);
      const network = subnet && (await this.networks.lockForUse(tx, subnet.network_id, ctx.projectId));
      if (!network || !this.networkGuard.allows('get_network', ctx, networkTarget(network)))
        throw notFound(subnetDefinition.notFound, subnetDefinition.title, id);
    }
    return ids;
  }
}

/** @throws ApiError 404 */
export async function lockGroup(tx: Tx, id: string, lock: 'UPDATE' | 'KEY SHARE' = 'UPDATE'): Promise<GroupRow> {
  const [group] = await tx.query<GroupRow>(`SELECT * FROM policy_target_group WHERE id = $1 FOR ${lock}`, [id]);
  if (!group) throw groupNotFound(id);
  return group;
}

export const groupNotFound = (id: string) => notFound(definition.notFound, definition.title, id);

export const groupTarget = ({ id, project_id, shared }: GroupRow) => ({
  id,
  project_id,
  tenant_id: project_id,
  shared,
});

/** @throws ApiError 404 for a reference to what there is none of */
function refuseUnknown(given: Readonly<Record<string, Json>>): void {
  for (const [attribute, kind] of Object.entries(NEVER)) {
    const value = given[attribute] ?? null;
    const [id] = typeof value === 'string' ? [value] : Object.keys(value ?? {});
    if (id !== undefined) throw new ApiError(`${kind}NotFound`, 404, `${kind} ${id} could not be found.`);
  }
}

/** @throws ApiError 409 while somebody else has targets in it */
async function refuseForeign(tx: Tx, { id, project_id }: GroupRow): Promise<void> {
  const foreign = await tx.query('SELECT 1 FROM policy_target WHERE group_id = $1 AND project_id <> $2 LIMIT 1', [
    ...[id, project_id],
  ]);
  if (foreign.length > 0)
    throw conflict(
      'InvalidSharedAttributeUpdate',
      `Invalid shared attribute update. Shared resource ${id} is in use by other tenants.`,
    );
}
