import ipaddr from 'ipaddr.js';

/** Text ↔ network byte order. Texts are canonical (RFC 5952), so that they may be compared. */
export const ipToBytes = (ip: string): Buffer => Buffer.from(ipaddr.parse(ip).toByteArray());
export const bytesToIp = (bytes: Buffer): string =>
  bytes.length === 4 ? bytes.join('.') : ipaddr.fromByteArray([...bytes]).toString();
export const macToBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');
export const bytesToMac = (bytes: Buffer): string => bytes.toString('hex').replace(/..(?=.)/g, '$&:');
