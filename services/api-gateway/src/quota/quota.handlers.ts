import { Injectable } from '@nestjs/common';
import { compileResource } from '@weft/api';
import {
  ApiError,
  byQuota,
  httpBadRequest,
  isStorableText,
  notFound,
  quotas,
  type QuotaLimits,
  type RequestContext,
} from '@weft/contracts';
import { json, type Answer } from '../http/answer';
import type { EdgeRequest } from '../http/edge-request';
import { methodNotAllowed, resourceNotFound } from '../http/error-answer';
import { QuotaClient } from './quota.client';

type Handle = (ctx: RequestContext, request: EdgeRequest) => Promise<Answer>;
/** Method → what answers it, on one path. */
type Methods = Readonly<Partial<Record<string, Handle>>>;

interface Found {
  readonly route: string;
  /** Of the project. */
  readonly id?: string;
  readonly handle: Handle;
}

const body = compileResource(quotas);

/** `/v2.0/quotas`: limits and usage of projects. Ids of projects are opaque: any of them has the defaults. */
@Injectable()
export class QuotaHandlers {
  constructor(private readonly client: QuotaClient) {}

  /**
   * @param path decoded parts below `/v2.0/quotas`
   * @throws HTTPNotFound, HTTPMethodNotAllowed
   */
  find([project, view, ...below]: readonly string[], method: string): Found {
    const found = below.length > 0 ? null : this.at(project, view);
    if (!found) throw resourceNotFound();
    const { route, methods } = found;
    const handle = methods[method];
    if (!handle) throw methodNotAllowed();
    return { route: `/v2.0/quotas${route}`, handle, ...(project !== undefined && { id: project }) };
  }

  private at(project?: string, view?: string): { route: string; methods: Methods } | null {
    if (project === undefined) return { route: '', methods: this.collection };
    if (view !== undefined) return this.view(view, checkedProject(project));
    return this.own(project) ?? { route: '/{project_id}', methods: this.project(checkedProject(project)) };
  }

  private readonly collection: Methods = {
    GET: async (ctx) => {
      const listed = Array.from(await this.client.list(ctx), ([projectId, limits]) => ({
        ...byQuota((name) => limits[name]!),
        project_id: projectId,
        tenant_id: projectId,
      }));
      return json(200, { quotas: listed });
    },
  };

  private project(projectId: string): Methods {
    return {
      GET: (ctx) => this.limits(ctx, projectId, 'limit'),
      PUT: async (ctx, request) => {
        const { force, check_limit: check, ...limits } = body.parseUpdate(request.json(), ctx);
        if (force === true && check === true) throw httpBadRequest("'force' and 'check_limit' exclude each other");
        // Not to check had to be asked for in two ways, as the API grew.
        const wanted = limits as QuotaLimits;
        const before = await this.client.set(ctx, projectId, wanted, force === true || check === false);
        const answer = await this.limits(ctx, projectId, 'limit');
        return {
          ...answer,
          written: { before: told(projectId, before), after: told(projectId, { ...before, ...wanted }) },
        };
      },
      DELETE: async (ctx) => {
        const { existed, before } = await this.client.reset(ctx, projectId);
        if (existed) return { status: 204, written: { before: told(projectId, before) } };
        throw notFound(quotas.notFound, quotas.title, projectId);
      },
    };
  }

  private view(name: string, projectId: string): { route: string; methods: Methods } | null {
    const views: Readonly<Record<string, Handle>> = {
      default: (ctx) => this.limits(ctx, projectId, 'default'),
      details: async (ctx) => {
        const states = await this.client.show(ctx, projectId);
        // Usage is counted when it is committed: nothing is ever held in reserve.
        const details = byQuota((one) => ({ limit: states[one]!.limit, used: states[one]!.used, reserved: 0 }));
        return json(200, { quota: details });
      },
    };
    return Object.hasOwn(views, name) ? { route: `/{project_id}/${name}`, methods: { GET: views[name]! } } : null;
  }

  /** `/quotas/project`, `/quotas/tenant`: whose quotas a client would ask about. */
  private own(name: string): { route: string; methods: Methods } | null {
    if (name !== 'project' && name !== 'tenant') return null;
    const GET: Handle = async (ctx) => {
      if (ctx.projectId === null) {
        throw new ApiError('QuotaMissingTenant', 400, 'Tenant-id was missing from quota request.');
      }
      return json(200, { [name]: { [`${name}_id`]: ctx.projectId } });
    };
    return { route: `/${name}`, methods: { GET } };
  }

  private async limits(ctx: RequestContext, projectId: string, which: 'limit' | 'default'): Promise<Answer> {
    const states = await this.client.show(ctx, projectId);
    return json(200, { quota: byQuota((name) => states[name]![which]) });
  }
}

/** For the audit log, which tells what differs of what has the same id. */
const told = (id: string, limits: QuotaLimits): Buffer => Buffer.from(JSON.stringify({ id, ...limits }));

const LONGEST_PROJECT = 255;

function checkedProject(id: string): string {
  if (id.length > LONGEST_PROJECT || !isStorableText(id)) throw resourceNotFound();
  return id;
}
