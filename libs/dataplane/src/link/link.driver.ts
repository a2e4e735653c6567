import { Backoff, DeltaTracker, OwnedSet } from '@weft/reconcile';
import type { DriverContext } from '../driver/context';
import type { Drift } from '../driver/drift';
import { type Driver, IN_SYNC, type ObjectState, refusedOr } from '../driver/driver';
import { MissingDevice, Refusal } from '../driver/refusal';
import { deleteLink, setBridgePort, setLink, setNoLinkLocalLearning } from '../netlink/link.codec';
import type { LinkState } from '../netlink/link.codec';
import { NETLINK_ROUTE, RTM, RTNLGRP } from '../netlink/constants';
import type { NetlinkMessage, NetlinkRequest } from '../netlink/message';
import type { NetlinkSocket } from '../netlink/socket';
import { TC_MESSAGES } from '../shaping/tc.notifications';
import { setSysctl } from '../namespace/sysctl';
import { bridgeSysctls } from './bridge-sysctl';
import { VlanDevices, farEnd } from '../vlan/vlan.devices';
import type { ActualLink } from './link.match';
import { differences, mustBeMadeAgain, needsNoAutoAddress, toActual } from './link.match';
import type { LinkTable } from './link.table';
import { LinkWriter } from './link.writer';
import type { LinkSpec, VlanSpec } from './link.types';
import { isOfOurGroup, isOurBridge, isOurVxlan, isTapName } from './link.types';

/**
 * A bridge must exist, with its number known, before a device can be put in it; a sub-interface's parent must have its MTU before the
 * sub-interface gets one.
 */
const STAGES: readonly (readonly LinkSpec['kind'][])[] = [
  ['bridge'],
  ['vxlan', 'veth', 'ifb'],
  ['tap', 'nic'],
  ['vlan'],
];

/** May be deleted by us, because nobody else made it. */
const isOurs = (link: LinkState): boolean => isOurBridge(link) || isOurVxlan(link) || isOfOurGroup(link);

export interface LinkOptions {
  /** The only physical devices whose membership may be ours: cards of the bridge mappings. */
  readonly nics: ReadonlySet<string>;
  /** Whether an instance's device may join its bridge; default: always. */
  readonly admits?: (device: string) => boolean;
  readonly random?: () => number;
}

/**
 * Bridges, tunnels, and what is plugged into bridges, in the node's own namespace. Every write is followed by reading the device back:
 * "in sync" here means seen in the kernel.
 *
 * Ours by mark: bridges `brq<net>`, tunnels `vxlan-<vni>`, devices of our group (VLAN sub-interfaces) and the *membership* of `tap<port>` devices and mapped cards in our
 * bridges. Devices of others are never made, removed or renamed.
 */
export class LinkDriver implements Driver<LinkSpec> {
  readonly kind = 'link';
  readonly notifications = { family: NETLINK_ROUTE, groups: [RTNLGRP.LINK, RTNLGRP.TC] };
  private readonly tracker = new DeltaTracker<LinkSpec, ActualLink>((d, a) => differences(d, a).length === 0);
  private readonly owned = new OwnedSet<LinkSpec>(this.tracker);
  readonly failures: Backoff;
  private readonly vlans: VlanDevices;
  private readonly writer: LinkWriter;
  private allDirty = true;
  /** Programs of sub-interfaces may be left on a card or tap. */
  private mayHaveLeftovers = true;
  private readonly dirty = new Set<number>();
  /** Veths whose other end is missing in its namespace. */
  private readonly stranded: { readonly netns: string; readonly device: string }[] = [];
  private readonly mappedNics: ReadonlySet<string>;
  private readonly admits: (device: string) => boolean;
  private commands = 0;

  constructor(
    private readonly socket: NetlinkSocket,
    readonly table: LinkTable,
    private readonly context: DriverContext,
    { nics, admits = () => true, random }: LinkOptions,
  ) {
    this.mappedNics = nics;
    this.admits = admits;
    this.failures = new Backoff(context.clock, random);
    this.vlans = new VlanDevices(socket, table);
    this.writer = new LinkWriter(socket, table, this.vlans);
    context.events.on('namespace-lacks-device', (end) => void this.stranded.push(end));
  }

