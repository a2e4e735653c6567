import {
  httpBadRequest,
  invalidInput,
  isStorable,
  type Json,
  type RequestContext,
  REQUIRED,
  type ResourceDefinition,
  UNSPECIFIED,
  type Validators,
} from '@weft/contracts';
import type { CompiledAttribute, CompiledResource } from './compile';
import { VALIDATORS } from './validators';

/** What a POST asks for: the parts of a `CreateRequest` that the body tells. */
export interface ParsedCreate {
  readonly items: readonly Record<string, Json>[];
  /** Names in the client's body, per item. */
  readonly explicit: readonly (readonly string[])[];
  readonly bulk: boolean;
}

type Body = Record<string, unknown>;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const invalidData = () => httpBadRequest('Body contains invalid data');

/** @see CompiledResource.parseCreate */
export function parseCreateBody(resource: CompiledResource, body: unknown, ctx: RequestContext): ParsedCreate {
  const { member, collection, bulk: bulkAllowed } = resource.definition;
  const envelope = envelopeOf(body);
  const bulk = Object.hasOwn(envelope, collection);
  const bodies = bulk
    ? bulkItems(envelope[collection], member, bulkAllowed)
    : [memberOf(envelope, resource.definition)];
  const items: Record<string, Json>[] = [];
  const explicit: string[][] = [];
  for (const each of bodies) {
    if (!isObject(each)) throw httpBadRequest(`Object '${member}' contains invalid data`);
    explicit.push(Object.keys(each));
    items.push(parseItem(resource, each, ctx));
  }
  return { items, explicit, bulk };
}

/** @see CompiledResource.parseUpdate */
export function parseUpdateBody(resource: CompiledResource, body: unknown, ctx: RequestContext): Record<string, Json> {
  const member = memberOf(envelopeOf(body), resource.definition);
  if (!isObject(member)) throw httpBadRequest(`Object '${resource.definition.member}' contains invalid data`);
  const given = withOwner(resource, member, ctx, false);
  refuseUnknown(resource, given);
  for (const attribute of resource.attributes.values()) {
    if (!attribute.put && Object.hasOwn(given, attribute.name)) {
      throw httpBadRequest(`Cannot update read-only attribute ${attribute.name}`);
    }
  }
  return convertAndValidate(resource, given);
}

/**
 * The body of an action: each key that the action names, valid. Other keys are ignored.
 *
 * @throws InvalidInput with the validator's reason
 */
export function parseActionBody(spec: Readonly<Record<string, Validators>>, body: unknown): Record<string, Json> {
  if (!isObject(body) || !isStorable(body)) throw invalidData();
  return parseParameters(spec, body);
}

/** Parameters of a path, by the same rules as {@link parseActionBody}. */
export function parseParameters(spec: Readonly<Record<string, Validators>>, given: Body): Record<string, Json> {
  const parsed: Record<string, Json> = {};
  for (const [key, validators] of Object.entries(spec)) {
    if (!Object.hasOwn(given, key)) throw invalidInput(`Invalid ${key} body`);
    const value = given[key] as Json;
    for (const [type, parameter] of Object.entries(validators)) {
      const reason = VALIDATORS[type]!(value, parameter);
      if (reason !== null) throw invalidInput(reason);
    }
    parsed[key] = value;
  }
  return parsed;
}

function envelopeOf(body: unknown): Body {
  if (!isObject(body) || !isStorable(body)) throw invalidData();
  return body;
}

function memberOf(envelope: Body, { member }: ResourceDefinition): unknown {
  const found = Object.hasOwn(envelope, member) ? envelope[member] : null;
  if (found === null) throw httpBadRequest(`Unable to find '${member}' in request body`);
  return found;
}

/** `{collection: [{…} | {member: {…}}]}` */
function bulkItems(list: unknown, member: string, allowed: boolean): unknown[] {
  if (!allowed) throw httpBadRequest('Bulk operation not supported');
  if (list === null || (Array.isArray(list) && list.length === 0)) throw httpBadRequest('Resources required');
  if (!Array.isArray(list)) throw invalidData();
  return list.map((item: unknown) => (isObject(item) && Object.hasOwn(item, member) ? item[member] : item));
}

function parseItem(resource: CompiledResource, body: Body, ctx: RequestContext): Record<string, Json> {
  const given = withOwner(resource, body, ctx, true);
  refuseUnknown(resource, given);
  for (const attribute of resource.attributes.values()) {
    const present = Object.hasOwn(given, attribute.name);
    if (!attribute.post) {
      if (present) throw httpBadRequest(`Attribute '${attribute.name}' not allowed in POST`);
    } else if (!present) {
      if (attribute.default === REQUIRED) {
        throw httpBadRequest(`Failed to parse request. Required attribute '${attribute.name}' not specified`);
      }
      if (attribute.default !== UNSPECIFIED) given[attribute.name] = attribute.default;
    }
  }
  return convertAndValidate(resource, given);
}

/** A copy of the body in which `project_id` and its twin `tenant_id` are both there and equal, if either is or must be. */
function withOwner({ attributes }: CompiledResource, body: Body, ctx: RequestContext, create: boolean): Body {
  const given = { ...body };
  if (!attributes.has('project_id')) return given;
  const named = Object.hasOwn(given, 'project_id');
  if (named !== Object.hasOwn(given, 'tenant_id')) {
    given.project_id = given.tenant_id = named ? given.project_id : given.tenant_id;
  } else if (named && given.project_id !== given.tenant_id) {
    throw httpBadRequest("'project_id' and 'tenant_id' do not match");
  }
  if (Object.hasOwn(given, 'project_id')) {
    if (given.project_id !== ctx.projectId && !maySetOwner(ctx)) {
      throw httpBadRequest(
        "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
      );
    }
  } else if (create) {
    if (ctx.projectId === null) throw httpBadRequest("Required attribute 'project_id' not specified");
    given.project_id = given.tenant_id = ctx.projectId;
  }
  // Younger resources know their owner by the newer name only.
  if (!attributes.has('tenant_id')) delete given.tenant_id;
  return given;
}

const maySetOwner = ({ roles }: RequestContext): boolean =>
  roles.includes('admin') || roles.includes('advsvc') || roles.includes('service');

function refuseUnknown({ attributes }: CompiledResource, given: Body): void {
  const unknown = Object.keys(given).filter((name) => !attributes.has(name));
  if (unknown.length > 0) throw httpBadRequest(`Unrecognized attribute(s) '${unknown.join(', ')}'`);
}

function convertAndValidate({ attributes }: CompiledResource, given: Body): Record<string, Json> {
  const parsed: Record<string, Json> = {};
  for (const attribute of attributes.values()) {
    if (!Object.hasOwn(given, attribute.name)) continue;
    const raw = given[attribute.name] as Json;
    const value = attribute.converter ? attribute.converter(raw) : raw;
    if (!asksForNewMac(attribute, value)) validate(attribute, value);
    parsed[attribute.name] = value;
  }
  return parsed;
}

/** Null stays null: only the allocator can tell which MAC addresses are free. */
const asksForNewMac = (attribute: CompiledAttribute, value: Json): boolean =>
  value === null && attribute.convert === 'convert_to_mac_if_none';

function validate(attribute: CompiledAttribute, value: Json): void {
  for (const { accept, parameter } of attribute.validators) {
    const reason = accept(value, parameter);
    if (reason !== null) throw httpBadRequest(`Invalid input for ${attribute.name}. Reason: ${reason}.`);
  }
}
