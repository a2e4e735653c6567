import { Injectable } from '@nestjs/common';
import { badRequest, conflict, type Json, type RequestContext, subnetpools } from '@weft/contracts';
import type { Cidr, IpVersion } from '@weft/net';
import type { Tx } from '@weft/persistence';
import { Guard, InjectGuard } from '@weft/service-kit';
import { PrefixAllocator } from '../allocation/prefix-allocator';
import type { PrefixRequest } from '../subnet/prefix-request';
import type { SubnetRow } from '../subnet/subnet.repository';
import { checkAffinity } from './affinity';
import { checkLength, quotaUnits, type SubnetPoolRow } from './subnet-pool-plan';
import { SubnetPoolRepository } from './subnet-pool.repository';
import { subnetPoolNotFound, subnetPoolTarget } from './subnet-pool.target';

/** Where a new subnet's prefix is from; no pool: its creator chose it freely. */
export interface Source {
  readonly cidr: Cidr;
  readonly subnetpool_id: string | null;
}

/** What subnets need of subnet pools. */
@Injectable()
export class SubnetPoolReferences {
  constructor(
    @InjectGuard(subnetpools) private readonly guard: Guard,
    private readonly pools: SubnetPoolRepository,
    private readonly prefixes: PrefixAllocator,
  ) {}

  /**
   * The prefix of a subnet to be, taken out of its pool if it is to be from one. The network must be locked for change.
   * @param others the subnets that the network has
   */
  async prefixFor(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    request: PrefixRequest,
    others: readonly SubnetRow[],
  ): Promise<Source> {
    const { version } = request;
    const id = request.useDefault ? await this.requireDefault(tx, version) : request.poolId;
    const alike = others.filter(({ ip_version }) => ip_version === version);
    const ids = alike.flatMap(({ subnetpool_id }) => subnetpool_id ?? []);
    // With the pools of the others, whose scope decides: it must not change meanwhile.
    const pools = await this.pools.lock(tx, [...ids, ...(id === null ? [] : [id])], ctx.projectId);
    const pool = id === null ? null : this.require(ctx, pools, id);
    checkAffinity(
      pool,
      alike,
      pools.filter((each) => ids.includes(each.id)),
    );
    if (!pool) return { cidr: request.cidr!, subnetpool_id: null };
    if (pool.ip_version !== version)
      throw badRequest('subnets', `Cannot allocate IPv${version} subnet from IPv${pool.ip_version} subnet pool`);
    const length = request.cidr?.prefixLength ?? request.prefixLength ?? pool.default_prefixlen;
    checkLength(pool, length);
    await this.checkQuota(tx, pool, item.project_id as string, length);
    return { cidr: await this.take(tx, pool, request.cidr, length), subnetpool_id: pool.id };
  }

  private async take(tx: Tx, pool: SubnetPoolRow, wanted: Cidr | null, length: number): Promise<Cidr> {
    if (!wanted) {
      const taken = await this.prefixes.take(tx, pool.id, length);
      if (taken) return taken;
      throw noPrefix(`Insufficient prefix space to allocate subnet size /${length}`);
    }
    if (await this.prefixes.claim(tx, pool.id, wanted)) return wanted;
    throw noPrefix('Cannot allocate requested subnet from the available set of prefixes');
  }

  private async requireDefault(tx: Tx, version: IpVersion): Promise<string> {
    const id = await this.pools.defaultOf(tx, version);
    if (id === null) throw badRequest('subnets', `No default subnetpool found for IPv${version}`);
    return id;
  }

  private require(ctx: RequestContext, pools: readonly SubnetPoolRow[], id: string): SubnetPoolRow {
    const pool = pools.find((each) => each.id === id);
    if (!pool || !this.guard.allows('get_subnetpool', ctx, subnetPoolTarget(pool))) throw subnetPoolNotFound(id);
    return pool;
  }

  /** A quota of zero is none, as in the reference: it cannot be taken back otherwise. */
  private async checkQuota(tx: Tx, pool: SubnetPoolRow, project: string, length: number): Promise<void> {
    if (!pool.default_quota) return;
    const wanted = quotaUnits(pool.ip_version, length);
    if ((await this.pools.used(tx, pool, project)) + wanted <= pool.default_quota) return;
    throw conflict('SubnetPoolQuotaExceeded', 'Per-project subnet pool prefix quota exceeded.');
  }
}

/** What a pool has not is no defect of the server: 409 where the reference lets 500 slip. */
const noPrefix = (reason: string) => conflict('SubnetAllocationError', `Failed to allocate subnet: ${reason}.`);