  setDesired(owner: string, specs: Iterable<LinkSpec>): void {
    const objects = new Map([...specs].map((spec) => [spec.name, spec]));
    this.owned.setDesired(owner, objects);
    // A device of somebody else that was nobody's business until now may be there already.
    for (const name of objects.keys()) {
      const link = this.table.byName(name);
      if (link && !this.tracker.getActual(name)) this.tracker.setActual(name, toActual(link, this.table, this.vlans));
    }
    // And one that stops being our business without bearing our mark must not look like a leftover of ours.
    for (const { key } of this.tracker.pendingDeletes()) if (!this.concerns(key)) this.tracker.deleteActual(key);
  }

  /** Programs of sub-interfaces are filters of their parents. */
  observe({ type, payload }: NetlinkMessage): boolean {
    if (type !== RTM.NEWLINK && type !== RTM.DELLINK && !TC_MESSAGES.includes(type)) return false;
    // ifinfomsg and tcmsg both have the interface index at offset 4.
    this.dirty.add(payload.readInt32LE(4));
    return true;
  }

  markDirty(): void {
    this.allDirty = true;
  }

  /** Reads what is dirty. */
  resync(): Drift[] {
    const settled = [...this.tracker.desiredKeys()].filter((key) => this.tracker.inSync(key));
    let renumbered = this.allDirty;
    if (this.allDirty) {
      this.mayHaveLeftovers = true;
      this.table.refresh();
      for (const name of this.tracker.desiredKeys()) this.touch(name);
      this.tracker.replaceActual(
        [...this.table.all()].filter((l) => this.concerns(l.name)).map((l) => this.entry(l.name)),
      );
    } else {
      const names = new Set<string>();
      for (const index of this.dirty) {
        names.add(this.table.nameOf(index) ?? '');
        renumbered = this.reread({ index }) || renumbered;
        names.add(this.table.nameOf(index) ?? '');
      }
      for (const { name } of this.hangingOn(names)) renumbered = this.reread({ name }) || renumbered;
    }
    this.allDirty = false;
    this.dirty.clear();
    if (renumbered) this.context.events.emit('devices-renumbered');
    return settled.filter((key) => !this.tracker.inSync(key)).flatMap((key) => this.driftOf(key));
  }

  applyUpdates(): number {
    return this.counted(() => {
      let commands = 0;
      for (const { netns, device } of this.stranded.splice(0)) commands += this.discardVeth(netns, device);
      for (const kinds of STAGES) commands += this.applyStage(kinds);
      return commands;
    });
  }

  /**
   * The namespace lacks the device that should be our veth's other end: ours leads elsewhere (into a namespace whose name was
   * taken away), and is removed, to be made again.
   * @returns the number of commands.
   */
  private discardVeth(netns: string, device: string): number {
    for (const key of this.tracker.desiredKeys()) {
      const spec = this.tracker.getDesired(key);
      const link = this.table.byName(key);
      if (spec?.kind !== 'veth' || spec.peer.netns !== netns || spec.peer.name !== device || link?.kind !== 'veth')
        continue;
      const commands = this.send([{ key, request: deleteLink(link.index) }]);
      this.reread({ name: key });
      return commands;
    }
    return 0;
  }

  /** Takes unwanted devices out of our bridges, then removes unwanted tunnels and bridges. */
  applyDeletes(): number {
    const commands = this.counted(() => this.removeUnwanted());
    if (commands > 0) this.context.events.emit('devices-removed');
    return commands;
  }

  private removeUnwanted(): number {
    const unwanted = [...this.tracker.pendingDeletes()].filter(({ key }) => this.failures.ready(key));
    const members = unwanted.filter(({ actual }) => !isOurs(actual));
    const devices = unwanted.filter(({ actual }) => isOurs(actual));
    // Tunnels and sub-interfaces before their bridges: references die first.
    devices.sort((a, b) => Number(isOurBridge(a.actual)) - Number(isOurBridge(b.actual)));
    const released = this.send(
      members.map(({ key, actual }) => ({ key, request: setLink(actual.index, { master: 0 }) })),
    );
    const removed = this.send(devices.map(({ key, actual }) => ({ key, request: deleteLink(actual.index) })));
    for (const { key, actual } of unwanted) {
      this.reread({ name: key });
      if (isOfOurGroup(actual)) this.reread({ name: farEnd(key) });
    }
    return released + removed + this.removeLeftovers(removed > 0);
  }

