import { METHODS } from 'node:http';
import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { SpanKind } from '@opentelemetry/api';
import { httpLimits, limitedServer, SECURITY_HEADERS } from '@weft/service-kit';
import { instruments, logger, span } from '@weft/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { faceOf, networkingFace } from '@weft/contracts';
import type { DispatchResult } from '../dispatch/dispatch-result';
import { RequestDispatcher } from '../dispatch/request.dispatcher';
import { edgeRequest, pathOf } from './edge-request';
import { errorAnswer, toApiError } from './error-answer';
import type { Answer } from './answer';

const log = logger('http');

/** Bytes: above the largest message that the broker takes by default. */
const BODY_LIMIT = 1024 * 1024;
const limits = () => httpLimits(BODY_LIMIT);
const REQUEST_ID = 'x-openstack-request-id';

/** Fastify without its conveniences: the API's own rules decide about paths, queries and bodies. */
export const edgeAdapter = (): FastifyAdapter =>
  new FastifyAdapter({
    ...limitedServer(limits(), (error) => networkingFace.errorBody(error)),
    routerOptions: { maxParamLength: 8192, querystringParser: () => ({}) },
    forceCloseConnections: 'idle',
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void send(reply, `req-${randomUUID()}`, errorAnswer(toApiError(error), faceOf(pathOf(request.url))));
    },
  });

/** Connects the dispatcher to Fastify: one route, every method. */
@Injectable()
export class HttpServer implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly dispatcher: RequestDispatcher,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.server.maxConnections = limits().connections;
    // The content type is not looked at: a body is JSON or it is refused.
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const method of METHODS) {
      if (method !== 'CONNECT' && !fastify.supportedMethods.includes(method)) {
        fastify.addHttpMethod(method, { hasBody: true });
      }
    }
    fastify.route({
      method: fastify.supportedMethods,
      url: '*',
      exposeHeadRoute: false,
      handler: (request, reply) => this.handle(request, reply),
      errorHandler: (error, request, reply) => {
        const failure = toApiError(error);
        const path = pathOf(request.url);
        if (failure.status >= 500) log.error({ err: error, path }, 'request failed');
        void send(reply, `req-${randomUUID()}`, errorAnswer(failure, faceOf(path)));
      },
    });
  }

  private async handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const began = performance.now();
    const edge = edgeRequest(request, `req-${randomUUID()}`);
    const traceparent = edge.header('traceparent');
    const { answer } = await span(
      `HTTP ${edge.method}`,
      { kind: SpanKind.SERVER, ...(traceparent !== undefined && { parent: traceparent }) },
      async (active) => {
        const result = await this.dispatcher.dispatch(edge);
        active.updateName(`${edge.method} ${result.route}`);
        active.setAttributes({
          'http.request.method': edge.method,
          'http.route': result.route,
          'http.response.status_code': result.answer.status,
          'weft.request_id': edge.requestId,
        });
        this.record(edge.method, edge.requestId, result, performance.now() - began);
        return result;
      },
    );
    return send(reply, edge.requestId, answer);
  }

  private record(method: string, requestId: string, { route, answer, failure }: DispatchResult, ms: number): void {
    const { status } = answer;
    instruments().httpDuration.record(ms / 1000, {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
    });
    const line = { method, route, status, ms: Math.round(ms * 10) / 10, requestId };
    if (status >= 500) log.error({ ...line, err: failure?.cause ?? failure }, 'request failed');
    else if (method !== 'GET') log.info(line, 'request');
    else log.debug(line, 'request');
  }
}

function send(reply: FastifyReply, requestId: string, { status, body, headers }: Answer): FastifyReply {
  reply.code(status).headers(SECURITY_HEADERS).header(REQUEST_ID, requestId);
  if (headers) reply.headers(headers);
  if (body !== undefined) reply.header('content-type', 'application/json');
  return reply.send(body);
}
