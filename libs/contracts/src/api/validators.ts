import { Cidr, parseIp } from '@weft/net';
import type { Json } from '../definition';
import { toInteger } from './integer';
import { pythonRepr, pythonText } from './python-text';

/** Says why a value is not acceptable, in the words of the API and without a full stop; null: it is. */
export type Validator = (value: Json, parameter: unknown) => string | null;

type JsonObject = { [key: string]: Json };
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const string: Validator = (value, max) => {
  if (typeof value !== 'string') return `'${pythonText(value)}' is not a valid string`;
  if (typeof max !== 'number' || value.length <= max) return null;
  // Lengths count characters, not UTF-16 units.
  return Array.from(value).length > max ? `'${value}' exceeds maximum length of ${max}` : null;
};

const nameString: Validator = (value, max) => {
  const reason = string(value, max);
  if (reason !== null) return reason;
  return /^\s|\s$|[\p{Cc}\p{Zl}\p{Zp}]/u.test(value as string)
    ? `'${value as string}' has leading, trailing or non-printable white space`
    : null;
};

const UUID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})$/i;

/** 36 characters with dashes or 32 without, in either case. */
export const isUuidLike = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

const uuid: Validator = (value) => (isUuidLike(value) ? null : `'${pythonText(value)}' is not a valid UUID`);

const ipAddress: Validator = (value) => {
  if (typeof value === 'string' && parseIp(value)) return null;
  const plain = typeof value === 'string' && /^\d{1,3}(\.\d{1,3}){3}$/.test(value) && withoutZeros(value);
  return plain && parseIp(plain)
    ? `'${pythonText(value)}' is not an accepted IP address, '${plain}' is recommended`
    : `'${pythonText(value)}' is not a valid IP address`;
};
const withoutZeros = (quad: string): string => quad.split('.').map(Number).join('.');

const subnet: Validator = (value) => {
  const cidr = typeof value === 'string' ? Cidr.parse(value) : null;
  if (cidr) return null;
  const bare = typeof value === 'string' ? Cidr.parse(`${value}/${value.includes(':') ? 128 : 32}`) : null;
  return bare
    ? `'${pythonText(value)}' isn't a recognized IP subnet cidr, '${bare.toString()}' is recommended`
    : `'${pythonText(value)}' is not a valid IP subnet`;
};

const macAddress: Validator = (value) =>
  typeof value === 'string' &&
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(value) &&
  value !== '00:00:00:00:00:00' &&
  value !== 'ff:ff:ff:ff:ff:ff'
    ? null
    : `'${pythonText(value)}' is not a valid MAC address`;

/** Exactly these keys. */
function keysOf(value: Json, expected: readonly string[]): string | null {
  const wanted = pythonRepr(expected);
  if (!isObject(value)) return `Invalid input. '${pythonText(value)}' must be a dictionary with keys: ${wanted}`;
  const provided = Object.keys(value);
  if (provided.length === expected.length && expected.every((key) => Object.hasOwn(value, key))) return null;
  return `Validation of dictionary's keys failed. Expected keys: ${wanted} Provided keys: ${pythonRepr(provided)}`;
}

const ipPools: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for IP pool: '${pythonText(value)}'`;
  for (const pool of value) {
    const reason =
      keysOf(pool, ['start', 'end']) ??
      ipAddress((pool as JsonObject).start!, null) ??
      ipAddress((pool as JsonObject).end!, null);
    if (reason !== null) return reason;
  }
  return null;
};

const fixedIps: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for fixed IP: '${pythonText(value)}'`;
  const seen = new Set<Json>();
  for (const fixed of value) {
    if (!isObject(fixed)) return `Invalid data format for fixed IP: '${pythonText(fixed)}'`;
    const unknown = Object.keys(fixed).find((key) => key !== 'ip_address' && key !== 'subnet_id');
    if (unknown !== undefined) return `Unexpected keys supplied: ${unknown}`;
    if (Object.hasOwn(fixed, 'ip_address')) {
      const address = fixed.ip_address!;
      if (seen.has(address)) return `Duplicate IP address '${pythonText(address)}'`;
      const reason = ipAddress(address, null);
      if (reason !== null) return reason;
      seen.add(address);
    }
    if (Object.hasOwn(fixed, 'subnet_id')) {
      const reason = uuid(fixed.subnet_id!, null);
      if (reason !== null) return reason;
    }
  }
  return null;
};

