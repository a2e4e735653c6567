/**
 * The shape of a resource definition: one API resource, declared once as data. Types, the compiled validator,
 * the gateway's routes, filters, sort keys, policy checks, OpenAPI and `/v2.0/extensions` all follow from it.
 *
 * The vocabulary (validators, converters, defaults) is that of the OpenStack Networking API's attribute maps, so that
 * a definition can be held against `contract/attributes.json` word by word.
 */

import { type ApiFace, networkingFace } from './faces';

/** The attribute must be given in POST. */
export const REQUIRED = Symbol.for('weft.required');
/** "Not specified": the owning service computes the value. Never crosses the wire: the key is simply absent. */
export const UNSPECIFIED = Symbol.for('weft.unspecified');

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The type of a value, where neither a validator nor a converter determines it. */
export type ValueType =
  'string' | 'integer' | 'boolean' | 'object' | 'object_list' | 'uuid_list' | 'string_list' | 'integer_list';

/** Validator name → parameter, e.g. `{ 'type:string': 255 }`. All of them must accept. */
export type Validators = Readonly<Record<string, unknown>>;

export interface AttributeDefinition {
  /** Extension alias that the attribute arrives with; the resource's own alias for its core attributes. */
  readonly ext: string;
  /** Allowed in a POST body. */
  readonly post: boolean;
  /** Allowed in a PUT body. */
  readonly put: boolean;
  /** Value when absent from POST. `REQUIRED` with `post: true` makes absence an error. */
  readonly default: Json | typeof REQUIRED | typeof UNSPECIFIED;
  readonly validate?: Validators;
  /** Converter applied to a body value before validation. */
  readonly convert?: string;
  /** Converter applied to the list of a query filter's values. */
  readonly convertList?: string;
  /** For types and OpenAPI. */
  readonly type?: ValueType;
  /** What an answer holds, where that is another kind of value than a body's. */
  readonly answered?: ValueType;
  /** An answer may hold null although a body may not. */
  readonly nullable?: boolean;
  /** Appears in responses (unless a policy rule hides it). */
  readonly visible: boolean;
  readonly filter?: boolean;
  readonly sort?: boolean;
  readonly primaryKey?: boolean;
  /** Setting it checks the policy rule `<action>_<resource>:<attribute>`. */
  readonly enforcePolicy?: boolean;
  /** Always loaded before a policy decision. */
  readonly requiredByPolicy?: boolean;
}

/** A method on one object, beyond CRUD, e.g. `PUT /networks/{id}/tags/{tag}`. */
export interface ActionDefinition {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the object, e.g. `tags/{tag}`; the parameters reach the service by name. */
  readonly path: string;
  /** Handler name: the last token of the NATS subject. */
  readonly name: string;
  /** Success status. */
  readonly status: number;
  /** Policy rule; none: the object's own get/update rule decides in the service. */
  readonly rule?: string;
  /** Keys of the body, each required, and what its value must be. Absent: the action takes no body. */
  readonly body?: Readonly<Record<string, Validators>>;
  /** What the path's parameters must be. */
  readonly params?: Readonly<Record<string, Validators>>;
  readonly ext: string;
}

/** A read-only document about one object, in Weft's own API: `GET /weft/v1/ports/{id}/drops`. */
export interface ViewDefinition {
  /** The owner's operation: the last token of the NATS subject. */
  readonly name: string;
  /** Below Weft's root; `{id}` is the object's. */
  readonly path: string;
  readonly summary: string;
  /** Name of the document's schema in OpenAPI. */
  readonly schema: string;
  /** Query filters; repeated: any of the values. */
  readonly filters?: Readonly<Record<string, Pick<AttributeDefinition, 'validate'>>>;
  /** What `limit` bounds; absent: there is no `limit`. */
  readonly limited?: string;
}

/** The last part of an object's path. */
export interface KeyDefinition {
  readonly attribute: string;
  /** `text`: any text that a path can hold, up to 255 characters, e.g. a host's name. */
  readonly type: 'uuid' | 'text';
}

export interface ResourceDefinition {
  /** Singular, as in the body envelope and in policy rules: `network`. */
  readonly member: string;
  /** Plural, as in the body envelope: `networks`. */
  readonly collection: string;
  /** The API that has it; default: the Networking API. */
  readonly face?: ApiFace;
  /**
   * Below the root: `/networks`. With a prefix, which clients may leave out: `/qos/policies`. Of a sub-resource it begins with its
   * parent's, and the parent's id: `/qos/policies/{policy_id}/bandwidth_limit_rules`.
   */
  readonly path: string;
  /** The resource below whose objects this one's lie: the id in the path reaches the owner in every request. */
  readonly parent?: ResourceDefinition;
  /** By what an object is found; default: the UUID in `id`. */
  readonly key?: KeyDefinition;
  /** The extension alias which brings the resource. */
  readonly ext: string;
  /** The owning service: requests go to `svc.<service>.<collection>.<operation>`. */
  readonly service: string;
  /** Which of POST, PUT and DELETE the API serves; GET always. */
  readonly operations: { readonly create: boolean; readonly update: boolean; readonly delete: boolean };
  readonly bulk: boolean;
  readonly pagination: boolean;
  readonly sorting: boolean;
  /** Error type of a missing object: `NetworkNotFound`. */
  readonly notFound: string;
  /** Word used in messages: `Network`. */
  readonly title: string;
  readonly attributes: Readonly<Record<string, AttributeDefinition>>;
  /** Its name in quotas, and the default limit of a project; -1: unlimited. */
  readonly quota?: { readonly name: string; readonly default: number };
  readonly actions?: readonly ActionDefinition[];
  /** Documents about one object that Weft adds to the resource's own API. */
  readonly views?: readonly ViewDefinition[];
}

/** An extension as `/v2.0/extensions` shows it. */
export interface ExtensionDefinition {
  readonly alias: string;
  readonly name: string;
  readonly description: string;
  /** ISO 8601 as published by the reference implementation. */
  readonly updated: string;
}

export const faceOfResource = ({ face = networkingFace }: Pick<ResourceDefinition, 'face'>): ApiFace => face;

/** Where a collection is found: `/v2.0/networks`. Of a sub-resource it is a pattern, unless the parent's id is given. */
export function collectionUrl(definition: Pick<ResourceDefinition, 'face' | 'path'>, parentId?: string): string {
  const { endpoint, roots } = faceOfResource(definition);
  const { path } = definition;
  return `${endpoint}${roots[0]}${parentId === undefined ? path : path.replace(/\{.+?\}/, encodeURIComponent(parentId))}`;
}

/** The one name of a resource among all: `networks`; of a sub-resource `policies/bandwidth_limit_rules`. */
export const resourceName = ({ parent, collection }: Pick<ResourceDefinition, 'parent' | 'collection'>): string =>
  parent ? `${parent.collection}/${collection}` : collection;

/** Its word in the names of policy rules: `get_network`, `get_policy_bandwidth_limit_rule`. */
export const ruleWord = ({ parent, member }: Pick<ResourceDefinition, 'parent' | 'member'>): string =>
  parent ? `${parent.member}_${member}` : member;

const ID: KeyDefinition = { attribute: 'id', type: 'uuid' };

export const keyOf = ({ key = ID }: Pick<ResourceDefinition, 'key'>): KeyDefinition => key;
