import { Injectable } from '@nestjs/common';
import {
  httpBadRequest,
  type ListQuotasRequest,
  policyNotAuthorized,
  type ProjectQuotaRequest,
  type ProjectQuotas,
  type QuotaLimits,
  type QuotaOperations,
  type QuotaPage,
  type QuotaReset,
  type RequestContext,
  type SetQuotasRequest,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Policy } from '@weft/policy';
import { QuotaRepository } from './quota.repository';

/** Projects of a page: well below the broker's default max payload, however many resources a service has. */
const PAGE_PROJECTS = 500;

/** One method per operation of the contract. */
export type QuotaRequests = {
  [Name in keyof QuotaOperations]: (
    request: QuotaOperations[Name]['request'],
  ) => Promise<QuotaOperations[Name]['body']>;
};

/** Rules of the quotas of one service's resources. Enforcement is the database's: `Tx.count`. */
@Injectable()
export class QuotaService implements QuotaRequests {
  private readonly rows = new QuotaRepository();

  constructor(
    private readonly database: Database,
    private readonly policy: Policy,
  ) {}

  /** Every project may see its own quotas. */
  async show({ ctx, projectId }: ProjectQuotaRequest): Promise<ProjectQuotas> {
    if (projectId !== ctx.projectId) this.require('get_quota', ctx, { project_id: projectId });
    return this.read(this.database, projectId);
  }

  async list({ ctx, after = '' }: ListQuotasRequest): Promise<QuotaPage> {
    // All projects: a caller who may see only its own may not see this.
    this.require('get_quota', ctx, {});
    const found = await this.rows.page(this.database, after, PAGE_PROJECTS + 1);
    const projects = found.slice(0, PAGE_PROJECTS);
    return { defaults: this.database.quotaDefaults, projects, more: found.length > projects.length };
  }

  async check(request: SetQuotasRequest): Promise<null> {
    this.require('update_quota', request.ctx, { project_id: request.projectId });
    await this.refuseBelowUsage(this.database, request);
    return null;
  }

  async set(request: SetQuotasRequest): Promise<QuotaLimits> {
    const { ctx, projectId, limits } = request;
    this.require('update_quota', ctx, { project_id: projectId });
    return this.database.transaction(async (tx) => {
      await this.rows.lockUsage(tx, projectId);
      await this.refuseBelowUsage(tx, request);
      const before = limitsOf(await this.read(tx, projectId));
      await this.rows.set(tx, projectId, limits);
      return before;
    });
  }

  async reset({ ctx, projectId }: ProjectQuotaRequest): Promise<QuotaReset> {
    this.require('delete_quota', ctx, { project_id: projectId });
    const reset = async (tx: Tx) => {
      const before = limitsOf(await this.read(tx, projectId));
      const existed = await this.rows.reset(tx, projectId);
      return { ids: existed ? [projectId] : [], value: { existed, before } };
    };
    const operation = `reset_quota ${projectId}`;
    return this.database.write<QuotaReset>(ctx, operation, reset, async (ids) => ({ existed: ids.length > 0 }));
  }

  private async read(reader: Pick<Tx, 'query'>, projectId: string): Promise<ProjectQuotas> {
    const { quotaDefaults: defaults } = this.database;
    const known = await this.rows.ofProject(reader, projectId, Object.keys(defaults));
    return Object.fromEntries(
      known.map(({ name, value, used }) => [name, { limit: value ?? defaults[name]!, used, default: defaults[name]! }]),
    );
  }

  private async refuseBelowUsage(
    reader: Pick<Tx, 'query'>,
    { projectId, limits, force }: SetQuotasRequest,
  ): Promise<void> {
    if (force) return;
    const now = await this.read(reader, projectId);
    for (const [name, limit] of Object.entries(limits)) {
      const used = now[name]?.used ?? 0;
      if (limit < 0 || used <= limit) continue;
      throw httpBadRequest(`Quota limit ${limit} for ${name} must be greater than or equal to already used ${used}`);
    }
  }

  private require(rule: string, ctx: RequestContext, target: { readonly project_id?: string }): void {
    if (!this.policy.allows(rule, ctx, target)) throw policyNotAuthorized(`rule:${rule}`);
  }
}

const limitsOf = (quotas: ProjectQuotas): QuotaLimits =>
  Object.fromEntries(Object.entries(quotas).map(([name, { limit }]) => [name, limit]));
