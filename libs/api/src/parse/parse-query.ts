import { canonicalIp, parseIp } from '@weft/net';
import {
  badRequest,
  httpBadRequest,
  invalidInput,
  isStorableText,
  isUuidLike,
  type Json,
  keyOf,
  type ListQuery,
  notFound,
  pythonRepr,
} from '@weft/contracts';
import type { CompiledAttribute, CompiledResource } from './compile';
import { CONVERTERS } from './converters';
import { MAX_INTEGER, toInteger } from './integer';

/** Keys of a query that are not filters. */
const CONTROL = new Set(['fields', 'sort_key', 'sort_dir', 'limit', 'marker', 'page_reverse']);

/** @see CompiledResource.parseQuery */
export function parseListQuery(resource: CompiledResource, query: URLSearchParams): ListQuery {
  for (const [key, value] of query) {
    if (!isStorableText(key) || !isStorableText(value)) throw httpBadRequest('Query contains invalid data');
  }
  const { pagination, sorting } = resource.definition;
  const fields = parseFields(query);
  return {
    filters: parseFilters(resource, query),
    sort: sorting ? parseSort(resource, query) : [],
    ...(fields && { fields }),
    ...(pagination && parsePage(resource, query)),
  };
}

/** @see CompiledResource.parseFields */
export function parseFields(query: URLSearchParams): readonly string[] | undefined {
  const fields = query.getAll('fields').filter((field) => field !== '');
  return fields.length > 0 ? fields : undefined;
}

function parseFilters(resource: CompiledResource, query: URLSearchParams): ListQuery['filters'] {
  const names = new Set(Array.from(query.keys()).filter((name) => !CONTROL.has(name)));
  const unknown = Array.from(names).filter((name) => resource.attributes.get(name)?.filter !== true);
  if (unknown.length > 0) throw httpBadRequest(`${pythonRepr(unknown)} is invalid attribute for filtering`);
  const filters: Record<string, readonly Json[]> = {};
  for (const name of names) {
    const values = filterValues(resource.attributes.get(name)!, query.getAll(name));
    if (values === null) continue;
    const canonical = canonicalName(resource, name);
    // `tenant_id=a&project_id=b` asks for both: what is left is in both lists.
    filters[canonical] = filters[canonical]?.filter((value) => values.includes(value)) ?? values;
  }
  return filters;
}

/**
 * The texts of one filter as values of the attribute's type. A text which no object can hold (a malformed id, address or number) matches
 * nothing and is left out: an empty list is a filter that nothing passes. Null: no filter after all.
 */
function filterValues(attribute: CompiledAttribute, texts: readonly string[]): readonly Json[] | null {
  if (attribute.convertList === 'convert_kvp_list_to_dict') return keyValueFilter(texts);
  if (attribute.ext === 'standard-attr-tag')
    return texts.flatMap((text) => text.split(',')).filter((tag) => tag !== '');
  return Array.from(new Set(texts.map((text) => filterValue(attribute, text)))).filter((value) => value !== undefined);
}

function filterValue(attribute: CompiledAttribute, text: string): Json | undefined {
  const types = attribute.validate ?? {};
  if ('type:uuid' in types || 'type:uuid_or_none' in types || 'type:subnetpool_id_or_none' in types) {
    return isUuidLike(text) ? text.toLowerCase() : undefined;
  }
  // Nobody may give a group that name, but groups have it.
  if ('type:name_not_default' in types) return text;
  if (attribute.convert === 'convert_to_int' || attribute.type === 'integer') return toInteger(text) ?? undefined;
  if (attribute.type === 'boolean') return CONVERTERS.convert_to_boolean!(text);
  const value = attribute.converter ? attribute.converter(text) : text;
  return attribute.validators.every(({ accept, parameter }) => accept(value, parameter) === null) ? value : undefined;
}

/**
 * `fixed_ips=ip_address=10.0.0.5&fixed_ips=subnet_id=…` → `[{ ip_address: [...], subnet_id: [...] }]`: OR within a key, AND between
 * keys, as between filters. Keys: `ip_address`, `ip_address_substr`, `subnet_id`; others are ignored.
 */
function keyValueFilter(texts: readonly string[]): readonly Json[] | null {
  const wanted: Record<string, string[]> = {};
  for (const text of texts) {
    const [, key, value] = /^\s*([^=\s][^=]*?)\s*=\s*(.*?)\s*$/s.exec(text) ?? [];
    if (key === undefined || value === undefined) throw invalidInput(`'${text}' is not of the form <key>=[value]`);
    const canonical = KEY_VALUES.get(key)?.(value);
    if (canonical === undefined) continue;
    (wanted[key] ??= []).push(...canonical);
  }
  return Object.keys(wanted).length > 0 ? [wanted] : null;
}

const KEY_VALUES = new Map<string, (value: string) => readonly string[]>([
  ['ip_address', (value) => (parseIp(value) ? [canonicalIp(value)] : [])],
  ['ip_address_substr', (value) => [value]],
  ['subnet_id', (value) => (isUuidLike(value) ? [value.toLowerCase()] : [])],
]);

function parseSort(resource: CompiledResource, query: URLSearchParams): ListQuery['sort'] {
  const keys = query.getAll('sort_key').filter((key) => key !== '');
  const dirs = query.getAll('sort_dir').filter((dir) => dir !== '');
  if (keys.length !== dirs.length) throw httpBadRequest('The number of sort_keys and sort_dirs must be same');
  const badDirs = dirs.filter((dir) => dir !== 'asc' && dir !== 'desc');
  if (badDirs.length > 0) {
    throw httpBadRequest(`${pythonRepr(badDirs)} is invalid value for sort_dirs, valid value is 'asc' and 'desc'`);
  }
  const badKeys = keys.filter((key) => resource.attributes.get(key)?.sort !== true);
  if (badKeys.length > 0) throw httpBadRequest(`${pythonRepr(badKeys)} is invalid attribute for sort_keys`);
  return keys.map((key, i) => ({ key: canonicalName(resource, key), dir: dirs[i] as 'asc' | 'desc' }));
}

/** Undefined: all. */
export function parseLimit(query: URLSearchParams): number | undefined {
  const limit = query.getAll('limit').at(-1) ?? '0';
  if (!/^\s*\+?\d+\s*$/.test(limit))
    throw badRequest('limit', `Limit must be an integer 0 or greater and not '${limit}'`);
  return Math.min(Number(limit), MAX_INTEGER) || undefined;
}

function parsePage(
  { definition }: CompiledResource,
  query: URLSearchParams,
): Pick<ListQuery, 'limit' | 'marker' | 'pageReverse'> {
  const limit = parseLimit(query);
  const marker = query.get('marker');
  const byUuid = keyOf(definition).type === 'uuid';
  if (marker && byUuid && !isUuidLike(marker)) throw notFound(definition.notFound, definition.title, marker);
  return {
    ...(limit !== undefined && { limit }),
    ...(marker && { marker: byUuid ? marker.toLowerCase() : marker }),
    ...(query.get('page_reverse')?.toLowerCase() === 'true' && { pageReverse: true }),
  };
}

/** Services know owners as `project_id` only. */
const canonicalName = ({ attributes }: CompiledResource, name: string): string =>
  name === 'tenant_id' && attributes.has('project_id') ? 'project_id' : name;
