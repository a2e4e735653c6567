import { BITS, canonicalIp, Cidr, parseIp } from '@weft/net';
import { ApiError, type Json, PROTOCOLS, pythonRepr, pythonText } from '@weft/contracts';
import { toInteger } from './integer';

/** Converters of security group rules. Each has its own error, as in the reference. */

const refused = (type: string, message: string) => new ApiError(type, 400, message);

/** A name that is known, in lower case, or a number as text; null: any. @throws SecurityGroupRuleInvalidProtocol */
export function protocol(value: Json): Json {
  if (value === null) return null;
  const number = toInteger(value);
  if (number !== null && number >= 0 && number <= 255) return String(number);
  if (typeof value === 'string' && Object.hasOwn(PROTOCOLS, value.toLowerCase())) return value.toLowerCase();
  throw refused(
    'SecurityGroupRuleInvalidProtocol',
    `Security group rule protocol ${pythonText(value)} not supported. Only protocol values ` +
      `${pythonRepr([null, ...Object.keys(PROTOCOLS)])} and integer representations [0 to 255] are supported.`,
  );
}

/** 0 to 65535. @throws SecurityGroupInvalidPortValue */
export function portValue(value: Json): Json {
  if (value === null) return null;
  const number = toInteger(value);
  if (number !== null && number >= 0 && number <= 65_535) return number;
  throw refused('SecurityGroupInvalidPortValue', `Invalid value for port ${pythonText(value)}`);
}

const ETHERTYPES = ['IPv4', 'IPv6'];

/** `ipv4` → `IPv4`. @throws SecurityGroupRuleInvalidEtherType */
export function ethertype(value: Json): Json {
  const known = ETHERTYPES.find((one) => typeof value === 'string' && one.toLowerCase() === value.toLowerCase());
  if (known !== undefined) return known;
  throw refused(
    'SecurityGroupRuleInvalidEtherType',
    `Security group rule for ethertype '${pythonText(value)}' not supported. Allowed values are ${pythonRepr(ETHERTYPES)}.`,
  );
}

/** An address becomes a prefix of its own; host bits stay as the client wrote them. Empty: none. @throws InvalidCIDR */
export function remotePrefix(value: Json): Json {
  if (value === null || value === '') return null;
  if (typeof value === 'string') {
    const ip = parseIp(value);
    if (ip) return `${canonicalIp(value)}/${BITS[ip.version]}`;
    if (Cidr.parse(value)) {
      const [address, length] = value.split('/');
      return `${canonicalIp(address!)}/${length!}`;
    }
  }
  throw refused('InvalidCIDR', `Invalid CIDR ${pythonText(value)} given as IP prefix.`);
}
