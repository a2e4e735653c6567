import { Cidr, parseIp } from '@weft/net';
import { pythonText } from '@weft/contracts';
import type { Validator } from './validator';

export const ipAddress: Validator = (value) => {
  if (typeof value === 'string' && parseIp(value)) return null;
  const plain = typeof value === 'string' && /^\d{1,3}(\.\d{1,3}){3}$/.test(value) && withoutZeros(value);
  return plain && parseIp(plain)
    ? `'${pythonText(value)}' is not an accepted IP address, '${plain}' is recommended`
    : `'${pythonText(value)}' is not a valid IP address`;
};
export const withoutZeros = (quad: string): string => quad.split('.').map(Number).join('.');

export const subnet: Validator = (value) => {
  const cidr = typeof value === 'string' ? Cidr.parse(value) : null;
  if (cidr) return null;
  const bare = typeof value === 'string' ? Cidr.parse(`${value}/${value.includes(':') ? 128 : 32}`) : null;
  return bare
    ? `'${pythonText(value)}' isn't a recognized IP subnet cidr, '${bare.toString()}' is recommended`
    : `'${pythonText(value)}' is not a valid IP subnet`;
};

export const macAddress: Validator = (value) =>
  typeof value === 'string' &&
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(value) &&
  value !== '00:00:00:00:00:00' &&
  value !== 'ff:ff:ff:ff:ff:ff'
    ? null
    : `'${pythonText(value)}' is not a valid MAC address`;
