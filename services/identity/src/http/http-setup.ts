import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ApiError, isStorable } from '@weft/contracts';
import { AuditLog, httpLimits, limitedServer, SECURITY_HEADERS } from '@weft/service-kit';
import { auditWrites } from './audit-hooks';
import { badRequest } from './identity-error';

const limits = () => httpLimits(64 * 1024);
/** Identity's form of a failure. */
const errorBody = ({ status, type, message }: ApiError) => ({ error: { code: status, title: type, message } });

export const identityAdapter = (): FastifyAdapter =>
  new FastifyAdapter({
    ...limitedServer(limits(), errorBody),
    forceCloseConnections: 'idle',
    frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      void reply.code(400).headers(standardHeaders()).send(errorBody(invalidUrl()));
    },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
  });

/** Bodies are JSON whatever they are called, or absent; answers carry the headers that clients expect. */
@Injectable()
export class HttpSetup implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.server.maxConnections = limits().connections;
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, parse(body as string));
      } catch (error) {
        done(error as Error);
      }
    });
    fastify.addHook('onRequest', (request, reply, done) => {
      reply.headers(standardHeaders());
      // No name or id has it, and PostgreSQL refuses even to look for it.
      done(request.url.includes('%00') ? invalidUrl() : undefined);
    });
    auditWrites(fastify, this.audit);
  }
}

const standardHeaders = () => ({
  ...SECURITY_HEADERS,
  vary: 'X-Auth-Token',
  'x-openstack-request-id': `req-${randomUUID()}`,
});
const invalidUrl = () => badRequest('The URL of the request is not valid.');

function parse(body: string): unknown {
  if (body === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw Object.assign(badRequest('The body of the request is not valid JSON.'), { cause, statusCode: 400 });
  }
  if (!isStorable(value)) throw Object.assign(badRequest('The body of the request is not valid.'), { statusCode: 400 });
  return value;
}

/** `http://host:port` as the client knows it. */
export function baseUrlOf({ headers }: FastifyRequest): string {
  const one = (name: string) => headers[name]?.toString().split(',')[0]!.trim();
  const proto = one('x-forwarded-proto') === 'https' ? 'https' : 'http';
  return `${proto}://${one('x-forwarded-host') ?? headers.host ?? 'localhost'}`;
}
