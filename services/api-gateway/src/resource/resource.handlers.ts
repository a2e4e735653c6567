import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { parseActionBody, parseParameters } from '@weft/api';
import {
  collectionUrl,
  httpBadRequest,
  isStorableText,
  isUuidLike,
  keyOf,
  notFound,
  resourceSubject,
  type ActionDefinition,
  type ActionRequest,
  type CreateRequest,
  type DeleteRequest,
  type ListRequest,
  type RequestContext,
  type ResourceDefinition,
  type ShowRequest,
  type UpdateRequest,
} from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { AuditLog } from '@weft/service-kit';
import { logger } from '@weft/telemetry';
import type { Answer } from '../http/answer';
import type { EdgeRequest } from '../http/edge-request';
import { methodNotAllowed, tooLarge } from '../http/error-answer';
import { parseIfMatch } from './if-match';
import { listBody } from './list-stream';
import { pageLinks } from './page-links';
import { auditedBody, enveloped, replyBody } from './reply-body';
import type { Place, Route } from './route-table';

const log = logger('resource');

type Requests = ListRequest | ShowRequest | CreateRequest | UpdateRequest | DeleteRequest | ActionRequest;

/** Bytes that a service adds to each object which it has created, at most: ids, times, addresses. */
const COMPUTED_BYTES = 1_600;
/** Characters of a key that is no UUID. */
const LONGEST_KEY = 255;

/** Every operation on every resource: parse by the definition, ask the owner, wrap its answer. */
@Injectable()
export class ResourceHandlers {
  constructor(
    private readonly messaging: Messaging,
    private readonly audit: AuditLog,
  ) {}

  handle(route: Route, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const place = checkedPlace(route);
    if (request.method === 'DELETE' && request.hasBody) {
      throw httpBadRequest('Request body is not supported in DELETE.');
    }
    switch (route.kind) {
      case 'collection':
        return this.onCollection(place, request, ctx);
      case 'object':
        return this.onObject(place, checkedId(place.resource.definition, route.id), request, ctx);
      case 'action': {
        const action = route.actions.find(({ method }) => method === request.method);
        if (!action) throw methodNotAllowed();
        const id = checkedId(place.resource.definition, route.id);
        return this.act(place, id, action, route.params, request, ctx);
      }
    }
  }

  private onCollection(place: Place, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const { operations, notFound: type, title } = place.resource.definition;
    switch (request.method) {
      case 'GET':
        return this.list(place, request, ctx);
      case 'POST':
        if (operations.create) return this.create(place, request, ctx);
        break;
      case 'PUT':
      case 'DELETE':
        // As the reference has it: an object without an id is looked for, and not found.
        throw notFound(type, title, 'None');
    }
    throw methodNotAllowed();
  }

  private onObject(place: Place, id: string, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const { operations } = place.resource.definition;
    switch (request.method) {
      case 'GET':
        return this.show(place, id, request, ctx);
      case 'PUT':
        if (operations.update) return this.update(place, id, request, ctx);
        break;
      case 'DELETE':
        if (operations.delete) return this.delete(place, id, request, ctx);
        break;
    }
    throw methodNotAllowed();
  }

  private async list(place: Place, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const { definition } = place.resource;
    const { collection } = definition;
    const query = place.resource.parseQuery(request.query);
    const body = await listBody(
      collection,
      (cursor) => this.ask(place, 'list', { ctx, query, ...(cursor !== undefined && { cursor }) }),
      (listed) => {
        const links = pageLinks(
          `${request.baseUrl}${collectionUrl(definition, place.parentId)}`,
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

  private async show(place: Place, id: string, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const fields = place.resource.parseFields(request.query);
    const reply = await this.ask(place, 'show', { ctx, id, ...(fields && { fields }) });
    return { status: 200, body: enveloped(place.resource.definition.member, replyBody(reply)) };
  }

  private async create(place: Place, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const parsed = place.resource.parseCreate(request.json(), ctx);
    if (parsed.bulk) this.refuseTooLarge(parsed.items);
    const after = replyBody(await this.ask(place, 'create', { ctx, ...parsed }));
    const { collection, member } = place.resource.definition;
    return { status: 201, body: enveloped(parsed.bulk ? collection : member, after), written: { after } };
  }

  private async update(place: Place, id: string, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const changes = place.resource.parseUpdate(request.json(), ctx);
    const asked = { ctx, id, changes, ...parseIfMatch(request.header('if-match')) };
    const { body: after, before } = await this.write(place, 'update', asked);
    const body = enveloped(place.resource.definition.member, after);
    return { status: 200, body, written: { before, after } };
  }

  private async delete(place: Place, id: string, request: EdgeRequest, ctx: RequestContext): Promise<Answer> {
    const asked = { ctx, id, ...parseIfMatch(request.header('if-match')) };
    const { before } = await this.write(place, 'delete', asked);
    return { status: 204, written: { before } };
  }

  private async act(
    place: Place,
    id: string,
    action: ActionDefinition,
    params: Readonly<Record<string, string>>,
    request: EdgeRequest,
    ctx: RequestContext,
  ): Promise<Answer> {
    if (action.params) parseParameters(action.params, params);
    const body = action.body && parseActionBody(action.body, request.json());
    const asked = { ctx, id, params, ...(body && { body }) };
    if (action.method === 'GET')
      return { status: action.status, body: replyBody(await this.ask(place, action.name, asked)) };
    const { body: after, before } = await this.write(place, action.name, asked);
    const hasBody = action.status !== 204;
    return {
      status: action.status,
      ...(hasBody && { body: after }),
      written: { before, ...(hasBody && { after }) },
    };
  }

  /** Asks for a change of one object, and where there is an audit log how it was. */
  private async write(place: Place, operation: string, request: Requests): Promise<{ body: Buffer; before?: Buffer }> {
    if (!this.audit.isOn) return { body: replyBody(await this.ask(place, operation, request)) };
    return auditedBody(await this.ask(place, operation, { ...request, audited: true }));
  }

  private ask({ resource, parentId }: Place, operation: string, request: Requests): Promise<Uint8Array> {
    const asked: Requests = parentId === undefined ? request : { ...request, parentId };
    return this.messaging.requestRaw(resourceSubject(resource.definition, operation), asked);
  }

  /** A bulk is one request and one reply: both must pass the broker, for it is done wholly or not at all. */
  private refuseTooLarge(items: CreateRequest['items']): void {
    const limit = this.messaging.connection.info?.max_payload ?? 1024 * 1024;
    if (JSON.stringify(items).length + items.length * COMPUTED_BYTES > limit) throw tooLarge();
  }
}

/** The place with its parent's id as services know it. @throws the parent's not-found error */
function checkedPlace({ resource, parentId }: Place): Place {
  const { parent } = resource.definition;
  return parent ? { resource, parentId: checkedId(parent, parentId ?? '') } : { resource };
}

/** A text that cannot be an id names nothing: no service needs to be asked, and none has to fear it. */
function checkedId(definition: ResourceDefinition, id: string): string {
  const { type } = keyOf(definition);
  const storable = isStorableText(id);
  const usable = type === 'uuid' ? isUuidLike(id) : storable && id !== '' && id.length <= LONGEST_KEY;
  if (!usable) throw notFound(definition.notFound, definition.title, storable ? id : '');
  return type === 'uuid' ? id.toLowerCase() : id;
}
