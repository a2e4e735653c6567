import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  collectionUrl,
  httpBadRequest,
  isStorableText,
  isUuidLike,
  notFound,
  parseActionBody,
  parseParameters,
  serviceSubject,
  type ActionDefinition,
  type ActionRequest,
  type CompiledResource,
  type CreateRequest,
  type DeleteRequest,
  type ListRequest,
  type RequestContext,
  type ShowRequest,
  type UpdateRequest,
} from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { logger } from '@weft/telemetry';
import type { Answer } from '../http/answer';
import type { EdgeRequest } from '../http/edge-request';
import { methodNotAllowed, tooLarge } from '../http/error-answer';
import { parseIfMatch } from './if-match';
import { listBody } from './list-stream';
import { pageLinks } from './page-links';
import { enveloped, replyBody } from './reply-body';
import type { Route } from './route-table';

const log = logger('resource');

type Requests = ListRequest | ShowRequest | CreateRequest | UpdateRequest | DeleteRequest | ActionRequest;

/** Bytes that a service adds to each object which it has created, at most: ids, times, addresses. */
const COMPUTED_BYTES = 900;

/** Every operation on every resource: parse by the definition, ask the owner, wrap its answer. */
@Injectable()
export class ResourceHandlers {
  constructor(private readonly messaging: Messaging) {}

  handle(route: Route, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    if (request.method === 'DELETE' && request.hasBody) {
      throw httpBadRequest('Request body is not supported in DELETE.');
    }
    switch (route.kind) {
      case 'collection':
        return this.onCollection(route.resource, request, ctx);
      case 'object':
        return this.onObject(route.resource, this.checkedId(route.resource, route.id), request, ctx);
      case 'action': {
        const action = route.actions.find(({ method }) => method === request.method);
        if (!action) throw methodNotAllowed();
        return this.act(route.resource, this.checkedId(route.resource, route.id), action, route.params, request, ctx);
      }
    }
  }

  private onCollection(resource: CompiledResource, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const { operations, notFound: type, title } = resource.definition;
    switch (request.method) {
      case 'GET':
        return this.list(resource, request, ctx);
      case 'POST':
        if (operations.create) return this.create(resource, request, ctx);
        break;
      case 'PUT':
      case 'DELETE':
        // As the reference has it: an object without an id is looked for, and not found.
        throw notFound(type, title, 'None');
    }
    throw methodNotAllowed();
  }

  private onObject(resource: CompiledResource, id: string, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const { operations } = resource.definition;
    switch (request.method) {
      case 'GET':
        return this.show(resource, id, request, ctx);
      case 'PUT':
        if (operations.update) return this.update(resource, id, request, ctx);
        break;
      case 'DELETE':
        if (operations.delete) return this.delete(resource, id, request, ctx);
        break;
    }
    throw methodNotAllowed();
  }

  private async list(resource: CompiledResource, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const { collection } = resource.definition;
    const query = resource.parseQuery(request.query);
    const body = await listBody(
      collection,
      (cursor) => this.ask(resource, 'list', { ctx, query, ...(cursor !== undefined && { cursor }) }),
      (listed) => {
        const links = pageLinks(
          `${request.baseUrl}${collectionUrl(resource.definition)}`,
          request.query,
          query,
          listed,
        );
        return links.length > 0 ? `,${JSON.stringify(`${collection}_links`)}:${JSON.stringify(links)}` : '';
      },
    );
    if (body instanceof Readable) {
      body.once('error', (error) =>
        log.warn({ err: error, collection, requestId: ctx.requestId }, 'a list was cut short'),
      );
    }
    return { status: 200, body };
  }

  private async show(
    resource: CompiledResource,
    id: string,
    request: EdgeRequest,
    ctx: RequestContext,
  ): Promise<Answer> {
    const fields = resource.parseFields(request.query);
    const reply = await this.ask(resource, 'show', { ctx, id, ...(fields && { fields }) });
    return { status: 200, body: enveloped(resource.definition.member, replyBody(reply)) };
  }

  private async create(resource: CompiledResource, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const parsed = resource.parseCreate(request.json(), ctx);
    if (parsed.bulk) this.refuseTooLarge(parsed.items);
    const reply = await this.ask(resource, 'create', { ctx, ...parsed });
    const { collection, member } = resource.definition;
    return { status: 201, body: enveloped(parsed.bulk ? collection : member, replyBody(reply)) };
  }

  private async update(
    resource: CompiledResource,
    id: string,
    request: EdgeRequest,
    ctx: RequestContext,
  ): Promise<Answer> {
    const changes = resource.parseUpdate(request.json(), ctx);
    const reply = await this.ask(resource, 'update', { ctx, id, changes, ...parseIfMatch(request.header('if-match')) });
    return { status: 200, body: enveloped(resource.definition.member, replyBody(reply)) };
  }

  private async delete(
    resource: CompiledResource,
    id: string,
    request: EdgeRequest,
    ctx: RequestContext,
  ): Promise<Answer> {
    await this.ask(resource, 'delete', { ctx, id, ...parseIfMatch(request.header('if-match')) });
    return { status: 204 };
  }

  private async act(
    resource: CompiledResource,
    id: string,
    action: ActionDefinition,
    params: Readonly<Record<string, string>>,
    request: EdgeRequest,
    ctx: RequestContext,
  ): Promise<Answer> {
    if (action.params) parseParameters(action.params, params);
    const body = action.body && parseActionBody(action.body, request.json());
    const reply = await this.ask(resource, action.name, { ctx, id, params, ...(body && { body }) });
    return { status: action.status, ...(action.status !== 204 && { body: replyBody(reply) }) };
  }

  private ask(resource: CompiledResource, operation: string, request: Requests): Promise<Uint8Array> {
    const { service, collection } = resource.definition;
    return this.messaging.requestRaw(serviceSubject(service, collection, operation), request);
  }

  /** A text that cannot be an id names nothing: no service needs to be asked, and none has to fear it. */
  private checkedId({ definition }: CompiledResource, id: string): string {
    if (!isUuidLike(id)) throw notFound(definition.notFound, definition.title, isStorableText(id) ? id : '');
    return id.toLowerCase();
  }

  /** A bulk is one request and one reply: both must pass the broker, for it is done wholly or not at all. */
  private refuseTooLarge(items: CreateRequest['items']): void {
    const limit = this.messaging.connection.info?.max_payload ?? 1024 * 1024;
    if (JSON.stringify(items).length + items.length * COMPUTED_BYTES > limit) throw tooLarge();
  }
}
