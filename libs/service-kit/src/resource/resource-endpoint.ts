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
  type ResourceRequest,
  resourceSubject,
  type ShowRequest,
  type UpdateRequest,
} from '@weft/contracts';
import type { Inbound, Messaging, Responder } from '@weft/messaging';
import { isUnstorableText, type Witness } from '@weft/persistence';
import { KEYS } from './key';
import type { ResourceReader } from './resource-reader';
import type { ResourceTable } from './resource-table';

/** A resource's rules: what is not reading. Each method is one transaction; answers are read back by the endpoint. */
export interface ResourceService {
  /** Sees to it that what everybody may expect to find is there; before each list and show. */
  beforeReading?(ctx: RequestContext): Promise<void>;
  /** @returns the new ids, in the order of the items */
  create?(ctx: RequestContext, request: CreateRequest): Promise<readonly string[]>;
  update?(ctx: RequestContext, request: UpdateRequest): Promise<void>;
  delete?(ctx: RequestContext, request: DeleteRequest): Promise<void>;
  /** By the action's name in the definition; the result is the body of the answer. */
  readonly actions?: Readonly<Record<string, (ctx: RequestContext, request: ActionRequest) => Promise<Json>>>;
}

type Operation = (message: Inbound) => Promise<unknown>;

/** Serves one resource on its NATS subjects: unpack, one call, read back. */
export class ResourceEndpoint {
  constructor(
    private readonly table: ResourceTable,
    private readonly reader: ResourceReader,
    private readonly service: ResourceService,
  ) {}

  /** Begins to serve; replicas share the requests. */
  serve(messaging: Messaging): Responder {
    const { definition } = this.table;
    const operations = this.operations();
    return messaging.respond(resourceSubject(definition, '*'), definition.service, async (message) => {
      const name = message.subject.slice(message.subject.lastIndexOf('.') + 1);
      const operation = operations.get(name);
      if (!operation) throw new ApiError('HTTPNotFound', 404, 'The resource could not be found.');
      try {
        if (definition.parent) await this.reader.requireParent(message.json<ResourceRequest>());
        return await operation(message);
      } catch (error) {
        throw isUnstorableText(error) ? httpBadRequest('Text must not contain NUL characters') : error;
      }
    });
  }

  private operations(): Map<string, Operation> {
    const { reader, service } = this;
    const operations = new Map<string, Operation>([
      [
        'list',
        async (message) => {
          const request = message.json<ListRequest>();
          await service.beforeReading?.(request.ctx);
          return reader.list(request);
        },
      ],
      [
        'show',
        async (message) => {
          const request = message.json<ShowRequest>();
          await service.beforeReading?.(request.ctx);
          return body(await reader.show(request, request.id, request.fields));
        },
      ],
    ]);
    const { create, update } = service;
    if (create) {
      operations.set('create', async (message) => {
        const request = message.json<CreateRequest>();
        const made = reader.made(request);
        const ids = await create.call(service, request.ctx, request);
        const texts = ids.every((id) => made.has(id))
          ? ids.map((id) => made.get(id)!)
          : await reader.showAll(request, ids);
        return body(request.bulk ? `[${texts.join(',')}]` : texts[0]!);
      });
    }
    if (update) {
      operations.set('update', async (message) => {
        const request = this.identified(message.json<UpdateRequest>());
        return this.audited(request, true, async (witness) => {
          await update.call(service, request.ctx, request);
          // What the write has left, not what another one has made of it since.
          return `{"body":${witness?.after ?? (await reader.show(request, request.id))}}`;
        });
      });
    }
    if (service.delete) {
      operations.set('delete', async (message) => {
        const request = this.identified(message.json<DeleteRequest>());
        return this.audited(request, false, async () => {
          await service.delete!(request.ctx, request);
          return '{"body":null}';
        });
      });
    }
    for (const [name, act] of Object.entries(service.actions ?? {})) {
      operations.set(name, async (message) => {
        const request = this.identified(message.json<ActionRequest>());
        return this.audited(request, false, async () => JSON.stringify({ body: await act(request.ctx, request) }));
      });
    }
    return operations;
  }

  /** @param write answers `{"body":…}` */
  private async audited(
    request: ResourceRequest & { readonly id: string },
    wantsAfter: boolean,
    write: (witness?: Witness) => Promise<string>,
  ): Promise<Uint8Array> {
    if (!request.audited) return Buffer.from(await write());
    const witness = this.reader.witness(request, request.id, wantsAfter);
    const reply = await write(witness);
    return Buffer.from(auditedReply(reply, witness.before));
  }

  /** A malformed id is the id of nothing. */
  private identified<R extends { readonly id: string }>(request: R): R {
    const { definition } = this.table;
    const { accepts, canonical } = KEYS[keyOf(definition).type];
    if (!accepts(request.id)) throw notFound(definition.notFound, definition.title, request.id);
    return { ...request, id: canonical(request.id) };
  }
}

/** `{ body }` around a JSON text that PostgreSQL wrote. */
const body = (text: string): Uint8Array => Buffer.from(`{"body":${text}}`);
