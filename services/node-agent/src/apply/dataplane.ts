import { join } from 'node:path';
import type {
  ActualBucket,
  Drift,
  ForwardingEntry,
  NamespaceChange,
  NeighbourEntry,
  NeighbourState,
  NetlinkMessage,
  Redirect,
  Sample,
} from '@weft/dataplane';
import {
  BucketTable,
  Conntrack,
  DnsmasqDriver,
  FilterDriver,
  DropSamples,
  FlowCutter,
  FrameDriver,
  ForwardingTable,
  KernelDriver,
  LinkDriver,
  LinkTable,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  NFNLGRP_NFTABLES,
  NamespaceDriver,
  NeighbourTable,
  NetlinkMonitor,
  NetlinkSocket,
  RTM,
  RTNLGRP,
  RedirectTable,
  decodeNeighbour,
} from '@weft/dataplane';
import type { Clock } from '@weft/reconcile';
import { OrderingTable } from '@weft/reconcile';
import type { NetworkPlan } from '../managers/plan.types';
import { DHCP_NAMESPACE, networkOfNamespace } from '../names';
import type { MetadataEndpoints } from '../metadata/metadata.endpoints';

/** Kinds of objects in the order in which they are made; they are removed the other way round. */
export const ORDER = new OrderingTable([
  'namespace',
  // Before any device is in a bridge: what must not pass does not pass for a moment.
  'frames',
  'filter',
  'link',
  // A queue has its rate before anything is led through it.
  'bucket',
  'redirect',
  'namespace-inside',
  'forwarding',
  'neighbour',
  'dhcp',
  'metadata',
] as const);
type Kind = (typeof ORDER)['kinds'][number];

export interface PassResult {
  /** Commands given to the kernel. */
  readonly commands: number;
  readonly drift: readonly Drift[];
  /** When a failed object may be tried again, on the clock; null: nothing has failed. */
  readonly retryAt: number | null;
}

export interface DataplaneOptions {
  readonly stateDir: string;
  /** Cards of the bridge mappings. */
  readonly nics: ReadonlySet<string>;
  /** The node can filter: no instance's device joins a bridge before its filter is in force. */
  readonly filters: boolean;
  readonly clock: Clock;
  /** There may be something to do. */
  readonly onDirty: () => void;
  /** What is known of a network may have changed. */
  readonly onTouched: (network: string) => void;
  /** A packet of an instance was dropped: its device, and what it was. */
  readonly onDrop: (device: string, sample: Sample) => void;
}

/** Looking for namespaces that vanished: nothing notifies of that. */
const RELIST_MS = 1_000;

/** The node's kernel and daemons as a whole: plans by network in, one pass at a time, drift out. */
export class Dataplane {
  private readonly socket = new NetlinkSocket();
  private readonly linkTable = new LinkTable(this.socket);
  readonly links: LinkDriver;
  readonly frames: FrameDriver;
  readonly filter: FilterDriver;
  private readonly conntrack = new Conntrack();
  private readonly flows: FlowCutter;
  readonly buckets: KernelDriver<ActualBucket>;
  readonly redirects: KernelDriver<Redirect>;
  readonly forwarding: KernelDriver<ForwardingEntry>;
  readonly neighbours: KernelDriver<NeighbourEntry>;
  readonly namespaces: NamespaceDriver;
  readonly dhcp: DnsmasqDriver;
  private readonly forwardingTable = new ForwardingTable(this.socket, this.linkTable);
  private readonly neighbourTable = new NeighbourTable(this.socket, this.linkTable);
  private readonly monitor: NetlinkMonitor;
  private readonly filterMonitor: NetlinkMonitor;
  private readonly samples: DropSamples | null;
  private readonly namespaceOf = new Map<string, string>();
  private listedAt = -Infinity;

