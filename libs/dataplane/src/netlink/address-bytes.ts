import { formatIp, parseIp } from '@weft/net';

/** Text ↔ network byte order. Texts are canonical (RFC 5952), so that they may be compared and make keys. */
export function ipToBytes(text: string): Buffer {
  const ip = parseIp(text);
  if (!ip) throw new TypeError(`not an IP address: ${text}`);
  return Buffer.from(ip.value.toString(16).padStart(ip.version === 4 ? 8 : 32, '0'), 'hex');
}

export const bytesToIp = (bytes: Buffer): string =>
  bytes.length === 4 ? bytes.join('.') : formatIp({ version: 6, value: BigInt(`0x${bytes.toString('hex')}`) });

export const macToBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');
export const bytesToMac = (bytes: Buffer): string => bytes.toString('hex').replace(/..(?=.)/g, '$&:');
