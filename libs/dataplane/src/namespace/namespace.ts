import type { Clock } from '@weft/reconcile';
import type { Drift } from '../driver/drift';
import { KernelDriver } from '../driver/kernel.driver';
import { LinkTable } from '../link/link.table';
import { deleteLink, setLink } from '../netlink/link.codec';
import { NetlinkMonitor } from '../netlink/monitor';
import { NETLINK_ROUTE, RTNLGRP } from '../netlink/constants';
import { NetlinkSocket } from '../netlink/socket';
import { inNetns } from '../netns/netns';
import type { AddressEntry } from './address.table';
import { AddressTable } from './address.table';
import type { RouteEntry } from './route.table';
import { RouteTable } from './route.table';
import { setSysctl } from './sysctl';

/** What a namespace of ours must hold: one device (its other end is plugged in elsewhere), addresses, routes. */
export interface NamespaceSpec {
  readonly name: string;
  readonly device: { readonly name: string; readonly mtu: number };
  /** `ip/prefixLength`, canonical. */
  readonly addresses: readonly string[];
  readonly routes: readonly { readonly destination: string; readonly gateway: string }[];
}

/** Devices that we put into namespaces bear this prefix. */
export const NAMESPACE_DEVICE_PREFIX = 'ns-';
const OWNER = 'namespace';

/** The inside of one named namespace: its own socket, its own tables. It keeps the namespace alive until closed. */
export class Namespace {
  private readonly socket: NetlinkSocket;
  private readonly monitor: NetlinkMonitor;
  private readonly links: LinkTable;
  private readonly routes: KernelDriver<RouteEntry>;
  private readonly linkLocals = new Set<string>();
  private readonly addresses: KernelDriver<AddressEntry>;
  private spec: NamespaceSpec | null = null;
  private devicesDirty = true;
  private deviceWasRight = false;

  /** @throws SystemError when there is no namespace of this name. */
  constructor(
    readonly name: string,
    clock: Clock,
    onNotified: () => void,
  ) {
    const notified = () => {
      this.markDirty();
      onNotified();
    };
    [this.socket, this.monitor] = inNetns(
      name,
      () =>
        [
          new NetlinkSocket(),
          new NetlinkMonitor(
            NETLINK_ROUTE,
            [RTNLGRP.LINK, RTNLGRP.IPV4_IFADDR, RTNLGRP.IPV6_IFADDR, RTNLGRP.IPV4_ROUTE, RTNLGRP.IPV6_ROUTE],
            notified,
            notified,
          ),
        ] as const,
    );
    this.links = new LinkTable(this.socket);
    this.addresses = new KernelDriver(this.socket, new AddressTable(this.socket, this.links, this.linkLocals), clock);
    this.routes = new KernelDriver(this.socket, new RouteTable(this.socket, this.links), clock);
  }

  get writes(): number {
    return this.socket.writes;
  }

  markDirty(): void {
    this.devicesDirty = true;
    this.addresses.markDirty();
    this.routes.markDirty();
  }

  setDesired(spec: NamespaceSpec): void {
    this.spec = spec;
    const device = spec.device.name;
    const addresses = spec.addresses.map((address): AddressEntry => {
      const [ip, length] = address.split('/') as [string, string];
      if (ip.startsWith('fe80:')) this.linkLocals.add(ip);
      return { device, ip, prefixLength: Number(length) };
    });
    this.addresses.setDesired(OWNER, addresses);
    this.routes.setDesired(
      OWNER,
      spec.routes.map((route) => ({ ...route, device })),
    );
  }

  /** Reads what is dirty. @returns what others have changed. */
  resync(owner: string | null): Drift[] {
    const drift: Drift[] = [];
    if (this.devicesDirty) {
      this.devicesDirty = false;
      this.links.refresh();
      if (this.deviceWasRight && !this.deviceIsRight()) {
        this.deviceWasRight = false;
        drift.push({ kind: 'link', what: `${this.name} ${this.spec?.device.name}`, owner, key: this.name });
      }
    }
    for (const found of [...this.addresses.resync(), ...this.routes.resync()])
      drift.push({ ...found, owner, what: `${this.name} ${found.what}`, key: this.name });
    return drift;
  }

  /** @returns the number of commands. @throws NetlinkError|SystemError when the kernel refuses the device. */
  apply(): number {
    if (!this.spec) return 0;
    const { device } = this.spec;
    let commands = this.applyDevice(device);
    for (const driver of [this.addresses, this.routes]) commands += driver.applyUpdates();
    commands += this.routes.applyDeletes() + this.addresses.applyDeletes();
    this.deviceWasRight = this.deviceIsRight();
    return commands;
  }

  has(device: string): boolean {
    return this.links.byName(device) !== undefined;
  }

  /** Everything of the specification is there. */
  inSync(): boolean {
    return this.deviceIsRight() && this.addresses.pending === 0 && this.routes.pending === 0;
  }

  /** Why something is not there, for a person. */
  explain(): string {
    const failed = [this.addresses, this.routes].flatMap((driver) => driver.failures.all());
    if (failed.length > 0) return failed.map(([key, { error }]) => `${key}: ${error.message}`).join('; ');
    return this.deviceIsRight() ? '' : `${this.spec?.device.name ?? 'device'} is not there or not as it must be`;
  }

  nextRetryAt(): number | null {
    const times = [this.addresses, this.routes].flatMap((driver) => driver.failures.nextRetryAt() ?? []);
    return times.length > 0 ? Math.min(...times) : null;
  }

  close(): void {
    this.monitor.close();
    this.socket.close();
  }

  private deviceIsRight(): boolean {
    const link = this.spec && this.links.byName(this.spec.device.name);
    return !!link && link.up && link.mtu === this.spec?.device.mtu && (this.links.byName('lo')?.up ?? false);
  }

  /** Removes our devices. @returns the number of commands. */
  unplug(): number {
    return this.removeDevices(null);
  }

  private removeDevices(except: string | null): number {
    this.links.refresh();
    const unwanted = [...this.links.all()].filter(
      ({ name }) => name.startsWith(NAMESPACE_DEVICE_PREFIX) && name !== except,
    );
    for (const { index } of unwanted) {
      this.socket.write(deleteLink(index));
      this.links.refreshOne({ index });
    }
    return unwanted.length;
  }

  private applyDevice({ name, mtu }: NamespaceSpec['device']): number {
    let commands = 0;
    // The device comes from outside, after the last read perhaps.
    if (!this.links.byName(name)) commands += this.removeDevices(name);
    const lo = this.links.byName('lo');
    if (lo && !lo.up) commands += this.change(lo.index, { up: true });
    const link = this.links.byName(name);
    if (!link) return commands;
    if (!link.up) {
      // A server must not take addresses or routes from what instances advertise.
      const quiet = [
        { path: `ipv6/conf/${name}/accept_ra`, value: '0' },
        { path: `ipv6/conf/${name}/accept_dad`, value: '0' },
      ];
      commands += inNetns(this.name, () => quiet.filter(setSysctl).length);
    }
    if (link.mtu !== mtu) commands += this.change(link.index, { mtu });
    if (!link.up) commands += this.change(link.index, { up: true });
    return commands;
  }

  private change(index: number, change: Parameters<typeof setLink>[1]): number {
    this.socket.write(setLink(index, change));
    this.links.refreshOne({ index });
    return 1;
  }
}
