import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { type CompiledResource, parseActionBody, parseParameters } from '@weft/api';
import {
  type ActionDefinition,
  type ActionRequest,
  collectionUrl,
  type CreateRequest,
  type DeleteRequest,
  type ListRequest,
  resourceSubject,
  type ShowRequest,
  type UpdateRequest,
} from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { AuditLog } from '@weft/service-kit';
import { logger } from '@weft/telemetry';
import type { Answer } from '../http/answer';
import { tooLarge } from '../http/error-answer';
import type { Exchange } from '../routing/endpoint';
import { parseIfMatch } from './if-match';
import { listBody } from './list-stream';
import { pageLinks } from './page-links';
import { auditedBody, enveloped, replyBody } from './reply-body';

const log = logger('resource');

type Requests = ListRequest | ShowRequest | CreateRequest | UpdateRequest | DeleteRequest | ActionRequest;

/** Bytes that a service adds to each object which it has created, at most: ids, times, addresses. */
const COMPUTED_BYTES = 1_600;

/** A collection that a request is about; of a sub-resource, below which object. */
export interface Target {
  readonly resource: CompiledResource;
  readonly parentId?: string;
}

/** One object that a request is about. */
export interface ObjectTarget extends Target {
  readonly id: string;
}

/** Every operation on every resource: parse by the definition, request it of the owner, wrap the reply. */
@Injectable()
export class ResourceHandlers {
  constructor(
    private readonly messaging: Messaging,
    private readonly audit: AuditLog,
  ) {}

  async list(target: Target, { request, ctx }: Exchange): Promise<Answer> {
    const { definition } = target.resource;
    const { collection } = definition;
    const query = target.resource.parseQuery(request.query);
    const url = `${request.baseUrl}${collectionUrl(definition, target.parentId)}`;
    const body = await listBody(
      collection,
      (cursor) => this.request(target, 'list', { ctx, query, ...(cursor !== undefined && { cursor }) }),
      (listed) => {
        const links = pageLinks(url, request.query, query, listed);
        return links.length > 0 ? `,${JSON.stringify(`${collection}_links`)}:${JSON.stringify(links)}` : '';
      },
    );
    if (body instanceof Readable) {
      body.once('error', (error) =>
        log.warn({ err: error, collection, requestId: ctx.requestId }, 'list aborted after its first page'),
      );
    }
    return { status: 200, body };
  }

  async show(target: ObjectTarget, { request, ctx }: Exchange): Promise<Answer> {
    const fields = target.resource.parseFields(request.query);
    const reply = await this.request(target, 'show', { ctx, id: target.id, ...(fields && { fields }) });
    return { status: 200, body: enveloped(target.resource.definition.member, replyBody(reply)) };
  }

  async create(target: Target, { request, ctx }: Exchange): Promise<Answer> {
    const parsed = target.resource.parseCreate(request.json(), ctx);
    if (parsed.bulk) this.requireTransmittable(parsed.items);
    const after = replyBody(await this.request(target, 'create', { ctx, ...parsed }));
    const { collection, member } = target.resource.definition;
    return { status: 201, body: enveloped(parsed.bulk ? collection : member, after), written: { after } };
  }

  async update(target: ObjectTarget, { request, ctx }: Exchange): Promise<Answer> {
    const changes = target.resource.parseUpdate(request.json(), ctx);
    const update = { ctx, id: target.id, changes, ...parseIfMatch(request.header('if-match')) };
    const { body: after, before } = await this.write(target, 'update', update);
    const body = enveloped(target.resource.definition.member, after);
    return { status: 200, body, written: { before, after } };
  }

  async delete(target: ObjectTarget, { request, ctx }: Exchange): Promise<Answer> {
    const deletion = { ctx, id: target.id, ...parseIfMatch(request.header('if-match')) };
    const { before } = await this.write(target, 'delete', deletion);
    return { status: 204, written: { before } };
  }

  async act(target: ObjectTarget, action: ActionDefinition, exchange: Exchange): Promise<Answer> {
    const { request, ctx } = exchange;
    const params = parametersOf(action, exchange);
    if (action.params) parseParameters(action.params, params);
    const body = action.body && parseActionBody(action.body, request.json());
    const { name, status } = action;
    const call = { ctx, id: target.id, params, ...(body && { body }) };
    if (action.method === 'GET') return { status, body: replyBody(await this.request(target, name, call)) };
    const { body: after, before } = await this.write(target, name, call);
    if (status === 204) return { status, written: { before } };
    return { status, body: after, written: { before, after } };
  }

  /** Requests a change of one object; with an audit log, also the object as it was. */
  private async write(
    target: Target,
    operation: string,
    request: Requests,
  ): Promise<{ body: Buffer; before?: Buffer }> {
    if (!this.audit.isEnabled) return { body: replyBody(await this.request(target, operation, request)) };
    return auditedBody(await this.request(target, operation, { ...request, audited: true }));
  }

  private request({ resource, parentId }: Target, operation: string, request: Requests): Promise<Uint8Array> {
    const addressed: Requests = parentId === undefined ? request : { ...request, parentId };
    return this.messaging.requestRaw(resourceSubject(resource.definition, operation), addressed);
  }

  /**
   * A bulk is one request and one reply, which both must fit the broker's limit: it is done wholly or not at all.
   * @throws HTTPRequestEntityTooLarge
   */
  private requireTransmittable(items: CreateRequest['items']): void {
    const limit = this.messaging.connection.info?.max_payload ?? 1024 * 1024;
    if (JSON.stringify(items).length + items.length * COMPUTED_BYTES > limit) throw tooLarge();
  }
}

/** What the action's own part of the path names: the object and its parent are not parameters of the action. */
const parametersOf = ({ path }: ActionDefinition, { params }: Exchange): Record<string, string> =>
  Object.fromEntries(Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => [name!, params[name!] ?? '']));
