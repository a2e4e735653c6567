import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { parseViewQuery } from '@weft/api';
import {
  isUuidLike,
  notFound,
  serviceSubject,
  type ActionRequest,
  type RequestContext,
  type ViewDefinition,
  type ViewQuery,
} from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { HealthService } from '@weft/service-kit';
import { json, type Answer } from '../http/answer';
import type { EdgeRequest } from '../http/edge-request';
import { resourceNotFound } from '../http/error-answer';
import { replyBody } from '../resource/reply-body';
import type { RouteTable } from '../resource/route-table';

const BROKER_PATIENCE_MS = 1_000;

/** Weft's own API, beside the Networking API. */
@Injectable()
export class WeftHandlers implements OnModuleInit {
  constructor(
    private readonly messaging: Messaging,
    private readonly health: HealthService,
  ) {}

  onModuleInit(): void {
    this.health.register('broker', async () => {
      const late = sleep(BROKER_PATIENCE_MS, false, { ref: false });
      const ok = await Promise.race([this.messaging.connection.rtt().then(() => true), late]);
      return ok ? { ok } : { ok, text: 'The broker does not answer.' };
    });
  }

  /** `GET /weft/v1/health`: of this gateway, for load balancers. */
  async ownHealth(): Promise<Answer> {
    const reply = await this.health.reply();
    return json(reply.healthy ? 200 : 503, reply);
  }

  /** `GET /weft/v1/status/{collection}/{id}`: what is proven of an object, and what is pending and why. */
  async status(table: RouteTable, [collection, id, ...below]: readonly string[], ctx: RequestContext): Promise<Answer> {
    if (below.length > 0) throw resourceNotFound();
    return this.ask(table, [collection, id, 'status'], ctx);
  }

  /** `GET /weft/v1/{collection}/{id}/{view}`: what the owner of an object of the Networking API tells of it beside. */
  async view(table: RouteTable, view: ViewDefinition, id: string, request: EdgeRequest, ctx: RequestContext) {
    return this.ask(table, [view.collection, id, view.view], ctx, parseViewQuery(view, request.query));
  }

  private async ask(
    table: RouteTable,
    [collection, id, view]: readonly (string | undefined)[],
    ctx: RequestContext,
    query?: ViewQuery,
  ): Promise<Answer> {
    const resource = collection === undefined ? undefined : table.collection(collection);
    if (!resource || id === undefined) throw resourceNotFound();
    const { definition } = resource;
    if (!isUuidLike(id)) throw notFound(definition.notFound, definition.title, id);
    const request: ActionRequest = { ctx, id: id.toLowerCase(), params: {}, ...(query && { query }) };
    const subject = serviceSubject(definition.service, definition.collection, view!);
    return { status: 200, body: replyBody(await this.messaging.requestRaw(subject, request)) };
  }
}
