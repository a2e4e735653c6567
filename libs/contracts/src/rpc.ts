import type { RequestContext } from './context';
import type { CreateOf, UpdateOf } from './resources/types';
import { resourceName, type Json, type ResourceDefinition } from './definition';

/**
 * Gateway → owning service, over NATS request/reply.
 *
 * Subject: `svc.<service>.<collection>.<operation>`, operation = list | show | create | update | delete | <action name>.
 * A reply is the JSON answer; a failure carries the header `Weft-Error: 1` and an {@link ErrorReply}.
 */
export const serviceSubject = (service: string, collection: string, operation: string): string =>
  `svc.${service}.${collection.replaceAll(/[-/]/g, '_')}.${operation}`;

/** The subject of one operation on a resource; `*`: of all of them. Of a sub-resource: `svc.ipam.ports_bindings.list`. */
export const resourceSubject = (definition: ResourceDefinition, operation: string): string =>
  serviceSubject(definition.service, resourceName(definition), operation);

/** What is common to all requests about a resource. */
export interface ResourceRequest {
  readonly ctx: RequestContext;
  /** Of a sub-resource: id of the object that it lies below, as in the path. */
  readonly parentId?: string;
  /** The gateway keeps an audit log: the reply to a write ends in a line break and the object before it, see {@link auditedReply}. */
  readonly audited?: true;
}

/** A query after the gateway has parsed and validated it. Filter values are converted to the attribute's type. */
export interface ListQuery {
  /** Attribute → accepted values (OR within, AND between). `tags`, `tags-any`, `not-tags`, `not-tags-any`: lists of tags. */
  readonly filters: Readonly<Record<string, readonly Json[]>>;
  /** Primary key ascending is always appended as tie-break by the service. */
  readonly sort: readonly { readonly key: string; readonly dir: 'asc' | 'desc' }[];
  /** Rows that the client still expects; undefined: all. */
  readonly limit?: number;
  /** Id of the last object which the client has seen. Unknown: `<Resource>NotFound`. */
  readonly marker?: string;
  readonly pageReverse?: boolean;
  /** Attributes to answer; undefined: all visible ones. Unknown names are ignored. */
  readonly fields?: readonly string[];
}

/** Of a view of one object. */
export type ViewQuery = Pick<ListQuery, 'filters' | 'limit'>;

export interface ListRequest extends ResourceRequest {
  readonly query: ListQuery;
  /** Continues a listing: the `next` of the previous {@link ListPage}. Replaces marker. */
  readonly cursor?: string;
}

/**
 * A page of a listing, always below the broker's max payload: a JSON header line, a newline, then the items as JSON
 * texts joined by commas (no brackets), so that the gateway passes them on without parsing.
 */
export interface ListPageHeader {
  readonly count: number;
  /** More to come: pass back as `cursor`. */
  readonly next?: string;
  /** Ids of the first and last item, for the `<collection>_links`. */
  readonly first?: string;
  readonly last?: string;
}

export interface ShowRequest extends ResourceRequest {
  readonly id: string;
  readonly fields?: readonly string[];
}

/** @typeParam D the resource's definition, from which the types of items follow; absent: any resource */
export interface CreateRequest<D extends ResourceDefinition = ResourceDefinition> extends ResourceRequest {
  /** Validated, converted, defaults filled; keys of "not specified" attributes absent. One for a single create. */
  readonly items: readonly ItemOf<D>[];
  /** Attributes that the client named explicitly, per item: policy looks at these only. */
  readonly explicit: readonly (readonly string[])[];
  readonly bulk: boolean;
}

/** @typeParam D as in {@link CreateRequest} */
export interface UpdateRequest<D extends ResourceDefinition = ResourceDefinition> extends ResourceRequest {
  readonly id: string;
  readonly changes: ChangesOf<D>;
  /** From `If-Match: revision_number=N`. */
  readonly ifRevision?: number;
}

/** An item of a create: of a resource that is known only at run time, any attributes. */
export type ItemOf<D extends ResourceDefinition> = ResourceDefinition extends D ? Record<string, Json> : CreateOf<D>;
/** The changes of an update. */
export type ChangesOf<D extends ResourceDefinition> = ResourceDefinition extends D ? Record<string, Json> : UpdateOf<D>;

export interface DeleteRequest extends ResourceRequest {
  readonly id: string;
  readonly ifRevision?: number;
}

export interface ActionRequest extends ResourceRequest {
  readonly id: string;
  /** Of a view. */
  readonly query?: ViewQuery;
  /** Path parameters by name, e.g. `{ tag: 'red' }`. */
  readonly params: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** Answer of show, update, single create, actions: `{ body }`; of a bulk create: an array in `body`. */
export interface Reply {
  readonly body: Json;
}

/** Bytes. A longer one is left out, so that the reply fits a broker message. */
const MAX_BEFORE = 256 * 1024;

/**
 * The reply to an `audited` write: `{"body":…}`, a line break, and the JSON text of the object before it, in one line; nothing
 * where it is not known (a write repeated under its idempotency key).
 */
export const auditedReply = (reply: string, before: string | undefined): string =>
  `${reply}\n${before !== undefined && before.length <= MAX_BEFORE ? before.replaceAll(/[\r\n]/g, ' ') : ''}`;

export interface ErrorReply {
  /** Exception class of the contract: `NetworkNotFound`. */
  readonly type: string;
  readonly message: string;
  readonly detail?: string;
  readonly status: number;
}
