import { Injectable } from '@nestjs/common';
import { compileResource } from '@weft/api';
import {
  ApiError,
  byQuota,
  collectionUrl,
  httpBadRequest,
  isStorableText,
  networkingFace,
  notFound,
  type QuotaLimits,
  quotas,
  type RequestContext,
} from '@weft/contracts';
import { type Answer, json } from '../http/answer';
import { resourceNotFound } from '../http/error-answer';
import type { Endpoint, EndpointSource, Exchange } from '../routing/endpoint';
import { QuotaClient } from './quota.client';

const body = compileResource(quotas);
const MAX_PROJECT_LENGTH = 255;

/** `/v2.0/quotas`: limits and usage of projects. Project ids are opaque: any of them has the defaults. */
@Injectable()
export class QuotaEndpoints implements EndpointSource {
  constructor(private readonly client: QuotaClient) {}

  endpoints(): readonly Endpoint[] {
    const at = (below: string, methods: Extract<Endpoint, { access: 'token' }>['methods']): Endpoint => ({
      face: networkingFace,
      path: `${collectionUrl(quotas)}${below}`,
      access: 'token',
      ...(below.startsWith('/{project_id}') && { idParameter: 'project_id' }),
      methods,
    });
    return [
      at('', { GET: ({ ctx }) => this.list(ctx) }),
      at('/project', { GET: ({ ctx }) => ownProject(ctx, 'project') }),
      at('/tenant', { GET: ({ ctx }) => ownProject(ctx, 'tenant') }),
      at('/{project_id}', {
        GET: ({ ctx, params }) => this.show(ctx, projectOf(params), 'limit'),
        PUT: (exchange) => this.update(exchange),
        DELETE: ({ ctx, params }) => this.reset(ctx, projectOf(params)),
      }),
      at('/{project_id}/default', { GET: ({ ctx, params }) => this.show(ctx, projectOf(params), 'default') }),
      at('/{project_id}/details', { GET: ({ ctx, params }) => this.details(ctx, projectOf(params)) }),
    ];
  }

  private async list(ctx: RequestContext): Promise<Answer> {
    const listed = Array.from(await this.client.list(ctx), ([projectId, limits]) => ({
      ...byQuota((name) => limits[name]!),
      project_id: projectId,
      tenant_id: projectId,
    }));
    return json(200, { quotas: listed });
  }

  private async show(ctx: RequestContext, projectId: string, which: 'limit' | 'default'): Promise<Answer> {
    const states = await this.client.show(ctx, projectId);
    return json(200, { quota: byQuota((name) => states[name]![which]) });
  }

  private async details(ctx: RequestContext, projectId: string): Promise<Answer> {
    const states = await this.client.show(ctx, projectId);
    // Usage is counted when it is committed: nothing is ever reserved.
    const details = byQuota((name) => ({ limit: states[name]!.limit, used: states[name]!.used, reserved: 0 }));
    return json(200, { quota: details });
  }

  private async update({ ctx, params, request }: Exchange): Promise<Answer> {
    const projectId = projectOf(params);
    const { force, check_limit: check, ...changes } = body.parseUpdate(request.json(), ctx);
    if (force === true && check === true) throw httpBadRequest("'force' and 'check_limit' exclude each other");
    const limits = changes as QuotaLimits;
    // Two ways to skip the check against usage: `check_limit` became the default, `force` overrides it.
    const before = await this.client.set(ctx, projectId, limits, force === true || check === false);
    const answer = await this.show(ctx, projectId, 'limit');
    return {
      ...answer,
      written: { before: image(projectId, before), after: image(projectId, { ...before, ...limits }) },
    };
  }

  private async reset(ctx: RequestContext, projectId: string): Promise<Answer> {
    const { existed, before } = await this.client.reset(ctx, projectId);
    if (!existed) throw notFound(quotas.notFound, quotas.title, projectId);
    return { status: 204, written: { before: image(projectId, before) } };
  }
}

/** `/quotas/project`, `/quotas/tenant`: whose quotas the client would ask about. */
function ownProject({ projectId }: RequestContext, word: 'project' | 'tenant'): Answer {
  if (projectId === null) throw new ApiError('QuotaMissingTenant', 400, 'Tenant-id was missing from quota request.');
  return json(200, { [word]: { [`${word}_id`]: projectId } });
}

/** For the audit log, which records what differs between two images with the same id. */
const image = (id: string, limits: QuotaLimits): Buffer => Buffer.from(JSON.stringify({ id, ...limits }));

function projectOf({ project_id: id = '' }: Exchange['params']): string {
  if (id.length > MAX_PROJECT_LENGTH || !isStorableText(id)) throw resourceNotFound();
  return id;
}
