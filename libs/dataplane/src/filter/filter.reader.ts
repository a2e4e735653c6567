import type { FilterElement } from './filter.elements';
import { CONNTRACK_TABLE, FILTER_TABLE, SKELETON_CHAINS, VERSION_CHAIN } from './filter.skeleton';
import { aliasOf, isPolicyChain } from './filter.policy';
import type { NftListing, Nftables } from './nftables';

/** What of ours is in the kernel. */
export interface FilterState {
  readonly chains: readonly string[];
  readonly counters: readonly string[];
  readonly sets: readonly string[];
  readonly elements: readonly FilterElement[];
}

/** Sets that packets fill: nobody desires their elements. */
const FILLED_BY_PACKETS: ReadonlySet<string> = new Set(['drops']);
/** Sets whose keys begin with a mark, and maps to one. */
const MARK_FIRST: ReadonlySet<string> = new Set(['dhcp4', 'dhcp6', 'ids']);
const TO_MARK: ReadonlySet<string> = new Set(['zones', 'ids4', 'ids6']);

/** @returns null: our tables are not there, or are of another version. */
export function readFilter(nft: Nftables): FilterState | null {
  const chains = inTables(nft.list('chains bridge') ?? [], 'chain').map(({ name }) => name as string);
  if (!chains.includes(VERSION_CHAIN)) return null;
  const table = FILTER_TABLE;
  const sets = inTables(nft.list(`sets table ${table}`) ?? [], 'set');
  const maps = ['bridge', 'inet'].flatMap((family) => inTables(nft.list(`maps ${family}`) ?? [], 'map'));
  const counters = inTables(nft.list(`counters table ${table}`) ?? [], 'counter');
  const strange = chains.filter((name) => !SKELETON_CHAINS.has(name) && !isPolicyChain(name) && !isGroupChain(name));
  // A chain that is neither: somebody else's, in our table.
  if (strange.length > 0) return null;
  return {
    chains: chains.filter((name) => isPolicyChain(name) || aliasOf(name) !== null),
    counters: counters.map(({ name }) => name as string),
    sets: sets.map(({ name }) => name as string),
    elements: [...sets, ...maps].flatMap(elementsOf),
  };
}

const isGroupChain = (name: string): boolean => aliasOf(name) !== null || /^[ei]-[0-9a-f-]{36}$/.test(name);

function inTables(listing: readonly NftListing[], kind: string): Readonly<Record<string, unknown>>[] {
  return listing.flatMap((entry) => {
    const object = entry[kind];
    const ours =
      object && [FILTER_TABLE, CONNTRACK_TABLE].includes(`${object.family as string} ${object.table as string}`);
    return ours ? [object] : [];
  });
}

function elementsOf(set: Readonly<Record<string, unknown>>): FilterElement[] {
  const name = set.name as string;
  if (FILLED_BY_PACKETS.has(name)) return [];
  const listed = (set.elem as unknown[] | undefined) ?? [];
  return listed.map((element) => {
    const [key, value] = set.map === undefined ? [element, ''] : (element as [unknown, unknown]);
    return { set: name, key: keyText(name, key), value: valueText(name, value) };
  });
}

type Json = string | number | { readonly [word: string]: unknown };

function keyText(set: string, key: unknown): string {
  if (isObject(key) && 'elem' in key) return keyText(set, (key.elem as { val: unknown }).val);
  if (isObject(key) && 'concat' in key) {
    const parts = key.concat as Json[];
    return parts
      .map((part, i) => {
        if (i === 0) return MARK_FIRST.has(set) ? markText(part) : `"${String(part)}"`;
        return partText(part);
      })
      .join(' . ');
  }
  if (MARK_FIRST.has(set)) return markText(key as Json);
  return ['zones', 'from', 'to', 'secured'].includes(set) ? `"${String(key)}"` : partText(key as Json);
}

function partText(part: Json): string {
  if (!isObject(part)) return String(part);
  if ('prefix' in part) {
    const { addr, len } = part.prefix as { addr: string; len: number };
    return addr.startsWith('0x') ? rangeOf(BigInt(addr), len) : `${addr}/${len}`;
  }
  return (part.range as Json[]).map(String).join('-');
}

/** Numbers are shown as prefixes, too, where they are such. */
function rangeOf(first: bigint, length: number): string {
  const last = first + (1n << BigInt(128 - length)) - 1n;
  return `0x${first.toString(16)}-0x${last.toString(16)}`;
}

function valueText(set: string, value: unknown): string {
  if (TO_MARK.has(set)) return markText(value as Json);
  if (isObject(value)) {
    const [[verdict, to]] = Object.entries(value) as [[string, { target: string } | null]];
    return to ? `${verdict} ${to.target}` : verdict;
  }
  return String(value);
}

const markText = (mark: Json): string => `0x${Number(mark).toString(16).padStart(8, '0')}`;
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
