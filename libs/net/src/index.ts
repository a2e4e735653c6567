export { BITS, canonicalIp, formatIp, type Ip, type IpVersion, parseIp } from './ip';
export { Cidr } from './cidr';
export { inRange, type Range, rangesOverlap, shard, sizeOf, withoutValue } from './range';
export { BASE_MAC, eui64, randomMac } from './mac';
