import { canonicalIp, Cidr } from '@weft/net';
import { invalidInput, type Json, pythonText } from '@weft/contracts';
import { toInteger } from './integer';
import { ethertype, portValue, protocol, remotePrefix } from './security-rule';

export type Converter = (value: Json) => Json;

const TRUE = new Set(['t', 'true', 'on', 'y', 'yes', '1']);
const FALSE = new Set(['f', 'false', 'off', 'n', 'no', '0']);

/**
 * Input normalisation, by the names of the attribute maps. They run before validation, so each takes any JSON value;
 * what it does not recognise it returns as it is, for the validator to refuse.
 *
 * @throws InvalidInput where there is no value to go on with
 */
export const CONVERTERS: Readonly<Record<string, Converter>> = {
  convert_to_boolean: toBoolean,
  convert_to_int: (value) => {
    const integer = toInteger(value);
    if (integer === null) throw invalidInput(`'${pythonText(value)}' is not an integer`);
    return integer;
  },
  convert_to_boolean_if_not_none: (value) => (value === null ? null : toBoolean(value)),
  convert_to_string: (value) => (value === null ? null : pythonText(value)),
  convert_string_to_case_insensitive: (value) => (typeof value === 'string' ? value.toLowerCase() : value),
  convert_valid_object_type: (value) => (typeof value === 'string' ? value.trim() : value),
  convert_none_to_empty_list: (value) => value ?? [],
  convert_none_to_empty_dict: (value) => value ?? {},
  convert_to_mac_if_none: (value) => (value === null ? null : sanitizedMac(value)),
  convert_ip_to_canonical_format: canonical,
  convert_cidr_to_canonical_format: (value) => {
    if (typeof value !== 'string') return value;
    // Host bits stay for the owning service to mask: only the spelling of an IPv6 address changes here.
    const [address, length, ...rest] = value.split('/');
    return Cidr.parse(value) && rest.length === 0 ? `${canonicalIp(address!)}/${Number(length)}` : value;
  },
  convert_protocol: protocol,
  convert_validate_port_value: portValue,
  convert_ethertype_to_case_insensitive: ethertype,
  convert_ip_prefix_to_cidr: remotePrefix,
  convert_allocation_pools_to_canonical_format: (value) => {
    if (value === null) return [];
    if (!Array.isArray(value) || !value.every(isObject)) throw invalidInput('Invalid data format for allocation pools');
    return value.map((pool) => Object.fromEntries(Object.entries(pool).map(([key, each]) => [key, canonical(each)])));
  },
};

function toBoolean(value: Json): boolean {
  if (typeof value === 'boolean') return value;
  const text = pythonText(value).trim().toLowerCase();
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw invalidInput(`'${pythonText(value)}' cannot be converted to boolean`);
}

function canonical(value: Json): Json {
  return typeof value === 'string' ? canonicalIp(value) : value;
}

/** `AA-BB-CC-DD-EE-FF`, `aabb.ccdd.eeff`, `aabbccddeeff` → `aa:bb:cc:dd:ee:ff`. */
function sanitizedMac(value: Json): Json {
  if (typeof value !== 'string') return value;
  const text = value.toLowerCase();
  if (
    !/^(?:[0-9a-f]{1,2}([:-])(?:[0-9a-f]{1,2}\1){4}[0-9a-f]{1,2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|[0-9a-f]{12})$/.test(
      text,
    )
  ) {
    return value;
  }
  const octets = /[:-]/.test(text)
    ? text
        .split(/[:-]/)
        .map((each) => each.padStart(2, '0'))
        .join('')
    : text.replace(/\./g, '');
  return octets.match(/../g)!.join(':');
}

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
