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
import { setSysctl, type Sysctl } from './sysctl';

/** A device inside a namespace; its other end is plugged in elsewhere. */
export interface NamespaceDevice {
  readonly name: string;
  readonly mtu: number;
  /** `ip/prefixLength`, canonical. */
  readonly addresses: readonly string[];
  /** Set before the device goes up. */
  readonly sysctls: readonly Sysctl[];
}

/** What a namespace of ours must hold. */
export interface NamespaceSpec {
  readonly name: string;
  readonly devices: readonly NamespaceDevice[];
  /** By way of one of its devices. */
  readonly routes: readonly { readonly destination: string; readonly gateway: string; readonly device: string }[];
}

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
  /** Devices that were as desired when they were last applied. */
  private settled: ReadonlySet<string> = new Set();

  /** @throws SystemError when there is no namespace of this name. */
  constructor(
    readonly name: string,
    /** Devices whose names begin with one of these are ours. */
    private readonly devicePrefixes: readonly string[],
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
    const addresses = spec.devices.flatMap(({ name: device, addresses }) =>
      addresses.map((address): AddressEntry => {
        const [ip, length] = address.split('/') as [string, string];
        if (ip.startsWith('fe80:')) this.linkLocals.add(ip);
        return { device, ip, prefixLength: Number(length) };
      }),
    );
    this.addresses.setDesired(OWNER, addresses);
    this.routes.setDesired(OWNER, spec.routes);
  }

  /** Reads what is dirty. @returns what others have changed. */
  resync(owner: string | null): Drift[] {
    const drift: Drift[] = [];
    if (this.devicesDirty) {
      this.devicesDirty = false;
      this.links.refresh();
      const drifted = [...this.settled].filter((name) => !this.isAsDesired(name));
      this.settled = new Set([...this.settled].filter((name) => this.isAsDesired(name)));
      for (const device of drifted) drift.push({ kind: 'link', what: `${this.name} ${device}`, owner, key: this.name });
    }
    for (const found of [...this.addresses.resync(), ...this.routes.resync()])
      drift.push({ ...found, owner, what: `${this.name} ${found.what}`, key: this.name });
    return drift;
  }

  /** @returns the number of commands. @throws NetlinkError|SystemError when the kernel refuses the device. */
  apply(): number {
    if (!this.spec) return 0;
    let commands = this.applyDevices(this.spec);
    for (const driver of [this.addresses, this.routes]) commands += driver.applyUpdates();
    commands += this.routes.applyDeletes() + this.addresses.applyDeletes();
    this.settled = new Set(this.spec.devices.map(({ name }) => name).filter((name) => this.isAsDesired(name)));
    return commands;
  }

  has(device: string): boolean {
    return this.links.byName(device) !== undefined;
  }

  /** Everything of the specification is there. */
  inSync(): boolean {
    return this.wrongDevices().length === 0 && this.addresses.pending === 0 && this.routes.pending === 0;
  }

  /** Why something is not there, for a person. */
  explain(): string {
    const failed = [this.addresses, this.routes].flatMap((driver) => driver.failures.all());
    if (failed.length > 0) return failed.map(([key, { error }]) => `${key}: ${error.message}`).join('; ');
    return this.wrongDevices()
      .map((name) => `${name} is missing or not as desired`)
      .join('; ');
  }

  nextRetryAt(): number | null {
    const times = [this.addresses, this.routes].flatMap((driver) => driver.failures.nextRetryAt() ?? []);
    return times.length > 0 ? Math.min(...times) : null;
  }

  close(): void {
    this.monitor.close();
    this.socket.close();
  }

  /** Devices that are missing or not as desired; `lo` must be up. */
  private wrongDevices(): string[] {
    if (!this.spec) return ['device'];
    const lo = this.links.byName('lo')?.up ? [] : ['lo'];
    return [...lo, ...this.spec.devices.map(({ name }) => name).filter((name) => !this.isAsDesired(name))];
  }

  private isAsDesired(name: string): boolean {
    const device = this.spec?.devices.find((desired) => desired.name === name);
    const link = this.links.byName(name);
    return !!device && !!link && link.up && link.mtu === device.mtu;
  }

  /** Removes our devices. @returns the number of commands. */
  unplug(): number {
    return this.removeDevices([]);
  }

  private removeDevices(except: readonly string[]): number {
    this.links.refresh();
    const unwanted = [...this.links.all()].filter(
      ({ name }) => this.devicePrefixes.some((prefix) => name.startsWith(prefix)) && !except.includes(name),
    );
    for (const { index } of unwanted) {
      this.socket.write(deleteLink(index));
      this.links.refreshOne({ index });
    }
    return unwanted.length;
  }

  private applyDevices({ devices }: NamespaceSpec): number {
    let commands = 0;
    // Devices come from outside, after the last read perhaps.
    if (devices.some(({ name }) => !this.links.byName(name)))
      commands += this.removeDevices(devices.map(({ name }) => name));
    const lo = this.links.byName('lo');
    if (lo && !lo.up) commands += this.change(lo.index, { up: true });
    for (const { name, mtu, sysctls } of devices) {
      const link = this.links.byName(name);
      if (!link) continue;
      if (!link.up) commands += inNetns(this.name, () => sysctls.filter(setSysctl).length);
      if (link.mtu !== mtu) commands += this.change(link.index, { mtu });
      if (!link.up) commands += this.change(link.index, { up: true });
    }
    return commands;
  }

  private change(index: number, change: Parameters<typeof setLink>[1]): number {
    this.socket.write(setLink(index, change));
    this.links.refreshOne({ index });
    return 1;
  }
}
