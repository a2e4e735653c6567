import type { Ip } from '@weft/net';
import { Cidr, formatIp } from '@weft/net';
import type { FilterElement } from './filter.elements';
import { mergedPrefixes, singleOf } from './filter.elements';
import { remoteSet } from './filter.policy';

export interface ElementChange {
  readonly added: readonly FilterElement[];
  readonly removed: readonly FilterElement[];
}

const element = (set: string, key: string): FilterElement => ({ set, key, value: '' });

/**
 * Addresses of the members of one security group. Ports of different networks may share an address: it goes with the last of them. One
 * member more is one element more, whatever the size of the group.
 */
export class GroupMembers {
  private readonly byPort = new Map<string, readonly string[]>();
  private readonly holders = new Map<string, number>();
  private prefixes: FilterElement[] = [];
  private cidrs: readonly Cidr[] = [];

  constructor(private readonly group: string) {}

  /** Is it the address of a member, or in a prefix of one? */
  holds(ip: Ip): boolean {
    return this.holders.has(formatIp(ip)) || this.cidrs.some((cidr) => cidr.contains(ip));
  }

  get size(): number {
    return this.byPort.size;
  }

  /** @param addresses of the member, also CIDRs; null: it is none any more. */
  set(port: string, addresses: readonly string[] | null): ElementChange {
    const before = this.byPort.get(port) ?? [];
    if (addresses) this.byPort.set(port, addresses);
    else this.byPort.delete(port);
    const change = { added: [] as FilterElement[], removed: [] as FilterElement[] };
    for (const text of addresses ?? []) this.hold(text, change.added);
    for (const text of before) this.release(text, change.removed);
    // Given back and taken again in one change.
    const kept = new Set(change.added.map(({ set, key }) => `${set} ${key}`));
    const removed = change.removed.filter(({ set, key }) => !kept.has(`${set} ${key}`));
    if (![...before, ...(addresses ?? [])].some((text) => !singleOf(text))) return { ...change, removed };
    const old = this.prefixes;
    this.prefixes = this.mergedPrefixes();
    return {
      added: [...change.added, ...missingFrom(old, this.prefixes)],
      removed: [...removed, ...missingFrom(this.prefixes, old)],
    };
  }

  private hold(text: string, added: FilterElement[]): void {
    const ip = singleOf(text);
    if (!ip) return;
    const key = formatIp(ip);
    const holders = this.holders.get(key) ?? 0;
    this.holders.set(key, holders + 1);
    if (holders === 0) added.push(element(remoteSet.members(this.group, ip.version), key));
  }

  private release(text: string, removed: FilterElement[]): void {
    const ip = singleOf(text);
    if (!ip) return;
    const key = formatIp(ip);
    const holders = this.holders.get(key)! - 1;
    if (holders > 0) {
      this.holders.set(key, holders);
      return;
    }
    this.holders.delete(key);
    removed.push(element(remoteSet.members(this.group, ip.version), key));
  }

  private mergedPrefixes(): FilterElement[] {
    const texts = [...this.byPort.values()].flat().filter((text) => !singleOf(text));
    this.cidrs = texts.flatMap((text) => Cidr.parse(text) ?? []);
    return prefixElements(texts, (version) => remoteSet.memberPrefixes(this.group, version));
  }
}

/** Elements of a set of prefixes, both families. */
export const prefixElements = (texts: readonly string[], set: (version: 4 | 6) => string): FilterElement[] =>
  ([4, 6] as const).flatMap((version) =>
    mergedPrefixes(version, texts).map((cidr) =>
      // nftables shows a prefix of full length as an address.
      element(set(version), cidr.network === cidr.last ? String(cidr).replace(/\/\d+$/, '') : String(cidr)),
    ),
  );

const missingFrom = (all: readonly FilterElement[], elements: readonly FilterElement[]): FilterElement[] => {
  const keys = new Set(all.map(({ set, key }) => `${set} ${key}`));
  return elements.filter(({ set, key }) => !keys.has(`${set} ${key}`));
};
