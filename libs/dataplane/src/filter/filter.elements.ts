import type { PortPolicy } from '@weft/net';
import { Cidr, cidrsOf, formatIp, linkLocal, parseIp } from '@weft/net';
import type { Ip, IpVersion, Range } from '@weft/net';
import { STATE, markOf } from './filter.skeleton';
import type { NetworkFilter } from './filter.types';

/** An element of a set or map: where it is, and what it leads to (empty: a set's). */
export interface FilterElement {
  readonly set: string;
  readonly key: string;
  readonly value: string;
}

export const elementKey = ({ set, key }: Pick<FilterElement, 'set' | 'key'>): string => `${set} ${key}`;
const quoted = (device: string): string => `"${device}"`;
/** As nftables shows a number of 128 bits. */
const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** All elements of a network's devices. @param verdicts of a port: what it sends, what it gets. */
export function networkElements(
  { bridge, trusted, dhcpServers, ports }: NetworkFilter,
  zone: number,
  verdicts: (policy: PortPolicy) => { readonly from: string; readonly to: string },
): FilterElement[] {
  const elements: FilterElement[] = [{ set: 'ids', key: markOf(zone), value: String(zone) }];
  const add = (set: string, key: string, value = '') => elements.push({ set, key, value });
  const device = (name: string, from: string, to: string) => {
    add('zones', quoted(name), markOf(zone));
    add('from', quoted(name), from);
    add('to', quoted(name), to);
  };
  // By the bridge's own name a restart knows which network's zone it is.
  add('zones', quoted(bridge), markOf(zone));
  for (const name of trusted) device(name, 'accept', 'accept');
  for (const ip of dhcpServers)
    for (const state of [STATE.new, STATE.established])
      add(ip.includes(':') ? 'dhcp6' : 'dhcp4', `${markOf(zone, state)} . ${ip}`);
  for (const { device: name, policy } of ports) {
    if (policy === null) {
      device(name, 'accept', 'accept');
      continue;
    }
    const { from, to } = verdicts(policy);
    device(name, from, to);
    add('secured', quoted(name));
    elements.push(...identityElements(name, policy, markOf(zone)));
  }
  return elements;
}

function identityElements(device: string, { macs, identities }: PortPolicy, mark: string): FilterElement[] {
  return macs.flatMap((mac) => {
    const at = `${quoted(device)} . ${mac}`;
    const own = identities.filter((identity) => identity.mac === mac).map(({ ip }) => ({ text: ip, ip: singleOf(ip) }));
    const singles = [linkLocal(mac), ...own.flatMap(({ ip }) => ip ?? [])];
    const others = own.flatMap(({ text, ip }) => (ip ? [] : text));
    return [
      { set: 'macs', key: at, value: '' },
      ...singles.flatMap((ip) => single(at, ip, mark)),
      ...([4, 6] as const).flatMap((version) => prefixes(at, version, others)),
    ];
  });
}

function single(at: string, ip: Ip, mark: string): FilterElement[] {
  const key = `${at} . ${formatIp(ip)}`;
  if (ip.version === 4) return [{ set: 'ids4', key, value: mark }];
  return [
    { set: 'ids6', key, value: mark },
    { set: 'targets', key: `${at} . ${hex(ip.value)}`, value: '' },
  ];
}

/** Prefixes of one MAC address, joined: nftables refuses such as overlap. */
function prefixes(at: string, version: IpVersion, texts: readonly string[]): FilterElement[] {
  return mergedPrefixes(version, texts).flatMap((cidr) => {
    const element = { set: `pairs${version}`, key: `${at} . ${cidr}`, value: '' };
    if (version === 4) return [element];
    return [element, { set: 'pairTargets', key: `${at} . ${hex(cidr.network)}-${hex(cidr.last)}`, value: '' }];
  });
}

/** The fewest prefixes of a family that hold exactly these; all addresses are two halves, as nftables takes no prefix of length 0. */
export function mergedPrefixes(version: IpVersion, texts: readonly string[]): Cidr[] {
  const ranges = texts.flatMap((text): Range[] => {
    const cidr = Cidr.parse(text);
    return cidr?.version === version ? [cidr.range] : [];
  });
  return cidrsOf(version, ranges).flatMap((cidr) => {
    if (cidr.prefixLength > 0) return [cidr];
    const half = Cidr.of({ version, value: 0n }, 1);
    return [half, half.buddy];
  });
}

/** An address, also as a prefix of full length; null: a prefix. */
export function singleOf(text: string): Ip | null {
  const cidr = Cidr.parse(text);
  if (!cidr) return parseIp(text);
  return cidr.network === cidr.last ? { version: cidr.version, value: cidr.network } : null;
}