  constructor(
    private readonly options: DataplaneOptions,
    private readonly metadata: MetadataEndpoints,
  ) {
    const { clock } = options;
    this.frames = new FrameDriver(clock);
    this.filter = new FilterDriver(clock, (zone) => this.conntrack.flush(zone));
    this.flows = new FlowCutter(this.conntrack, this.filter.facts, (network) => this.filter.zone(network));
    const admits = (device: string) => !options.filters || this.filter.admits(device);
    this.links = new LinkDriver(this.socket, this.linkTable, options.nics, clock, Math.random, admits);
    this.buckets = new KernelDriver(this.socket, new BucketTable(this.socket, this.linkTable), clock);
    this.redirects = new KernelDriver(this.socket, new RedirectTable(this.socket, this.linkTable), clock);
    this.forwarding = new KernelDriver(this.socket, this.forwardingTable, clock);
    this.neighbours = new KernelDriver(this.socket, this.neighbourTable, clock);
    this.namespaces = new NamespaceDriver(DHCP_NAMESPACE, clock, (name) => this.touched(networkOfNamespace(name)));
    this.dhcp = new DnsmasqDriver(join(options.stateDir, 'dhcp'), clock, (network) => this.touched(network));
    this.filterMonitor = new NetlinkMonitor(
      NETLINK_NETFILTER,
      [NFNLGRP_NFTABLES],
      (message) => {
        const news = [this.frames.observe(message), this.filter.observe(message)];
        if (news.includes(true)) options.onDirty();
      },
      () => this.readAllAgain(),
    );
    this.samples = options.filters ? this.listenForDrops() : null;
    this.monitor = new NetlinkMonitor(
      NETLINK_ROUTE,
      [RTNLGRP.LINK, RTNLGRP.NEIGH, RTNLGRP.TC],
      (message) => this.notified(message),
      () => this.readAllAgain(),
    );
  }

  setPlan(network: string, plan: NetworkPlan): void {
    this.links.setDesired(network, plan.links);
    this.buckets.setDesired(network, plan.buckets);
    this.redirects.setDesired(network, plan.redirects);
    this.frames.setDesired(network, plan.frames);
    if (plan.filter || this.options.filters) this.filter.setDesired(network, plan.filter);
    this.forwarding.setDesired(network, plan.forwarding);
    this.neighbours.setDesired(network, plan.neighbours);
    this.namespaces.setDesired(network, plan.namespace);
    this.dhcp.setDesired(network, plan.dhcp);
    this.metadata.setDesired(network, plan.metadata);
    if (plan.namespace) this.namespaceOf.set(network, plan.namespace.name);
    else this.namespaceOf.delete(network);
  }

  /**
   * One pass: read what is dirty, make and change, then remove.
   * @param sweep false leaves what is unwanted alone (state restored from disk: it may be old).
   */
  pass(sweep: boolean): PassResult {
    const { drift, remade } = this.resync();
    for (const network of remade.map(networkOfNamespace)) {
      this.dhcp.invalidate(network);
      this.options.onTouched(network);
    }
    let commands = 0;
    for (const kind of ORDER.forUpdates()) commands += this.update(kind);
    if (sweep) for (const kind of ORDER.forDeletes()) commands += this.remove(kind);
    // After all that is written: what was cut must not come to be again.
    if (this.options.filters) this.flows.cut(this.filter.facts.takeConcerns());
    return { commands, drift: [...drift, ...this.dhcp.takeDrift()], retryAt: this.nextRetryAt() };
  }

  /** Everything may have changed: notifications were lost, or a long time has passed. */
  readAllAgain(): void {
    this.links.markDirty();
    this.buckets.markDirty();
    this.redirects.markDirty();
    this.frames.markDirty();
    this.filter.markDirty();
    this.forwarding.markDirty();
    this.neighbours.markDirty();
    this.namespaces.markDirty();
    this.options.onDirty();
  }

  /** Write requests and daemon commands, ever. */
  get writes(): number {
    return (
      this.socket.writes + this.namespaces.writes + this.frames.commands + this.filter.commands + this.dhcp.commands
    );
  }

  get pending(): number {
    const drivers = [
      this.links,
      this.buckets,
      this.redirects,
      this.frames,
      this.filter,
      this.forwarding,
      this.neighbours,
      this.namespaces,
      this.dhcp,
    ];
    return drivers.reduce((sum, driver) => sum + driver.pending, 0);
  }

  /** Lets go of everything; it stays as it is. */
  close(): void {
    this.monitor.close();
    this.filterMonitor.close();
    this.samples?.close();
    this.dhcp.close();
    this.filter.close();
    this.conntrack.close();
    this.namespaces.close();
    this.socket.close();
  }

  private listenForDrops(): DropSamples {
    return new DropSamples(
      (sample) => {
        const device = this.linkTable.nameOf(sample.device);
        if (device) this.options.onDrop(device, sample);
      },
      // Samples that are lost are some of many: the counters have them all.
      () => undefined,
    );
  }

  private resync(): NamespaceChange {
    const now = this.options.clock.now();
    const relist = now - this.listedAt >= RELIST_MS;
    if (relist) this.listedAt = now;
    const namespaces = this.namespaces.resync(relist);
    const { drift, renumbered } = this.links.resync();
    if (renumbered) {
      this.buckets.markDirty();
      this.redirects.markDirty();
      this.forwarding.markDirty();
      this.neighbours.markDirty();
    }
    const filters = this.options.filters ? [this.filter] : [];
    const tables = [this.frames, ...filters, this.buckets, this.redirects, this.forwarding, this.neighbours].flatMap(
      (driver) => driver.resync(),
    );
    return { drift: [...namespaces.drift, ...drift, ...tables], remade: namespaces.remade };
  }

