import { Injectable } from '@nestjs/common';
import { type ApiError, type ApiFace, faceOf, httpBadRequest } from '@weft/contracts';
import { settings } from '@weft/service-kit';
import { AuditTrail } from '../audit/audit-trail';
import { requestContext } from '../auth/request-context';
import { digestOfToken } from '../auth/token-cache';
import { TokenService } from '../auth/token.service';
import type { EdgeRequest } from '../http/edge-request';
import {
  errorAnswer,
  methodNotAllowed,
  resourceNotFound,
  toApiError,
  tooManyRequests,
  unauthorizedAnswer,
} from '../http/error-answer';
import { parseRate, RateLimit } from '../limit/rate-limit';
import { type Match, Router } from '../routing/router';
import type { DispatchResult } from './dispatch-result';

const UNKNOWN_ROUTE = 'unknown';

/** Takes a request through the API's order of checks: client, rate, path, method; then the endpoint handles it. */
@Injectable()
export class RequestDispatcher {
  private readonly authUrl = settings.text('WEFT_AUTH_URL', 'http://127.0.0.1:5000/v3');
  /** Per token; null: unlimited. */
  private readonly rate = rateLimit();

  constructor(
    private readonly router: Router,
    private readonly tokens: TokenService,
    private readonly trail: AuditTrail,
  ) {}

  /** Never rejects: failures are answers in the words of the face that the path belongs to. */
  async dispatch(request: EdgeRequest): Promise<DispatchResult> {
    const face = faceOf(request.path);
    const match = this.router.find(request.path);
    try {
      if (match?.endpoint.access === 'public') {
        const handle = match.endpoint.methods[request.method];
        if (!handle) throw methodNotAllowed();
        return { answer: await handle(request), route: match.endpoint.path };
      }
      const token = request.header('x-auth-token');
      const identity = await this.tokens.identify(token);
      if (!identity) return { answer: unauthorizedAnswer(this.authUrl), route: UNKNOWN_ROUTE };
      // Only for valid tokens: invented ones would evict the counters of others.
      const wait = this.rate?.wait(digestOfToken(token!)) ?? 0;
      if (wait > 0) return rateLimited(wait, face);
      const result = await this.handle(match, request, face, identity);
      this.trail.record(request, result, identity);
      return result;
    } catch (error) {
      return failed(error, face, UNKNOWN_ROUTE);
    }
  }

  /** Never rejects. */
  private async handle(
    match: Match | null,
    request: EdgeRequest,
    face: ApiFace,
    identity: Parameters<typeof requestContext>[1],
  ): Promise<DispatchResult> {
    const endpoint = match?.endpoint.access === 'token' ? match.endpoint : null;
    const route = endpoint?.path ?? UNKNOWN_ROUTE;
    const id = endpoint?.idParameter === undefined ? undefined : match!.params[endpoint.idParameter];
    const named = id === undefined ? {} : { id };
    try {
      // 405 even where the path is unknown, as in the reference.
      if (request.method === 'PATCH') throw methodNotAllowed();
      if (!endpoint) throw unknownPath(request.path);
      const handle = endpoint.methods[request.method];
      if (!handle) throw methodNotAllowed();
      const answer = await handle({ request, ctx: requestContext(request, identity), params: match!.params });
      return { answer, route, ...named };
    } catch (error) {
      return { ...failed(error, face, route), ...named };
    }
  }
}

function rateLimit(): RateLimit | null {
  const text = settings.optional('WEFT_RATE_LIMIT');
  return text === undefined ? null : new RateLimit(parseRate(text));
}

const failed = (error: unknown, face: ApiFace, route: string): DispatchResult => {
  const failure = toApiError(error);
  return { answer: errorAnswer(failure, face), route, failure };
};

/** @param seconds until a request will pass */
const rateLimited = (seconds: number, face: ApiFace): DispatchResult => {
  const failure = tooManyRequests();
  const headers = { 'retry-after': String(Math.ceil(seconds)) };
  return { answer: { ...errorAnswer(failure, face), headers }, route: UNKNOWN_ROUTE, failure };
};

function unknownPath(path: string): ApiError {
  try {
    decodeURIComponent(path);
    return resourceNotFound();
  } catch (cause) {
    return Object.assign(httpBadRequest('The path is not valid URL encoding'), { cause });
  }
}
