import { httpBadRequest } from '@weft/contracts';
import type { FastifyRequest } from 'fastify';

/** A request as the edge sees it: nothing is parsed before it is needed. */
export interface EdgeRequest {
  readonly method: string;
  /** Without query, not decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
  /** Address of the peer. */
  readonly source: string;
  header(name: string): string | undefined;
  /** `http://host:port`, as the client knows it. */
  readonly baseUrl: string;
  readonly hasBody: boolean;
  /** @throws HTTPBadRequest when the body is no JSON */
  json(): unknown;
}

/** Without the query, which may hold what no log is to know. */
export const pathOf = (url: string): string => url.split('?', 1)[0]!;

export function edgeRequest(request: FastifyRequest, requestId: string): EdgeRequest {
  const body = request.body as Buffer | undefined;
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return {
    // The server sends no body in answer to HEAD; everything else is as for GET.
    method: request.method === 'HEAD' ? 'GET' : request.method,
    path: pathOf(request.url),
    query: new URLSearchParams(request.url.slice(pathOf(request.url).length + 1)),
    requestId,
    source: request.socket.remoteAddress ?? '',
    header,
    get baseUrl() {
      const proto = header('x-forwarded-proto')?.split(',')[0]!.trim() ?? 'http';
      const host = header('x-forwarded-host')?.split(',')[0]!.trim() ?? header('host') ?? 'localhost';
      return `${proto === 'https' ? 'https' : 'http'}://${host}`;
    },
    hasBody: body !== undefined && body.length > 0,
    json: () => {
      try {
        return JSON.parse(body?.toString('utf8') ?? '') as unknown;
      } catch (cause) {
        throw Object.assign(httpBadRequest('Body contains invalid data'), { cause });
      }
    },
  };
}
