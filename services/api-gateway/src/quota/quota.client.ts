import {
  quotaSubject,
  type Quota,
  type ProjectQuotas,
  type QuotaLimits,
  type QuotaOperations,
  type QuotaReset,
  type RequestContext,
} from '@weft/contracts';
import type { Messaging } from '@weft/messaging';

/** Requests of every service that owns quotas, merged into one reply. An error of one service is thrown. */
export class QuotaClient {
  private readonly services: readonly string[];

  constructor(
    private readonly messaging: Pick<Messaging, 'request'>,
    private readonly quotas: readonly Quota[],
  ) {
    this.services = [...new Set(quotas.map(({ service }) => service))];
  }

  async show(ctx: RequestContext, projectId: string): Promise<ProjectQuotas> {
    const parts = await Promise.all(this.services.map((service) => this.ask(service, 'show', { ctx, projectId })));
    return Object.assign({}, ...parts) as ProjectQuotas;
  }

  /**
   * Nothing is set before every service has checked its part.
   * @returns what was in force before
   */
  async set(ctx: RequestContext, projectId: string, limits: QuotaLimits, force: boolean): Promise<QuotaLimits> {
    const all = <Name extends 'check' | 'set'>(operation: Name) =>
      Promise.all(
        this.services.map((service) =>
          this.ask(service, operation, { ctx, projectId, limits: this.ownedBy(service, limits), force }),
        ),
      );
    await all('check');
    return Object.assign({}, ...(await all('set'))) as QuotaLimits;
  }

  /** Existed: the project had limits of its own somewhere. */
  async reset(ctx: RequestContext, projectId: string): Promise<Required<QuotaReset>> {
    const parts = await Promise.all(this.services.map((service) => this.ask(service, 'reset', { ctx, projectId })));
    return {
      existed: parts.some(({ existed }) => existed),
      before: Object.assign({}, ...parts.map(({ before }) => before)) as QuotaLimits,
    };
  }

  /** Limits of all projects with limits of their own, completed by the defaults. */
  async list(ctx: RequestContext): Promise<Map<string, QuotaLimits>> {
    const all = new Map<string, Record<string, number>>();
    const defaults: Record<string, number> = {};
    for (const service of this.services) {
      let after: string | undefined;
      do {
        const page = await this.ask(service, 'list', { ctx, ...(after !== undefined && { after }) });
        Object.assign(defaults, page.defaults);
        for (const { projectId, limits } of page.projects) all.set(projectId, { ...all.get(projectId), ...limits });
        after = page.more ? page.projects.at(-1)!.projectId : undefined;
      } while (after !== undefined);
    }
    return new Map(Array.from(all, ([projectId, limits]) => [projectId, { ...defaults, ...limits }]));
  }

  private async ask<Name extends keyof QuotaOperations>(
    service: string,
    operation: Name,
    request: QuotaOperations[Name]['request'],
  ): Promise<QuotaOperations[Name]['body']> {
    const subject = quotaSubject(service, operation);
    return (await this.messaging.request<{ body: QuotaOperations[Name]['body'] }>(subject, request)).body;
  }

  private ownedBy(service: string, limits: QuotaLimits): QuotaLimits {
    const own = this.quotas.filter((quota) => quota.service === service && Object.hasOwn(limits, quota.name));
    return Object.fromEntries(own.map(({ name }) => [name, limits[name]!]));
  }
}
