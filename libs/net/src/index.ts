export { BITS, canonicalIp, formatIp, type Ip, type IpVersion, parseIp } from './ip';
export { Cidr, cidrsOf } from './cidr';
export { inRange, type Range, rangesOverlap, shard, sizeOf, union, without, withoutValue } from './range';
export { BASE_MAC, eui64, randomMac } from './mac';
