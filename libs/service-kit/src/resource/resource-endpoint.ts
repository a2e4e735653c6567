import {
  ApiError,
  type ActionRequest,
  auditedReply,
  type CreateRequest,
  type DeleteRequest,
  httpBadRequest,
  type Json,
  keyOf,
  type ListRequest,
  notFound,
  type RequestContext,
  type ResourceDefinition,
  type ResourceRequest,
  type ShowRequest,
  type UpdateRequest,
} from '@weft/contracts';
import { type AuditSnapshot, isUnstorableText, type WriteContext, type WriteObserver } from '@weft/persistence';
import { KEYS } from './key';
import type { ResourceReader } from './resource-reader';
import type { LoadTarget } from './tag.service';

/** By the action's name in the definition; the result is the body of the answer. */
export type ResourceActions = Readonly<Record<string, (ctx: RequestContext, request: ActionRequest) => Promise<Json>>>;

/**
 * A resource's rules: what is not reading. Each method is one transaction; answers are read back by the endpoint.
 * @typeParam D its definition: items and changes have the types of its attributes
 */
export interface ResourceService<D extends ResourceDefinition = ResourceDefinition> {
  /** Creates what every project may expect to exist; before each list and show. */
  beforeReading?(ctx: RequestContext): Promise<void>;
  /** @returns the new ids, in the order of the items */
  create?(ctx: RequestContext, request: CreateRequest<D>): Promise<readonly string[]>;
  update?(ctx: RequestContext, request: UpdateRequest<D>): Promise<void>;
  delete?(ctx: RequestContext, request: DeleteRequest): Promise<void>;
  readonly actions?: ResourceActions;
  /** Of a resource with tags: loads and locks an object for decisions about them. */
  readonly loadTarget?: LoadTarget;
}

type Operation = (request: never) => Promise<Uint8Array>;

/** Carries out the operations on one resource: one call of its rules, read back. */
export class ResourceEndpoint {
  private readonly operations: ReadonlyMap<string, Operation>;

  /** @param moreActions beside the service's own */
  constructor(
    private readonly reader: ResourceReader,
    private readonly service: ResourceService,
    moreActions: ResourceActions = {},
  ) {
    this.operations = this.operationsOf({ ...service.actions, ...moreActions });
  }

  /** @returns the reply's bytes: `{"body":…}`, of a list a page */
  async handle(name: string, request: ResourceRequest): Promise<Uint8Array> {
    const operation = this.operations.get(name);
    if (!operation) throw new ApiError('HTTPNotFound', 404, 'The resource could not be found.');
    try {
      if (this.reader.table.parent) await this.reader.requireParent(request);
      return await operation(request as never);
    } catch (error) {
      throw isUnstorableText(error) ? httpBadRequest('Text must not contain NUL characters') : error;
    }
  }

  private operationsOf(actions: ResourceActions): Map<string, Operation> {
    const { service } = this;
    const operations = new Map<string, Operation>([
      ['list', (request: ListRequest) => this.list(request)],
      ['show', (request: ShowRequest) => this.show(request)],
    ]);
    if (service.create) operations.set('create', (request: CreateRequest) => this.create(request));
    if (service.update) operations.set('update', (request: UpdateRequest) => this.update(request));
    if (service.delete) operations.set('delete', (request: DeleteRequest) => this.delete(request));
    for (const [name, act] of Object.entries(actions))
      operations.set(name, (request: ActionRequest) => this.act(request, act));
    return operations;
  }

  private async list(request: ListRequest): Promise<Uint8Array> {
    await this.service.beforeReading?.(request.ctx);
    return this.reader.list(request);
  }

  private async show(request: ShowRequest): Promise<Uint8Array> {
    await this.service.beforeReading?.(request.ctx);
    return body(await this.reader.show(request, request.id, request.fields));
  }

  private async create(request: CreateRequest): Promise<Uint8Array> {
    const { observer, texts } = this.reader.observeCreate(request);
    const ids = await this.service.create!(observed(request.ctx, observer), request);
    const all = ids.every((id) => texts.has(id))
      ? ids.map((id) => texts.get(id)!)
      : await this.reader.showAll(request, ids);
    return body(request.bulk ? `[${all.join(',')}]` : all[0]!);
  }

  private update(received: UpdateRequest): Promise<Uint8Array> {
    const request = this.identified(received);
    return this.audited(request, true, async (ctx, snapshot) => {
      await this.service.update!(ctx, request);
      // The state that this write left, not one that a later write has made of it.
      return `{"body":${snapshot?.after ?? (await this.reader.show(request, request.id))}}`;
    });
  }

  private delete(received: DeleteRequest): Promise<Uint8Array> {
    const request = this.identified(received);
    return this.audited(request, false, async (ctx) => {
      await this.service.delete!(ctx, request);
      return '{"body":null}';
    });
  }

  private act(received: ActionRequest, act: ResourceActions[string]): Promise<Uint8Array> {
    const request = this.identified(received);
    return this.audited(request, false, async (ctx) => JSON.stringify({ body: await act(ctx, request) }));
  }

  /** @param write answers `{"body":…}` */
  private async audited(
    request: ResourceRequest & { readonly id: string },
    wantsAfter: boolean,
    write: (ctx: WriteContext, snapshot?: AuditSnapshot) => Promise<string>,
  ): Promise<Uint8Array> {
    if (!request.audited) return Buffer.from(await write(request.ctx));
    const observer = this.reader.observeChange(request, request.id, wantsAfter);
    const reply = await write(observed(request.ctx, observer), observer.snapshot);
    return Buffer.from(auditedReply(reply, observer.snapshot.before));
  }

  /** A malformed id is the id of nothing. */
  private identified<R extends { readonly id: string }>(request: R): R {
    const { definition } = this.reader.table;
    const { accepts, canonical } = KEYS[keyOf(definition).type];
    if (!accepts(request.id)) throw notFound(definition.notFound, definition.title, request.id);
    return { ...request, id: canonical(request.id) };
  }
}

/** `{ body }` around a JSON text that PostgreSQL wrote. */
const body = (text: string): Uint8Array => Buffer.from(`{"body":${text}}`);

const observed = (ctx: RequestContext, observer: WriteObserver): WriteContext => ({ ...ctx, observer });
