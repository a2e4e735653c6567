import { badRequest, invalidInput, type Json } from '@weft/contracts';
import { Cidr, type IpVersion } from '@weft/net';

/** What a subnet's creator says of its prefix: the prefix itself, where it is to come from, or both. */
export interface PrefixRequest {
  readonly version: IpVersion;
  readonly cidr: Cidr | null;
  readonly prefixLength: number | null;
  readonly poolId: string | null;
  readonly useDefault: boolean;
}

/** Pure. @throws ApiError */
export function prefixRequest(item: Record<string, Json>): PrefixRequest {
  const version = item.ip_version as IpVersion;
  const poolId = (item.subnetpool_id as string | null | undefined) ?? null;
  const useDefault = item.use_default_subnetpool === true;
  const text = (item.cidr as string | null | undefined) ?? null;
  const prefixLength = (item.prefixlen as number | undefined) ?? null;
  const refuse = (reason: string) => badRequest('subnets', reason);
  if (poolId !== null && useDefault) throw refuse('subnetpool_id and use_default_subnetpool cannot both be specified');
  if (poolId === 'prefix_delegation') throw refuse('prefixes are not delegated by a router: name a subnet pool');
  if (text === null && poolId === null && !useDefault)
    throw refuse('a subnetpool must be specified in the absence of a cidr');
  if (text === null && item.allocation_pools !== undefined)
    throw refuse('allocation_pools allowed only for specific subnet requests');
  if (text !== null && prefixLength !== null) throw refuse('cidr and prefixlen must not be supplied together');
  const cidr = text === null ? null : Cidr.parse(text);
  if (text !== null && !cidr) throw invalidInput(`'${text}' is not a valid IP subnet`);
  if (cidr && cidr.version !== version) throw invalidInput(`cidr '${text}' does not match the ip_version '${version}'`);
  return { version, cidr, prefixLength, poolId, useDefault };
}
