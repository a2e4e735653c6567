import { type Json, pythonRepr, pythonText } from '@weft/contracts';
import { toInteger } from '../integer';
import { string, uuid } from './text';
import { subnet } from './address';
import { isObject, type JsonObject, type Validator } from './validator';

const PROVIDER_KEYS = ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id'];

/** `segments` of a network: dictionaries of `provider:…`. */
export const networkSegments: Validator = (value) => {
  if (!Array.isArray(value) || value.length === 0) return `'${pythonText(value)}' is not a list of segments`;
  for (const segment of value) {
    if (!isObject(segment)) return `'${pythonText(segment)}' is not a dictionary`;
    const unknown = Object.keys(segment).filter((key) => !PROVIDER_KEYS.includes(key));
    if (unknown.length > 0) return `Segments contain unrecognized keys: ${pythonRepr(unknown)}`;
    if (typeof segment['provider:network_type'] !== 'string') return 'Segments must have a provider:network_type';
    const physical = segment['provider:physical_network'] ?? null;
    if (physical !== null && typeof physical !== 'string') return `'${pythonText(physical)}' is not a valid string`;
    const id = segment['provider:segmentation_id'] ?? null;
    if (id !== null && toInteger(id) === null) return `'${pythonText(id)}' is not an integer`;
  }
  return null;
};

/** Device owners that a subnet is kept for, e.g. `compute:nova`, `network:floatingip`. */
export const subnetServiceTypes: Validator = (value) => {
  if (!Array.isArray(value)) return `'${pythonText(value)}' is not a list`;
  for (const type of value) {
    const reason = string(type, 255);
    if (reason !== null) return reason;
    // The part before the colon names the owner.
    if (!/^(network|compute):/.test(type as string))
      return `Subnet service type ${pythonText(type)} does not correspond to a valid device owner`;
  }
  return duplicateIn(value, 'service types');
};

export const availabilityZoneHints: Validator = (value) => {
  if (!Array.isArray(value)) return `'${pythonText(value)}' is not a list`;
  for (const hint of value) if (string(hint, null) !== null) return string(hint, null);
  return JSON.stringify(value).length > 255
    ? 'Too many availability_zone_hints specified'
    : duplicateIn(value, 'availability zone hints');
};

/** A project's id, or `*` for all. */
export const targetProject: Validator = (value) =>
  string(value, 255) ?? (value === '' ? "'' is not a valid project" : null);

export const subnetList: Validator = (value) => {
  if (!Array.isArray(value)) return `'${pythonText(value)}' is not a list`;
  for (const prefix of value) if (subnet(prefix, null) !== null) return subnet(prefix, null);
  return duplicateIn(value, 'the list');
};

/** `sub_ports` of a trunk: `{port_id, segmentation_id, segmentation_type}`. */
export const subPorts: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for subports: '${pythonText(value)}' is not a list`;
  const [ports, tags] = [new Set<Json>(), new Set<string>()];
  for (const each of value) {
    if (!isObject(each)) return `Invalid data format for subport: '${pythonText(each)}' is not a dictionary`;
    const reason = subPort(each);
    if (reason !== null) return reason;
    if (ports.has(each.port_id!)) return `Duplicate subport '${pythonText(each.port_id)}'`;
    ports.add(each.port_id!);
    const { segmentation_type: type, segmentation_id: id } = each;
    if (id === undefined) continue;
    const tag = `${pythonText(type)} ${pythonText(id)}`;
    if (tags.has(tag)) return `Segmentation type and segmentation_id pairs must be unique: ${tag}`;
    tags.add(tag);
  }
  return null;
};

function subPort(each: JsonObject): string | null {
  if (!Object.hasOwn(each, 'port_id')) return 'A valid port UUID must be specified';
  const reason = uuid(each.port_id!, null);
  if (reason !== null) return reason;
  const unknown = Object.keys(each).find((key) => !['port_id', 'segmentation_id', 'segmentation_type'].includes(key));
  if (unknown !== undefined) return `Unexpected keys supplied: ${unknown}`;
  const { segmentation_id: id, segmentation_type: type } = each;
  if (type === 'inherit') return id === undefined ? null : "segmentation_id must not be given with type 'inherit'";
  if ((id === undefined) !== (type === undefined)) return 'segmentation_type and segmentation_id go together';
  if (id === undefined) return null;
  return toInteger(id) === null ? `Invalid segmentation ID: ${pythonText(id)} is not an integer` : null;
}

function duplicateIn(value: readonly Json[], what: string): string | null {
  const twice = value.filter((each, i) => value.indexOf(each) !== i);
  return twice.length > 0 ? `Duplicate items in ${what}: '${twice.map(pythonText).join(', ')}'` : null;
}