const nameservers: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for nameserver: '${pythonText(value)}'`;
  const seen = new Set<Json>();
  for (const host of value) {
    const reason = ipAddress(host, null);
    if (reason !== null) return `'${pythonText(host)}' is not a valid nameserver. ${reason}`;
    if (seen.has(host)) return `Duplicate nameserver '${pythonText(host)}'`;
    seen.add(host);
  }
  return null;
};

/** A destination is a network, not a host in it, and not the loopback network. */
const routeDestination: Validator = (value) => {
  const reason = subnet(value, null);
  if (reason !== null) return reason;
  const [text, cidr] = [value as string, Cidr.parse(value as string)!];
  if (cidr.version === 4 && cidr.toString() !== text) {
    return `'${text}' isn't a recognized IP subnet cidr, '${cidr.toString()}' is recommended`;
  }
  const loopback = Cidr.parse(cidr.version === 4 ? '127.0.0.0/8' : '::1/128')!;
  return cidr.prefixLength > 0 && cidr.overlaps(loopback) ? `'${text}' is not a routable CIDR` : null;
};

const hostRoutes: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for hostroute: '${pythonText(value)}'`;
  const seen = new Set<string>();
  for (const route of value) {
    const reason =
      keysOf(route, ['destination', 'nexthop']) ??
      routeDestination((route as JsonObject).destination!, null) ??
      ipAddress((route as JsonObject).nexthop!, null);
    if (reason !== null) return reason;
    const { destination, nexthop } = route as { destination: string; nexthop: string };
    if (seen.has(`${destination} ${nexthop}`)) return `Duplicate hostroute '${pythonText(route)}'`;
    seen.add(`${destination} ${nexthop}`);
  }
  return null;
};

const values: Validator = (value, allowed) =>
  (allowed as readonly Json[]).includes(value) ? null : `${pythonText(value)} is not in valid_values`;

const nonNegative: Validator = (value) => {
  const integer = toInteger(value);
  if (integer === null) return `'${pythonText(value)}' is not an integer`;
  return integer < 0 ? `'${pythonText(value)}' should be non-negative` : null;
};

const dict: Validator = (value) => (isObject(value) ? null : `'${pythonText(value)}' is not a dictionary`);

const uniqueStrings: Validator = (value, max) => {
  if (!Array.isArray(value)) return `'${pythonText(value)}' is not a list`;
  const duplicates = new Set(value.filter((each, i) => value.indexOf(each) !== i));
  if (duplicates.size > 0) return `Duplicate items in the list: '${Array.from(duplicates, pythonText).join(', ')}'`;
  for (const each of value) {
    const reason = string(each, max);
    if (reason !== null) return reason;
  }
  return null;
};

const orNone =
  (validator: Validator): Validator =>
  (value, parameter) =>
    value === null ? null : validator(value, parameter);

/** `type:<name>` → validator: those that the served definitions name. */
export const VALIDATORS: Readonly<Record<string, Validator>> = {
  'type:string': string,
  'type:string_or_none': orNone(string),
  'type:name_string': nameString,
  'type:name_string_or_none': orNone(nameString),
  'type:uuid': uuid,
  'type:uuid_or_none': orNone(uuid),
  // The pool of prefix delegation is spelled so and has no id.
  'type:subnetpool_id_or_none': orNone((value, parameter) =>
    value === 'prefix_delegation' ? null : uuid(value, parameter),
  ),
  'type:values': values,
  'type:non_negative': nonNegative,
  'type:mac_address': macAddress,
  'type:ip_address_or_none': orNone(ipAddress),
  'type:subnet_or_none': orNone(subnet),
  'type:ip_pools': ipPools,
  'type:fixed_ips': fixedIps,
  'type:nameservers': nameservers,
  'type:hostroutes': hostRoutes,
  'type:dict_or_none': orNone(dict),
  'type:list_of_unique_strings': uniqueStrings,
};