  /** Desired, there, and as it must be: read back. */
  inSync(name: string): boolean {
    return this.tracker.inSync(name);
  }

  /** The device is there at all, whatever its state. */
  exists(name: string): boolean {
    return this.table.byName(name) !== undefined;
  }

  /** A tap that is missing is the hypervisor's to create, and so is what stands on it. */
  stateOf(name: string): ObjectState {
    const spec = this.tracker.getDesired(name);
    const tap = spec?.kind === 'tap' ? name : spec?.kind === 'vlan' && isTapName(spec.parent) ? spec.parent : null;
    if (tap !== null && !this.exists(tap)) return { state: 'absent', reason: 'tap-missing' };
    return this.inSync(name) ? IN_SYNC : refusedOr(this.failures.get(name), this.explain(name));
  }

  /** Requests written, ever. */
  get writes(): number {
    return this.commands;
  }

  nextRetryAt(): number | null {
    return this.failures.nextRetryAt();
  }

  /** The socket belongs to whoever created the driver. */
  close(): void {}

  /** What differs, for a person. */
  explain(name: string): string {
    const spec = this.tracker.getDesired(name);
    const actual = this.tracker.getActual(name);
    if (!spec) return 'not desired';
    return actual ? differences(spec, actual).join(', ') : `no device ${name}`;
  }

  /** Pending work that we can do; a tap that is not there is not ours to make. */
  get pending(): number {
    let missing = 0;
    for (const { desired } of this.tracker.pendingUpdates()) if (this.isAway(desired)) missing++;
    return this.tracker.pending - missing;
  }

  private counted(work: () => number): number {
    const before = this.socket.writes;
    const commands = work();
    this.commands += this.socket.writes - before;
    return commands;
  }

  private applyStage(kinds: readonly LinkSpec['kind'][]): number {
    const pending = [...this.tracker.pendingUpdates()].filter(
      ({ key, desired }) => kinds.includes(desired.kind) && !this.isAway(desired) && this.failures.ready(key),
    );
    let commands = 0;
    for (const { key, desired, actual } of pending) {
      try {
        commands += this.make(desired, actual) + this.change(key, desired);
        if (!this.isAway(desired) && !this.tracker.inSync(key))
          throw new Refusal(`the kernel did not take it: ${this.explain(key)}`);
        this.failures.forget(key);
      } catch (error) {
        this.failures.failed(key, error as Error);
      }
    }
    return commands;
  }

  private make(spec: LinkSpec, actual: ActualLink | undefined): number {
    const requests: NetlinkRequest[] = [];
    if (actual && mustBeMadeAgain(spec, actual)) {
      if (!isOurs(actual)) throw new Refusal(`${spec.name} is a ${actual.kind || 'card'} of somebody else`);
      requests.push(deleteLink(actual.index));
    } else if (actual) {
      return 0;
    }
    for (const request of requests) this.socket.write(request);
    const created = this.writer.create(spec);
    if (!created && requests.length === 0) return 0;
    this.reread({ name: spec.name });
    return requests.length + (created ? 1 : 0);
  }

  private change(key: string, spec: LinkSpec): number {
    const actual = this.tracker.getActual(key);
    if (!actual || this.tracker.inSync(key)) return 0;
    const requests: NetlinkRequest[] = [];
    const set = (change: Parameters<typeof setLink>[1]) => requests.push(setLink(actual.index, change));
    if (needsNoAutoAddress(spec) && !actual.noAutoAddress) set({ noAutoAddress: true });
    // The MTU first: a bridge takes the smallest of its ports' until one is set.
    if (spec.kind !== 'nic' && actual.mtu !== spec.mtu) set({ mtu: spec.mtu });
    if ('master' in spec && actual.masterName !== spec.master) {
      this.writer.assertMayJoin(spec, actual);
      set({ master: this.table.indexOf(spec.master) });
    }
    if (spec.kind === 'bridge' && actual.learnsLinkLocal) requests.push(setNoLinkLocalLearning(actual.index));
    if (spec.kind === 'vxlan')
      requests.push(setBridgePort(actual.index, { learning: spec.learning, neighSuppress: spec.neighSuppress }));
    if (spec.kind === 'vlan') requests.push(...this.writer.readyParent(spec, actual), ...this.vlans.connect(spec));
    const up = 'up' in spec ? spec.up : true;
    if (actual.up !== up) set({ up });
    let commands = requests.length;
    if (spec.kind === 'bridge') commands += bridgeSysctls(spec.name).filter(setSysctl).length;
    const refused = this.socket.transact(requests).find((error) => error !== null);
    if (spec.kind === 'vlan') {
      for (const name of [spec.parent, farEnd(spec.name)]) this.reread({ name });
      // It may have been another VLAN's.
      this.mayHaveLeftovers = true;
    }
    this.reread({ name: spec.name });
    if (refused) throw refused;
    return commands;
  }

