export { BITS, canonicalIp, formatIp, type Ip, type IpVersion, parseIp } from './ip';
export { Cidr, cidrsOf } from './cidr';
export { inRange, type Range, rangesOverlap, shard, sizeOf, union, without, withoutValue } from './range';
export { BASE_MAC, eui64, randomMac } from './mac';
export * from './filter/filter.types';
export { ALWAYS_HEARD, ALWAYS_SENT, SENT_UNSPECIFIED } from './filter/judge';
export { allowedByRules, holds, isStateful, macFor, judgeEgress, judgeIngress, linkLocal } from './filter/judge';
