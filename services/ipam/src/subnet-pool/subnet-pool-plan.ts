import { ApiError, type Json } from '@weft/contracts';
import { BITS, Cidr, cidrsOf, type IpVersion, without } from '@weft/net';

/** A pool as the rules see it. */
export interface SubnetPoolRow {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string;
  readonly ip_version: IpVersion;
  readonly prefixes: readonly string[];
  readonly min_prefixlen: number;
  readonly max_prefixlen: number;
  readonly default_prefixlen: number;
  /** In the units of `quotaUnits`; null, or zero: none. */
  readonly default_quota: number | null;
  readonly is_default: boolean;
  /** No two pools of a scope overlap. */
  readonly address_scope_id: string | null;
  readonly tags: string[];
  readonly revision_number: number;
  /** To the project for which it was read. */
  readonly shared: boolean;
}

/** What a pool is but for its name and owner. */
export type PoolPlan = Pick<
  SubnetPoolRow,
  'ip_version' | 'prefixes' | 'min_prefixlen' | 'max_prefixlen' | 'default_prefixlen' | 'default_quota'
>;

/** Shortest prefix of a subnet where nobody says otherwise. */
const SHORTEST: Readonly<Record<IpVersion, number>> = { 4: 8, 6: 64 };

/** Works out what a new pool is, all rules checked. Pure. @throws ApiError */
export function planPool(item: Record<string, Json>): PoolPlan {
  const { version, prefixes } = compact(item.prefixes as string[]);
  const length = (name: string, standard: number) => (item[name] as number | undefined) ?? standard;
  const shortest = length('min_prefixlen', SHORTEST[version]);
  return checkLengths({
    ip_version: version,
    prefixes,
    min_prefixlen: shortest,
    max_prefixlen: length('max_prefixlen', BITS[version]),
    default_prefixlen: length('default_prefixlen', shortest),
    default_quota: (item.default_quota as number | undefined) ?? null,
  });
}

/** The same for a changed pool; what it has it keeps. @throws ApiError */
export function replanPool<T extends PoolPlan>(pool: T, changes: Record<string, Json>): T {
  const next = { ...pool, ...changes } as T;
  if (!('prefixes' in changes)) return checkLengths(next);
  const wanted = [...(changes.prefixes as string[])];
  const { prefixes } = compact(wanted, pool.ip_version);
  if (lost(pool.prefixes, prefixes).length > 0)
    throw prefixUpdate('Existing prefixes must be a subset of the new prefixes');
  return checkLengths({ ...next, prefixes });
}

/** Its prefixes and these. @throws ApiError */
export const withPrefixes = (pool: PoolPlan, more: readonly string[]): string[] =>
  compact([...pool.prefixes, ...more], pool.ip_version).prefixes;

/** Its prefixes but these, none of which a subnet has. @throws ApiError */
export function withoutPrefixes(pool: PoolPlan, gone: readonly string[], used: readonly string[]): string[] {
  const out = parsed(compact(gone, pool.ip_version).prefixes);
  const has = parsed(pool.prefixes);
  if (!out.some((cidr) => has.some((other) => other.overlaps(cidr))))
    throw prefixUpdate('None of the prefixes to be removed is in the subnet pool');
  const taken = parsed(used).find((subnet) => out.some((cidr) => cidr.overlaps(subnet)));
  if (taken) throw prefixUpdate(`Subnet ${String(taken)} has been allocated from the prefixes to be removed`);
  const left = cidrsOf(pool.ip_version, without(rangesOf(has), rangesOf(out)));
  if (left.length === 0) throw emptyList();
  return left.map(String);
}

/** What is free once these subnets are cut out. */
export const freeOf = (pool: PoolPlan, used: readonly string[]): Cidr[] =>
  cidrsOf(pool.ip_version, without(rangesOf(parsed(pool.prefixes)), rangesOf(parsed(used))));

/** A prefix in the units of `default_quota`: IPv4 addresses, IPv6 /64s. */
export const quotaUnits = (version: IpVersion, prefixLength: number): number =>
  2 ** (UNIT_BITS[version] - prefixLength);
export const UNIT_BITS: Readonly<Record<IpVersion, number>> = { 4: 32, 6: 64 };

/** @throws ApiError for a subnet of this length */
export function checkLength({ min_prefixlen, max_prefixlen }: PoolPlan, prefixLength: number): void {
  if (prefixLength < min_prefixlen) {
    throw new ApiError(
      'MinPrefixSubnetAllocationError',
      400,
      `Unable to allocate subnet with prefix length ${prefixLength}, minimum allowed prefix is ${min_prefixlen}.`,
    );
  }
  if (prefixLength > max_prefixlen) {
    throw new ApiError(
      'MaxPrefixSubnetAllocationError',
      400,
      `Unable to allocate subnet with prefix length ${prefixLength}, maximum allowed prefix is ${max_prefixlen}.`,
    );
  }
}

/** The fewest prefixes that hold the same addresses. */
function compact(texts: readonly string[], only?: IpVersion): { version: IpVersion; prefixes: string[] } {
  const cidrs = parsed(texts);
  const version = only ?? cidrs[0]?.version;
  if (version === undefined || cidrs.length === 0) throw emptyList();
  if (cidrs.some((cidr) => cidr.version !== version))
    throw new ApiError('PrefixVersionMismatch', 400, 'Cannot mix IPv4 and IPv6 prefixes in a subnet pool.');
  return { version, prefixes: cidrsOf(version, rangesOf(cidrs)).map(String) };
}

function checkLengths<T extends PoolPlan>(plan: T): T {
  const { ip_version: version, min_prefixlen: min, max_prefixlen: max, default_prefixlen: standard } = plan;
  // A subnet of all addresses is none.
  if (min === 0)
    throw new ApiError('UnsupportedMinSubnetPoolPrefix', 400, `Prefix '${min}' not supported in IPv${version} pool.`);
  const bounds: [boolean, string, number, string, number][] = [
    [min > max, 'min_prefixlen', min, 'max_prefixlen', max],
    [max > BITS[version], 'max_prefixlen', max, 'ip_version_max', BITS[version]],
    [standard < min, 'default_prefixlen', standard, 'min_prefixlen', min],
    [standard > max, 'default_prefixlen', standard, 'max_prefixlen', max],
  ];
  const [wrong] = bounds.filter(([isWrong]) => isWrong);
  if (!wrong) return plan;
  const [, type, value, base, bound] = wrong;
  throw new ApiError(
    'IllegalSubnetPoolPrefixBounds',
    400,
    `Illegal prefix bounds: ${type}=${value}, ${base}=${bound}.`,
  );
}

/** Addresses of the one that the other has not. */
const lost = (before: readonly string[], after: readonly string[]) =>
  without(rangesOf(parsed(before)), rangesOf(parsed(after)));

const parsed = (texts: readonly string[]): Cidr[] => texts.map((text) => Cidr.parse(text)!);
const rangesOf = (cidrs: readonly Cidr[]) => cidrs.map(({ range }) => range);

const emptyList = () => new ApiError('EmptySubnetPoolPrefixList', 400, 'Empty subnet pool prefix list.');
const prefixUpdate = (reason: string) =>
  new ApiError('IllegalSubnetPoolPrefixUpdate', 400, `Illegal update to prefixes: ${reason}.`);