  /** Desired sub-interfaces whose parent or far end is among `names`: what was read of them may not hold any more. */
  private hangingOn(names: ReadonlySet<string>): VlanSpec[] {
    return [...this.tracker.desiredKeys()].flatMap((key) => {
      const spec = this.tracker.getDesired(key);
      return spec?.kind === 'vlan' && (names.has(spec.parent) || names.has(farEnd(key))) ? [spec] : [];
    });
  }

  private removeLeftovers(removedDevices: boolean): number {
    if (!this.mayHaveLeftovers && !removedDevices) return 0;
    const parents = [...this.table.all()].filter(({ name }) => isTapName(name) || this.mappedNics.has(name));
    const requests = this.vlans.leftovers(parents);
    const refused = this.socket.transact(requests).some((error) => error !== null && error.code !== 'ENOENT');
    this.mayHaveLeftovers = refused;
    return requests.length;
  }

  private send(work: readonly { key: string; request: NetlinkRequest }[]): number {
    if (work.length === 0) return 0;
    this.socket.transact(work.map(({ request }) => request)).forEach((error, i) => {
      const { key } = work[i] as { key: string };
      if (error && error.code !== 'ENODEV') this.failures.failed(key, error);
      else this.failures.forget(key);
    });
    return work.length;
  }

  /** Reads one device into table and tracker. @returns whether its number changed. */
  private reread(which: { name: string } | { index: number }): boolean {
    const before = 'name' in which ? this.table.byName(which.name) : this.table.byIndex(which.index);
    const link = this.table.refreshOne(which);
    for (const name of new Set([before?.name, link?.name])) {
      if (name === undefined) continue;
      this.touch(name);
      if (this.table.byName(name) && this.concerns(name)) this.tracker.setActual(...this.entry(name));
      else this.tracker.deleteActual(name);
    }
    return before?.index !== link?.index || before?.name !== link?.name;
  }

  private touch(name: string): void {
    const owner = this.owned.ownerOf(name);
    if (owner !== undefined) this.context.touched(owner);
  }

  private concerns(name: string): boolean {
    const link = this.table.byName(name);
    if (!link) return false;
    if (this.tracker.getDesired(name) || isOurs(link)) return true;
    const master = this.table.byIndex(link.master);
    return master !== undefined && isOurBridge(master) && (isTapName(name) || this.mappedNics.has(name));
  }

  private entry(name: string): [string, ActualLink] {
    const link = this.table.byName(name);
    if (!link) throw new MissingDevice(name);
    return [name, toActual(link, this.table, this.vlans)];
  }

  private driftOf(key: string): Drift[] {
    const spec = this.tracker.getDesired(key);
    const actual = this.tracker.getActual(key);
    // An instance's tap that goes away is its host's business, not drift.
    if (!spec || this.isAway(spec)) return [];
    const kind = actual && 'master' in spec && actual.masterName !== spec.master ? 'bridge-port' : 'link';
    return [{ kind, what: `${key}: ${this.explain(key)}`, owner: this.owned.ownerOf(key) ?? null, key }];
  }

  /** Cards and taps are not ours to make, and what hangs on one must wait for it; an instance's device also for its filter. */
  private isAway(spec: LinkSpec): boolean {
    switch (spec.kind) {
      case 'tap':
        return !this.exists(spec.name) || !this.admits(spec.name);
      case 'nic':
        return !this.exists(spec.name);
      case 'vlan':
        return !this.exists(spec.parent) || (isTapName(spec.name) && !this.admits(spec.name));
      default:
        return false;
    }
  }
}
