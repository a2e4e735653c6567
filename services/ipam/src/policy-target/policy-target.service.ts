import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import {
  ApiError,
  conflict,
  type CreateRequest,
  type DeleteRequest,
  isUuidLike,
  type Json,
  notFound,
  policyNotAuthorized,
  policyTargets as definition,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard, type ResourceService } from '@weft/service-kit';
import type { FixedIpRequest } from '../port/address.allocator';
import { PortService } from '../port/port.service';
import { References } from '../security/references';
import { SubnetRepository } from '../subnet/subnet.repository';
import { Clusters } from './clusters';
import { type GroupRow, groupNotFound, groupTarget, lockGroup } from './policy-target-group.service';
import type { PolicyTargetEntity } from './policy-target.entity';

type TargetRow = Readonly<PolicyTargetEntity>;

/** Rules of policy targets: each is mapped to a port, its own or one that is named, and may be in the cluster of another of its group. */
@Injectable()
export class PolicyTargetService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly ports: PortService,
    private readonly subnets: SubnetRepository,
    private readonly clusters: Clusters,
    private readonly references: References,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const one = async (tx: Tx, item: Record<string, Json>, i: number) => {
      this.guard.create(ctx, item, explicit[i]!);
      if (item.cluster_id !== '') this.requireRule(ctx, 'create_policy_target:cluster_id', item);
      const group = await this.groupFor(ctx, tx, item.policy_target_group_id as string | null);
      const id = randomUUID();
      const cluster = await this.masterOf(tx, group, id, item.cluster_id as string);
      const port = item.port_id
        ? await this.ports.lockOwn(ctx, tx, item.port_id as string)
        : await this.makePort(ctx, tx, group, item);
      await insert(tx, { ...item, id, cluster, port_id: port, own_port: !item.port_id });
      if (cluster !== null) await this.clusters.settle(tx, cluster);
      return id;
    };
    return this.references.withReferences(ctx, () => this.database.writeEach(ctx, 'create_policy_target', items, one));
  }

  async update(ctx: RequestContext, { id, changes }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_policy_target', id, async (tx) => {
      const target = await lockTarget(tx, id);
      this.guard.update(ctx, targetOf(target), changes);
      if ('cluster_id' in changes) this.requireRule(ctx, 'update_policy_target:cluster_id', targetOf(target));
      const groupId = (changes.policy_target_group_id ?? target.group_id) as string;
      const group = await this.groupFor(ctx, tx, groupId);
      if (groupId !== target.group_id) await refuseClustered(tx, target, changes);
      const cluster =
        'cluster_id' in changes ? await this.masterOf(tx, group, id, changes.cluster_id as string) : target.cluster;
      await tx.query(
        'UPDATE policy_target SET name = $2, description = $3, group_id = $4, cluster = $5 WHERE id = $1',
        [id, changes.name ?? target.name, changes.description ?? target.description, groupId, cluster],
      );
      if ('fixed_ips' in changes)
        await this.ports.readdress(ctx, tx, target.port_id, changes.fixed_ips as FixedIpRequest[]);
      if (cluster !== target.cluster) await this.regroup(tx, target, cluster);
    });
  }

  delete(ctx: RequestContext, { id }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_policy_target', id, async (tx) => {
      const target = await lockTarget(tx, id);
      this.guard.delete(ctx, targetOf(target));
      await refuseMaster(tx, target);
      await tx.query('DELETE FROM policy_target WHERE id = $1', [id]);
      await this.regroup(tx, { ...target, cluster: target.cluster === id ? null : target.cluster }, null);
      if (target.own_port) await this.ports.remove(tx, target.port_id);
    });
  }

  /** Who is in a cluster may send as somebody else: for administrators. @throws ApiError 403 */
  private requireRule(ctx: RequestContext, rule: string, target: Record<string, Json>): void {
    if (!this.guard.allows(rule, ctx, target)) throw policyNotAuthorized(`rule:${rule}`);
  }

  /** From one cluster to another, or out of one. */
  private async regroup(tx: Tx, { id, cluster: before, port_id }: TargetRow, now: string | null): Promise<void> {
    if (before !== null && before !== id) {
      await this.clusters.leave(tx, port_id);
      await this.clusters.settle(tx, before);
    }
    if (now !== null) await this.clusters.settle(tx, now);
  }

  /** The group that a target is to be in, kept from going. @throws ApiError 404 if it is not there, or not for the caller's eyes */
  private async groupFor(ctx: RequestContext, tx: Tx, id: string | null): Promise<GroupRow> {
    if (id === null)
      throw new ApiError(
        'PolicyTargetRequiresPolicyTargetGroup',
        400,
        'A policy target must have a policy target group.',
      );
    const group = await lockGroup(tx, id, 'KEY SHARE');
    if (!this.guard.allows('get_policy_target_group', ctx, groupTarget(group))) throw groupNotFound(id);
    return group;
  }

  /** The target that a `cluster_id` names, locked; null: none. @throws ApiError 400 for another thing than a target of this group */
  private async masterOf(tx: Tx, group: GroupRow, self: string, clusterId: string): Promise<string | null> {
    if (clusterId === '') return null;
    const id = clusterId.toLowerCase();
    const [master] = isUuidLike(id)
      ? await tx.query<TargetRow>('SELECT * FROM policy_target WHERE id = $1 FOR UPDATE', [id])
      : [];
    if (!master)
      throw new ApiError(
        'InvalidClusterId',
        400,
        `A cluster_id must be the id of a policy target, which ${clusterId} is not.`,
      );
    // It may have moved to this group in the same request.
    if (master.id !== self && master.group_id !== group.id)
      throw new ApiError('InvalidClusterPtg', 400, 'Inter PTG clustering disallowed.');
    return master.id;
  }

  private async makePort(ctx: RequestContext, tx: Tx, group: GroupRow, item: Record<string, Json>): Promise<string> {
    const [first] = group.subnets;
    const subnet = first === undefined ? null : await this.subnets.find(tx, first);
    if (!subnet)
      throw new ApiError(
        'PolicyTargetRequiresPort',
        400,
        `Policy target group ${group.id} has no subnets: a port must be named.`,
      );
    const fixed_ips = (item.fixed_ips ?? [{ subnet_id: subnet.id }]) as Json;
    const port = { ...portOf(item), network_id: subnet.network_id, fixed_ips };
    const named = ['network_id', ...(item.fixed_ips ? ['fixed_ips'] : [])];
    return (await this.ports.make(ctx, tx, [port], [named]))[0]!;
  }
}