  private update(kind: Kind): number {
    switch (kind) {
      case 'namespace':
        return this.namespaces.create();
      case 'frames':
        return this.frames.applyUpdates();
      case 'filter':
        return this.filter.applyUpdates();
      case 'link': {
        const discarded = this.namespaces
          .missingDevices()
          .reduce((sum, { netns, device }) => sum + this.links.discardVeth(netns, device), 0);
        return discarded + this.links.applyUpdates();
      }
      case 'bucket':
        return this.buckets.applyUpdates();
      case 'redirect':
        return this.redirects.applyUpdates();
      case 'namespace-inside':
        return this.namespaces.applyInside();
      case 'forwarding':
        return this.forwarding.applyUpdates();
      case 'neighbour':
        return this.neighbours.applyUpdates();
      case 'dhcp':
        this.dhcp.apply((network) => this.namespaces.inSync(this.namespaceOf.get(network) ?? ''));
        return 0;
      case 'metadata':
        return this.metadata.applyUpdates((namespace) => this.namespaces.inSync(namespace));
    }
  }

  private remove(kind: Kind): number {
    switch (kind) {
      case 'metadata':
        return this.metadata.applyDeletes();
      case 'dhcp':
        // Ended by its driver; a namespace waits for it below.
        return 0;
      case 'neighbour':
        return this.neighbours.applyDeletes();
      case 'forwarding':
        return this.forwarding.applyDeletes();
      case 'namespace-inside':
        return 0;
      case 'redirect':
        return this.redirects.applyDeletes();
      case 'bucket':
        return this.buckets.applyDeletes();
      case 'link': {
        const commands = this.links.applyDeletes();
        if (commands > 0) this.forwarding.markDirty();
        if (commands > 0) this.neighbours.markDirty();
        return commands;
      }
      case 'frames':
        return this.frames.applyDeletes();
      case 'filter':
        return this.filter.applyDeletes();
      case 'namespace':
        return this.namespaces
          .unwanted()
          .filter((name) => this.dhcp.isGone(networkOfNamespace(name)))
          .reduce((sum, name) => sum + this.namespaces.remove(name), 0);
    }
  }

  private nextRetryAt(): number | null {
    const times = [
      this.links.failures.nextRetryAt(),
      this.frames.failures.nextRetryAt(),
      this.filter.failures.nextRetryAt(),
      this.buckets.failures.nextRetryAt(),
      this.redirects.failures.nextRetryAt(),
      this.forwarding.failures.nextRetryAt(),
      this.neighbours.failures.nextRetryAt(),
      this.namespaces.nextRetryAt(),
      this.dhcp.nextRetryAt(),
      this.metadata.nextRetryAt(),
    ].filter((time) => time !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  private notified(message: NetlinkMessage): void {
    switch (message.type) {
      case RTM.NEWQDISC:
      case RTM.DELQDISC:
      case RTM.NEWTFILTER:
      case RTM.DELTFILTER:
        this.buckets.markDirty();
        this.redirects.markDirty();
        this.links.markDirty(message.payload.readInt32LE(4));
        this.options.onDirty();
        return;
      case RTM.NEWLINK:
      case RTM.DELLINK:
        this.links.markDirty(message.payload.readInt32LE(4));
        this.options.onDirty();
        return;
      case RTM.NEWNEIGH:
      case RTM.DELNEIGH: {
        const state = decodeNeighbour(message);
        const news = [
          observe(this.forwarding, this.forwardingTable, state, message.type === RTM.NEWNEIGH),
          observe(this.neighbours, this.neighbourTable, state, message.type === RTM.NEWNEIGH),
        ].includes(true);
        if (news) this.options.onDirty();
        return;
      }
      default:
    }
  }

  private touched(network: string): void {
    this.options.onTouched(network);
    this.options.onDirty();
  }
}

/** @returns whether the message tells a driver anything that it does not know. */
function observe<T>(
  driver: KernelDriver<T>,
  table: { identify(state: NeighbourState): T | null; isMarked(state: NeighbourState): boolean },
  state: NeighbourState,
  present: boolean,
): boolean {
  const entry = table.identify(state);
  return entry !== null && driver.observe(entry, present && table.isMarked(state));
}
