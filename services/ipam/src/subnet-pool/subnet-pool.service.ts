import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import {
  type ActionRequest,
  ApiError,
  type CreateRequest,
  type DeleteRequest,
  invalidInput,
  type Json,
  policyNotAuthorized,
  type RequestContext,
  subnetpools,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard, requireRevision, type ResourceService } from '@weft/service-kit';
import { AddressScopeReferences } from '../address-scope/address-scope.references';
import { NetworkRepository } from '../network/network.repository';
import { networkTarget, requireVisible } from '../network/network.target';
import { closeAll, openToEverybody } from '../sharing/sharing';
import { SubnetRepository } from '../subnet/subnet.repository';
import { networkScopeAffinity } from './affinity';
import { planPool, replanPool, type SubnetPoolRow, withoutPrefixes, withPrefixes } from './subnet-pool-plan';
import { SubnetPoolRepository } from './subnet-pool.repository';
import { subnetPoolNotFound, subnetPoolTarget } from './subnet-pool.target';

/** Rules of subnet pools. Each write holds its pool: prefixes never move under an allocation. */
@Injectable()
export class SubnetPoolService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(subnetpools) private readonly guard: Guard,
    private readonly pools: SubnetPoolRepository,
    private readonly networks: NetworkRepository,
    private readonly subnets: SubnetRepository,
    private readonly scopes: AddressScopeReferences,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const one = async (tx: Tx, item: Record<string, Json>, i: number) => {
      this.guard.create(ctx, item, explicit[i]!);
      const pool = {
        ...planPool(item),
        id: randomUUID(),
        project_id: item.project_id as string,
        name: item.name as string,
        description: item.description as string,
        is_default: item.is_default as boolean,
        address_scope_id: (item.address_scope_id as string | null | undefined) ?? null,
      };
      await this.scopes.join(ctx, tx, pool);
      await orOneDefault(this.pools.insert(tx, pool));
      if (item.shared === true) await openToEverybody(tx, 'subnetpool', pool, 'access_as_shared');
      return pool.id;
    };
    return this.database.writeEach(ctx, 'create_subnetpool', items, one, { quota: 'subnetpool' });
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_subnetpool', id, async (tx) => {
      const pool = await this.open(ctx, tx, id);
      this.guard.update(ctx, subnetPoolTarget(pool), changes);
      requireRevision(pool, ifRevision);
      const next = replanPool(pool, changes);
      if (next.address_scope_id !== pool.address_scope_id) await this.rescope(ctx, tx, next);
      await this.store(tx, next, 'prefixes' in changes);
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_subnetpool', id, async (tx) => {
      const pool = await this.open(ctx, tx, id);
      this.guard.delete(ctx, subnetPoolTarget(pool));
      requireRevision(pool, ifRevision);
      if ((await this.pools.subnets(tx, id)).length > 0)
        throw new ApiError(
          'SubnetPoolDeleteError',
          400,
          'Unable to delete subnet pool: Subnet pool has existing allocations.',
        );
      await closeAll(tx, id);
      await this.pools.delete(tx, pool);
    });
  }

  readonly actions = {
    add_prefixes: (ctx: RequestContext, request: ActionRequest) =>
      this.change(ctx, request, 'add_prefixes', async (pool, { prefixes }) => withPrefixes(pool, prefixes as string[])),
    remove_prefixes: (ctx: RequestContext, request: ActionRequest) =>
      this.change(ctx, request, 'remove_prefixes', async (pool, { prefixes }, tx) =>
        withoutPrefixes(pool, prefixes as string[], await this.pools.subnets(tx, pool.id)),
      ),
    onboard_network_subnets: (ctx: RequestContext, { id, body }: ActionRequest) => {
      const networkId = (body as Record<string, Json>).network_id as string;
      return this.onboard(ctx, id, networkId);
    },
  };

  readonly loadTarget = async (tx: Tx, id: string, ctx: RequestContext) => {
    const [pool] = await this.pools.lock(tx, [id], ctx.projectId);
    return pool ? { ...subnetPoolTarget(pool), tags: pool.tags } : null;
  };

  /** @returns all prefixes of the pool, as they are then */
  private async change(
    ctx: RequestContext,
    { id, body }: ActionRequest,
    rule: string,
    next: (pool: SubnetPoolRow, body: Record<string, Json>, tx: Tx) => Promise<string[]>,
  ): Promise<Json> {
    const prefixes = await this.database.write(
      ctx,
      `${rule} ${id}`,
      async (tx) => {
        const pool = await this.openFor(ctx, tx, id, rule);
        const wanted = await next(pool, body as Record<string, Json>, tx);
        await this.store(tx, { ...pool, prefixes: wanted }, true);
        return { ids: wanted, value: wanted };
      },
      async (wanted) => [...wanted],
    );
    return { prefixes };
  }

  /** Takes the subnets of a network in, of the pool's IP version; their prefixes become the pool's. */
  private async onboard(ctx: RequestContext, id: string, networkId: string): Promise<Json> {
    await this.database.writeOne(ctx, `onboard_network_subnets ${networkId}`, id, async (tx) => {
      // The network first, as for every change of its subnets.
      const found = await this.networks.lockForChange(tx, networkId, ctx.projectId);
      const network = requireVisible(this.guard, ctx, networkId, found);
      const pool = await this.openFor(ctx, tx, id, 'onboard_network_subnets');
      // What is taken in is the pool's from then on: that is for who may change the network to decide.
      if (!this.guard.allows('update_network', ctx, networkTarget(network)))
        throw policyNotAuthorized('rule:update_network');
      const all = await this.subnets.ofNetwork(tx, networkId);
      const come = all.filter(
        ({ ip_version, subnetpool_id }) => ip_version === pool.ip_version && subnetpool_id !== id,
      );
      if (come.length === 0) return;
      const elsewhere = come.find(({ subnetpool_id }) => subnetpool_id !== null);
      if (elsewhere) throw poolUpdate(`subnet ${elsewhere.id} has been allocated from another subnet pool`);
      const cidrs = come.map(({ cidr }) => cidr);
      try {
        await this.subnets.onboard(
          tx,
          come.map((subnet) => subnet.id),
          id,
        );
      } catch (error) {
        if (violatedConstraint(error) !== 'subnet_pool_overlap') throw error;
        throw poolUpdate('subnets to be onboarded overlap with subnets of the subnet pool');
      }
      await this.store(tx, { ...pool, prefixes: withPrefixes(pool, cidrs) }, true);
    });
    return {};
  }

  /** Its subnets change scope with it: there must be no others on their networks. */
  private async rescope(ctx: RequestContext, tx: Tx, pool: SubnetPoolRow): Promise<void> {
    if (await this.pools.hasNeighbours(tx, pool.id)) throw networkScopeAffinity();
    await this.scopes.join(ctx, tx, pool);
  }

  private async store(tx: Tx, pool: SubnetPoolRow, moved: boolean): Promise<void> {
    if (moved) await this.scopes.keep(tx, pool);
    await orOneDefault(this.pools.update(tx, pool));
    if (moved) await this.pools.redefine(tx, pool);
  }

  private async open(ctx: RequestContext, tx: Tx, id: string): Promise<SubnetPoolRow> {
    const [pool] = await this.pools.lock(tx, [id], ctx.projectId);
    if (!pool) throw subnetPoolNotFound(id);
    return pool;
  }

  private async openFor(ctx: RequestContext, tx: Tx, id: string, rule: string): Promise<SubnetPoolRow> {
    const pool = await this.open(ctx, tx, id);
    this.guard.see(ctx, subnetPoolTarget(pool));
    if (!this.guard.allows(rule, ctx, subnetPoolTarget(pool))) throw policyNotAuthorized(`rule:${rule}`);
    return pool;
  }
}

async function orOneDefault(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (violatedConstraint(error) !== 'subnet_pool_default') throw error;
    throw invalidInput(
      'A default subnetpool for this IP family has already been set. Only one default may exist per IP family',
    );
  }
}

const poolUpdate = (reason: string) =>
  new ApiError('IllegalSubnetPoolUpdate', 400, `Illegal subnetpool update : ${reason}.`);
