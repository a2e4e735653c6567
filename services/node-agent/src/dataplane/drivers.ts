import { join } from 'node:path';
import {
  type Bucket,
  BucketTable,
  Conntrack,
  type DhcpServerSpec,
  DaemonDriver,
  dnsmasq,
  type Driver,
  type DriverContext,
  DropSamples,
  FilterDriver,
  type FilterSpec,
  FlowCutter,
  type ForwardingEntry,
  ForwardingTable,
  FrameDriver,
  type FrameSpec,
  KernelDriver,
  LinkDriver,
  type LinkSpec,
  LinkTable,
  NamespaceDriver,
  type NamespaceSpec,
  type NeighbourEntry,
  NeighbourTable,
  NetlinkSocket,
  type Redirect,
  RedirectTable,
  type Sample,
} from '@weft/dataplane';
import type { MetadataEndpoints, MetadataSpec } from '../metadata/metadata.endpoints';
import { DHCP_NAMESPACE, INNER_DEVICE, networkOfNamespace } from '../names';

/** What planners may desire: driver kind → its objects. */
export interface DriverObjects {
  readonly namespace: NamespaceSpec;
  readonly frames: FrameSpec;
  readonly filter: FilterSpec;
  readonly link: LinkSpec;
  readonly rate: Bucket;
  readonly redirect: Redirect;
  readonly fdb: ForwardingEntry;
  readonly neighbour: NeighbourEntry;
  readonly dhcp: DhcpServerSpec;
  readonly metadata: MetadataSpec;
}
export type DriverKind = keyof DriverObjects;
export type DesiredObjects = { readonly [Kind in DriverKind]?: readonly DriverObjects[Kind][] };

export interface DriverOptions {
  readonly stateDir: string;
  /** Cards of the bridge mappings. */
  readonly nics: ReadonlySet<string>;
  /** The node can filter: no instance's device joins a bridge before its filter is in force. */
  readonly filters: boolean;
  readonly metadata: (context: DriverContext, isReady: (namespace: string) => boolean) => MetadataEndpoints;
  /** A packet of an instance was dropped: its device, and what it was. */
  readonly onDrop: (device: string, sample: Sample) => void;
}

export interface NodeDrivers {
  /** In the order in which objects are created. */
  readonly list: readonly Driver<never>[];
  /** Null: the node cannot filter. */
  readonly filter: FilterDriver | null;
  /** Releases what the drivers share. */
  close(): void;
}

/** Every driver of the agent, in the order in which their objects are created; they are removed in reverse. */
export function createDrivers(context: DriverContext, options: DriverOptions): NodeDrivers {
  const { clock, events } = context;
  const socket = new NetlinkSocket();
  const conntrack = new Conntrack();
  const table = new LinkTable(socket);
  const isReady = (namespace: string) => namespaces.stateOf(namespace).state === 'in-sync';

  const dhcp = new DaemonDriver(dnsmasq, join(options.stateDir, 'dhcp'), context, isReady);
  const namespaces: NamespaceDriver = new NamespaceDriver(context, {
    marks: [{ prefix: DHCP_NAMESPACE, devices: [INNER_DEVICE] }],
    isOccupied: (namespace) => !dhcp.isGone(networkOfNamespace(namespace)),
  });
  const frames = new FrameDriver(clock);
  const filter = options.filters ? createFilter(context, conntrack) : null;
  const links = new LinkDriver(socket, table, context, {
    nics: options.nics,
    admits: (device) => filter === null || filter.admits(device),
  });
  const rates = new KernelDriver(socket, new BucketTable(socket, table), clock);
  const redirects = new KernelDriver(socket, new RedirectTable(socket, table), clock);
  const forwarding = new KernelDriver(socket, new ForwardingTable(socket, table), clock);
  const neighbours = new KernelDriver(socket, new NeighbourTable(socket, table), clock);
  const metadata = options.metadata(context, isReady);

  events.on('devices-renumbered', () => [rates, redirects, forwarding, neighbours].forEach((d) => d.markDirty()));
  events.on('devices-removed', () => [forwarding, neighbours].forEach((driver) => driver.markDirty()));

  const samples = filter && listenForDrops(table, options.onDrop);
  return {
    list: [
      namespaces,
      // Before any device is in a bridge: what must not pass does not pass for a moment.
      frames,
      ...(filter ? [filter] : []),
      links,
      // A queue has its rate before anything is led through it.
      rates,
      redirects,
      namespaces.interior,
      forwarding,
      neighbours,
      dhcp,
      metadata,
    ],
    filter,
    close: () => {
      samples?.close();
      conntrack.close();
      socket.close();
    },
  };
}

function createFilter(context: DriverContext, conntrack: Conntrack): FilterDriver {
  const filter: FilterDriver = new FilterDriver(context, {
    flushZone: (zone) => conntrack.flush(zone),
    recheckFlows: (rechecks) => flows.cut(rechecks),
  });
  const flows = new FlowCutter(conntrack, filter.facts, (network) => filter.zone(network));
  return filter;
}

function listenForDrops(table: LinkTable, onDrop: DriverOptions['onDrop']): DropSamples {
  return new DropSamples(
    (sample) => {
      const device = table.nameOf(sample.device);
      if (device) onDrop(device, sample);
    },
    // Samples that are lost are some of many: the counters have them all.
    () => undefined,
  );
}
