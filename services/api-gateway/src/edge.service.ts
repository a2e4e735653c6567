import { Injectable } from '@nestjs/common';
import {
  collectionUrl,
  httpBadRequest,
  keyOf,
  VIEWS,
  WEFT_RESOURCES,
  type ApiError,
  type RequestContext,
  type TokenIdentity,
} from '@weft/contracts';
import { settings } from '@weft/service-kit';
import { AuditTrail } from './audit/audit-trail';
import { requestContext } from './auth/request-context';
import { digestOfToken } from './auth/token-cache';
import { TokenService } from './auth/token.service';
import { extensions, resources, versions } from './discovery/discovery';
import type { Answer } from './http/answer';
import type { EdgeRequest } from './http/edge-request';
import {
  asApiError,
  errorAnswer,
  methodNotAllowed,
  resourceNotFound,
  tooManyRequests,
  unauthorizedAnswer,
} from './http/error-answer';
import { parseRate, RateLimit } from './limit/rate-limit';
import { openApiAnswer } from './discovery/open-api';
import { QuotaHandlers } from './quota/quota.handlers';
import { ResourceHandlers } from './resource/resource.handlers';
import { RouteTable } from './resource/route-table';
import { WeftHandlers } from './weft/weft.handlers';

export interface Answered {
  readonly answer: Answer;
  /** Path with parameters' names in place of their values, for metrics and spans. */
  readonly route: string;
  /** Of the object, if the path names one. */
  readonly id?: string;
  /** Why, if it failed. */
  readonly failure?: ApiError;
}

interface Target {
  readonly route: string;
  readonly id?: string;
  handle(ctx: RequestContext): Answer | Promise<Answer>;
}

/** Judges a request in the API's order: who is it, what is it about, is it well formed; then the owner of the resource decides. */
@Injectable()
export class Edge {
  private readonly weftTable = new RouteTable(WEFT_RESOURCES);
  private readonly authUrl = settings.text('WEFT_AUTH_URL', 'http://127.0.0.1:5000/v3');

  /** Of each token; null: none. */
  private readonly rate = rateLimit();

  constructor(
    private readonly table: RouteTable,
    private readonly tokens: TokenService,
    private readonly handlers: ResourceHandlers,
    private readonly quotas: QuotaHandlers,
    private readonly weft: WeftHandlers,
    private readonly trail: AuditTrail,
  ) {}

  /** Never throws. */
  async answer(request: EdgeRequest): Promise<Answered> {
    const route = 'unknown';
    try {
      const open = this.open(request);
      if (open) return { answer: await open(), route: request.path };
      const token = request.header('x-auth-token');
      const identity = await this.tokens.identify(token);
      if (!identity) return { answer: unauthorizedAnswer(this.authUrl), route };
      // Of tokens that are some: invented ones would have those forgotten that are counted.
      const wait = this.rate?.wait(digestOfToken(token!)) ?? 0;
      if (wait > 0) return tooOften(wait, route);
      const answered = await this.answerTo(identity, request);
      this.trail.record(request, answered, identity);
      return answered;
    } catch (error) {
      return failed(error, route);
    }
  }

  /** Never throws. */
  private async answerTo(identity: TokenIdentity, request: EdgeRequest): Promise<Answered> {
    let target: Target | undefined;
    try {
      target = this.target(request);
      const { route, id, handle } = target;
      return { answer: await handle(requestContext(request, identity)), route, ...(id !== undefined && { id }) };
    } catch (error) {
      return { ...failed(error, target?.route ?? 'unknown'), ...(target?.id !== undefined && { id: target.id }) };
    }
  }

  /** What anybody may read. */
  private open(request: EdgeRequest): (() => Answer | Promise<Answer>) | null {
    const documents: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
      '/': () => versions(request),
      '/openapi.json': () => openApiAnswer(),
      '/weft/v1/health': () => this.weft.ownHealth(),
    };
    if (!Object.hasOwn(documents, request.path)) return null;
    if (request.method !== 'GET') throw methodNotAllowed();
    return documents[request.path]!;
  }

  private target(request: EdgeRequest): Target {
    if (request.method === 'PATCH') throw methodNotAllowed();
    const [root, ...path] = segmentsOf(request.path);
    if (root === 'v2.0' && path.length > 0) return this.networking(path, request);
    if (root === 'weft' && path[0] === 'v1' && path[1] === 'status') {
      if (request.method !== 'GET') throw methodNotAllowed();
      const route = '/weft/v1/status/{collection}/{id}';
      return { route, handle: (ctx) => this.weft.status(this.table, path.slice(2), ctx) };
    }
    const shown = root === 'weft' && path[0] === 'v1' ? viewOf(path.slice(1)) : undefined;
    if (shown) {
      if (request.method !== 'GET') throw methodNotAllowed();
      const route = `/weft/v1/${shown.collection}/{id}/${shown.view}`;
      return { route, handle: (ctx) => this.weft.view(this.table, shown, path[2]!, request, ctx) };
    }
    if (root === 'weft' && path[0] === 'v1') return this.resource(this.weftTable, path.slice(1), request);
    throw resourceNotFound();
  }

  private networking(path: readonly string[], request: EdgeRequest): Target {
    const below = path[path.length - 1] === '' ? path.slice(0, -1) : path;
    if (below.length === 0) {
      if (request.method !== 'GET') throw methodNotAllowed();
      return { route: '/v2.0/', handle: () => resources(request) };
    }
    if (below[0] === 'extensions') {
      return { route: '/v2.0/extensions', handle: () => extensions(request, below.slice(1)) };
    }
    if (below[0] === 'quotas') {
      const { handle, ...found } = this.quotas.find(below.slice(1), request.method);
      return { ...found, handle: (ctx) => handle(ctx, request) };
    }
    return this.resource(this.table, below, request);
  }

  private resource(table: RouteTable, path: readonly string[], request: EdgeRequest): Target {
    const found = table.find(path);
    if (!found) throw resourceNotFound();
    const { definition } = found.resource;
    const key = `/{${keyOf(definition).attribute}}`;
    const rest = found.kind === 'collection' ? '' : found.kind === 'object' ? key : `${key}/${found.pattern}`;
    return {
      route: `${collectionUrl(definition)}${rest}`,
      ...(found.kind !== 'collection' && { id: found.id }),
      handle: (ctx) => this.handlers.handle(found, request, ctx),
    };
  }
}

/** `-` and `_` are the same in a collection's name. */
const viewOf = ([collection, , view, ...below]: readonly string[]) =>
  below.length > 0
    ? undefined
    : VIEWS.find((one) => one.view === view && one.collection === collection?.replaceAll('_', '-'));

function rateLimit(): RateLimit | null {
  const text = settings.optional('WEFT_RATE_LIMIT');
  return text === undefined ? null : new RateLimit(parseRate(text));
}

const failed = (error: unknown, route: string): Answered => {
  const failure = asApiError(error);
  return { answer: errorAnswer(failure), route, failure };
};

/** @param seconds until a request will pass */
const tooOften = (seconds: number, route: string): Answered => {
  const failure = tooManyRequests();
  const headers = { 'retry-after': String(Math.ceil(seconds)) };
  return { answer: { ...errorAnswer(failure), headers }, route, failure };
};

/** Decoded parts of a path; the suffix `.json` may follow any path and means nothing. */
function segmentsOf(path: string): string[] {
  try {
    return path
      .slice(1)
      .replace(/\.json$/, '')
      .split('/')
      .map(decodeURIComponent);
  } catch (cause) {
    throw Object.assign(httpBadRequest('The path is not valid URL encoding'), { cause });
  }
}
