import type { Decision, FilterGroup, FilterWorld, Packet, PortPolicy } from '@weft/net';
import { Cidr, judgeEgress, judgeIngress, parseIp } from '@weft/net';
import type { FilterDriver } from '@weft/dataplane';
import { frameOf, ip } from './packets';
import type { RawDevice } from './raw-device';

/** What the driver is told and what the reference judges by: the same facts. */
export class World implements FilterWorld {
  readonly groups = new Map<string, FilterGroup>();
  readonly members = new Map<string, Map<string, readonly string[]>>();
  readonly addressGroups = new Map<string, readonly string[]>();
  dhcpServers: readonly string[] = [];

  group(id: string): FilterGroup | undefined {
    return this.groups.get(id);
  }

  isMember(group: string, address: NonNullable<Packet['source']>): boolean {
    return [...(this.members.get(group)?.values() ?? [])].flat().some((text) => holds(text, address));
  }

  isInAddressGroup(id: string, address: NonNullable<Packet['source']>): boolean {
    return (this.addressGroups.get(id) ?? []).some((text) => holds(text, address));
  }

  isDhcpServer(address: NonNullable<Packet['source']>): boolean {
    return this.dhcpServers.some((text) => holds(text, address));
  }

  /** Tells the driver; what is gone since the last time is taken back. */
  tell(driver: FilterDriver, before: World | null): void {
    for (const id of before?.groups.keys() ?? []) if (!this.groups.has(id)) driver.setGroup(id, null);
    for (const [id, group] of this.groups) driver.setGroup(id, group);
    for (const [id, ports] of before?.members ?? [])
      for (const port of ports.keys()) if (!this.members.get(id)?.has(port)) driver.setMember(id, port, null);
    for (const [id, ports] of this.members)
      for (const [port, addresses] of ports) driver.setMember(id, port, addresses);
    for (const id of before?.addressGroups.keys() ?? [])
      if (!this.addressGroups.has(id)) driver.setAddressGroup(id, null);
    for (const [id, addresses] of this.addressGroups) driver.setAddressGroup(id, addresses);
  }
}

const holds = (text: string, address: NonNullable<Packet['source']>): boolean =>
  text.includes('/')
    ? (Cidr.parse(text)?.contains(address) ?? false)
    : parseIp(text)?.version === address.version && parseIp(text)?.value === address.value;

/** A guest on the probing side, or on the one that is probed. */
export interface Party {
  readonly raw: RawDevice;
  readonly mac: string;
  /** Of its own: for the frame that says that all before it have arrived. */
  readonly address: string;
  readonly policy: PortPolicy | null;
}

export function judge(from: Party, to: Party, packet: Packet, world: World): Decision {
  const sent = judgeEgress(from.policy, packet, world);
  return sent.pass ? judgeIngress(to.policy, packet, world) : sent;
}

let sequence = 0;

/** Sends packets and looks which of them arrive: no time is waited for, only for a last frame that always passes. */
export async function probe(from: Party, to: Party, packets: readonly Packet[]): Promise<boolean[]> {
  const frames = packets.map((packet) => frameOf(packet, to.mac, ++sequence));
  const last = frameOf(
    {
      etherType: 'arp',
      sourceMac: from.mac,
      senderMac: from.mac,
      source: ip(from.address),
      destination: { version: 4, value: BigInt(++sequence) },
      state: 'untracked',
    },
    to.mac,
  );
  to.raw.received();
  for (const frame of [...frames, last]) from.raw.send(frame);
  const arrived = new Set<string>();
  const until = Date.now() + 5_000;
  // Frames of Ethernet are filled up to their least length by nobody here: they arrive as they were sent.
  while (!arrived.has(last.toString('hex'))) {
    if (Date.now() > until) throw new Error('the last frame did not arrive');
    for (const frame of to.raw.received()) arrived.add(frame.toString('hex'));
    if (!arrived.has(last.toString('hex'))) await new Promise((resolve) => setImmediate(resolve));
  }
  return frames.map((frame) => arrived.has(frame.toString('hex')));
}

export const describePacket = (packet: Packet): string =>
  JSON.stringify(packet, (_, value: unknown) => (typeof value === 'bigint' ? value.toString(16) : value));
