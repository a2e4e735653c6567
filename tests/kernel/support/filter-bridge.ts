import { execFileSync } from 'node:child_process';
import { FilterDriver, standalone } from '@weft/dataplane';
import type { NetworkFilter } from '@weft/dataplane';
import type { FilterGroup, FilterRule, PortPolicy } from '@weft/net';
import { systemClock } from '@weft/reconcile';
import { RawDevice } from './raw-device';
import { NodeNetns } from './node-netns';

/** A node with a {@link FilterDriver}, bridges and guests of its own: what single packets do, without an agent. */
export class FilterBridge {
  readonly node = new NodeNetns();
  readonly flushed: number[] = [];
  driver = this.newDriver();

  newDriver(): FilterDriver {
    return this.node.run(
      () => new FilterDriver(standalone(systemClock), { flushZone: (zone) => void this.flushed.push(zone) }),
    );
  }

  bridge(name: string): void {
    this.node.ip(`link add ${name} type bridge mcast_snooping 0 forward_delay 0`);
    this.node.ip(`link set ${name} up`);
  }

  /** A guest's namespace, its eth0 behind `tap` in the bridge. */
  guest(name: string, tap: string, bridge: string, mac: string, addresses: readonly string[]): void {
    this.node.ip(`link add ${tap} type veth peer name eth0 address ${mac} netns ${this.guestNetns(name)}`);
    this.node.ip(`link set ${tap} master ${bridge} up`);
    this.inGuest(name, `ip link set lo up; ip link set eth0 up`);
    for (const address of addresses)
      this.inGuest(name, `ip addr add ${address} dev eth0 ${address.includes(':') ? 'nodad' : ''}`);
  }

  private readonly guests = new Map<string, string>();
  private guestNetns(name: string): string {
    const netns = `${this.node.name}-${name}`;
    execFileSync('ip', ['netns', 'add', netns]);
    this.guests.set(name, netns);
    return netns;
  }

  inGuest(name: string, command: string): string {
    return execFileSync('ip', ['netns', 'exec', this.guests.get(name)!, 'sh', '-c', command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  raw(name: string): RawDevice {
    return new RawDevice(this.guests.get(name)!);
  }

  reaches(from: string, address: string): boolean {
    return this.inGuest(from, `ping -c1 -W1 -q ${address} >/dev/null 2>&1 && echo yes || echo no`).startsWith('yes');
  }

  /** One pass of the driver; the number of commands. */
  pass(): number {
    return this.node.run(() => {
      this.driver.resync();
      const commands = this.driver.applyUpdates() + this.driver.applyDeletes();
      for (const [key, { error }] of this.driver.failures.all()) throw new Error(`${key}: ${error.message}`);
      return commands;
    });
  }

  nft(command: string): string {
    return execFileSync('ip', ['netns', 'exec', this.node.name, 'nft', ...command.split(' ')], { encoding: 'utf8' });
  }

  remove(): void {
    this.driver.close();
    for (const netns of this.guests.values()) execFileSync('ip', ['netns', 'del', netns]);
    this.node.remove();
  }
}

let ruleNumber = 0;
export const rule = (direction: FilterRule['direction'], more: Partial<FilterRule> = {}): FilterRule => ({
  id: `d0000000-00aa-4000-8000-${String(++ruleNumber).padStart(12, '0')}`,
  direction,
  ipVersion: 4,
  protocol: null,
  ports: null,
  icmp: null,
  remote: null,
  ...more,
});
export const groupId = (n: number): string => `e000000${n}-00aa-4000-8000-000000000000`;
export const group = (n: number, rules: readonly FilterRule[], stateful = true): FilterGroup => ({
  id: groupId(n),
  stateful,
  rules,
});
export const policy = (mac: string, ips: readonly string[], groups: readonly number[], more = {}): PortPolicy => ({
  macs: [mac],
  identities: ips.map((ip) => ({ mac, ip })),
  groups: groups.map(groupId),
  ...more,
});
export const filterOf = (bridge: string, more: Partial<NetworkFilter> = {}): NetworkFilter => ({
  bridge,
  trusted: [],
  dhcpServers: [],
  ports: [],
  ...more,
});
