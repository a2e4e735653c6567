import ipaddr from 'ipaddr.js';

export type IpVersion = 4 | 6;

/** An address as a number: 32 or 128 bits, which `version` tells. */
export interface Ip {
  readonly version: IpVersion;
  readonly value: bigint;
}

export const BITS: Readonly<Record<IpVersion, number>> = { 4: 32, 6: 128 };

/** Parses a dotted quad without leading zeros or an IPv6 address (no zone). Null: it is neither. */
export function parseIp(text: string): Ip | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    if (/(^|\.)0\d/.test(text)) return null;
    return { version: 4, value: fromBytes(ipaddr.IPv4.parse(text).toByteArray()) };
  }
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
  return { version: 6, value: fromBytes(ipaddr.IPv6.parse(text).toByteArray()) };
}

/** Canonical text: RFC 5952 for IPv6. */
export function formatIp({ version, value }: Ip): string {
  const bytes = toBytes(value, BITS[version] / 8);
  return version === 4 ? new ipaddr.IPv4(bytes).toString() : new ipaddr.IPv6(bytes).toRFC5952String();
}

/** The same address in canonical text; the text itself when it is no address. */
export const canonicalIp = (text: string): string => {
  const ip = parseIp(text);
  return ip ? formatIp(ip) : text;
};

const fromBytes = (bytes: number[]): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

function toBytes(value: bigint, length: number): number[] {
  const bytes = new Array<number>(length);
  for (let i = length - 1; i >= 0; i--, value >>= 8n) bytes[i] = Number(value & 0xffn);
  return bytes;
}
