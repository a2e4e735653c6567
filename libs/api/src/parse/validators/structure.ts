import { Cidr } from '@weft/net';
import { type Json, pythonRepr, pythonText } from '@weft/contracts';
import { ipAddress, subnet } from './address';
import { uuid } from './text';
import { isObject, type JsonObject, type Validator } from './validator';

/** Exactly these keys. */
export function keysOf(value: Json, expected: readonly string[]): string | null {
  const wanted = pythonRepr(expected);
  if (!isObject(value)) return `Invalid input. '${pythonText(value)}' must be a dictionary with keys: ${wanted}`;
  const provided = Object.keys(value);
  if (provided.length === expected.length && expected.every((key) => Object.hasOwn(value, key))) return null;
  return `Validation of dictionary's keys failed. Expected keys: ${wanted} Provided keys: ${pythonRepr(provided)}`;
}

export const ipPools: Validator = (value) => {
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

export const fixedIps: Validator = (value) => {
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

export const nameservers: Validator = (value) => {
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
export const routeDestination: Validator = (value) => {
  const reason = subnet(value, null);
  if (reason !== null) return reason;
  const [text, cidr] = [value as string, Cidr.parse(value as string)!];
  if (cidr.version === 4 && cidr.toString() !== text) {
    return `'${text}' isn't a recognized IP subnet cidr, '${cidr.toString()}' is recommended`;
  }
  const loopback = Cidr.parse(cidr.version === 4 ? '127.0.0.0/8' : '::1/128')!;
  return cidr.prefixLength > 0 && cidr.overlaps(loopback) ? `'${text}' is not a routable CIDR` : null;
};

export const hostRoutes: Validator = (value) => {
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