/** A port for a target, as its request would be. */
const portOf = ({ project_id, tenant_id, name }: Record<string, Json>): Record<string, Json> => ({
  ...{ project_id: project_id!, tenant_id: tenant_id!, name: name ? `pt_${String(name)}` : '' },
  ...{ description: '', admin_state_up: true, device_id: '', device_owner: '', 'binding:vnic_type': 'normal' },
  ...{ dns_name: '', dns_domain: '', propagate_uplink_status: true, qos_policy_id: null },
});

async function insert(tx: Tx, row: Record<string, Json>): Promise<void> {
  try {
    await tx.query(
      `INSERT INTO policy_target (id, project_id, group_id, name, description, cluster, port_id, own_port)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ...[row.id, row.project_id, row.policy_target_group_id, row.name, row.description],
        ...[row.cluster, row.port_id, row.own_port],
      ],
    );
  } catch (error) {
    if (violatedConstraint(error) !== 'policy_target_port_once') throw error;
    throw conflict('PortInUse', `Port ${String(row.port_id)} is that of another policy target.`);
  }
}

async function lockTarget(tx: Tx, id: string): Promise<TargetRow> {
  const [target] = await tx.query<TargetRow>('SELECT * FROM policy_target WHERE id = $1 FOR UPDATE', [id]);
  if (!target) throw notFound(definition.notFound, definition.title, id);
  return target;
}

const targetOf = ({ id, project_id }: TargetRow) => ({ id, project_id, tenant_id: project_id });

/** @throws ApiError 409 for a target that others may stand in for */
async function refuseMaster(tx: Tx, { id }: TargetRow): Promise<void> {
  const members = await tx.query('SELECT 1 FROM policy_target WHERE cluster = $1 AND id <> $1 LIMIT 1', [id]);
  if (members.length > 0) throw conflict('PolicyTargetInUse', `Policy Target ${id} is the master of a cluster.`);
}

/** A cluster is inside of one group. @throws ApiError 400 */
async function refuseClustered(tx: Tx, target: TargetRow, changes: Record<string, Json>): Promise<void> {
  await refuseMaster(tx, target);
  const leaves = target.cluster === null || target.cluster === target.id || 'cluster_id' in changes;
  if (!leaves) throw new ApiError('InvalidClusterPtg', 400, 'Inter PTG clustering disallowed.');
}
