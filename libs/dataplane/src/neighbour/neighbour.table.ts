import type { KernelTable } from '../driver/kernel.driver';
import type { LinkTable } from '../link/link.table';
import { isOurBridge } from '../link/link.types';
import { NETLINK_ROUTE, NUD, RTM, RTNLGRP } from '../netlink/constants';
import type { NetlinkMessage, NetlinkRequest } from '../netlink/message';
import type { NeighbourState } from '../netlink/neighbour.codec';
import { decodeNeighbour, deleteNeighbour, dumpNeighbours, setNeighbour } from '../netlink/neighbour.codec';
import type { NetlinkSocket } from '../netlink/socket';

/** On a network's bridge: `ip` has `mac`. With neigh_suppress the bridge answers ARP and ND from it, nothing is flooded. */
export interface NeighbourEntry {
  readonly device: string;
  /** Canonical text. */
  readonly ip: string;
  readonly mac: string;
}

/** Mark: a permanent entry on one of our bridges. */
export class NeighbourTable implements KernelTable<NeighbourEntry> {
  readonly kind = 'neighbour';
  readonly notifications = { family: NETLINK_ROUTE, groups: [RTNLGRP.NEIGH] };

  constructor(
    private readonly socket: NetlinkSocket,
    private readonly links: LinkTable,
  ) {}

  key({ device, ip }: NeighbourEntry): string {
    return `${device}|${ip}`;
  }

  equal(desired: NeighbourEntry, actual: NeighbourEntry): boolean {
    return desired.mac === actual.mac;
  }

  *read(): Iterable<NeighbourEntry> {
    for (const message of this.socket.dump(dumpNeighbours())) {
      const state = decodeNeighbour(message);
      const entry = this.isMarked(state) ? this.identify(state) : null;
      if (entry) yield entry;
    }
  }

  /** Does the entry, as it is now, bear our mark? One that is being removed may bear it no more. */
  isMarked({ state }: NeighbourState): boolean {
    return (state & NUD.PERMANENT) !== 0;
  }

  /** The entry of ours of which a kernel message may speak; null: none. */
  identify(state: NeighbourState): NeighbourEntry | null {
    const link = this.links.byIndex(state.ifindex);
    if (state.family !== 'inet' || !link || !isOurBridge(link) || state.dst === null) return null;
    return { device: link.name, ip: state.dst, mac: state.mac };
  }

  interpret(message: NetlinkMessage): { readonly object: NeighbourEntry; readonly present: boolean } | null {
    if (message.type !== RTM.NEWNEIGH && message.type !== RTM.DELNEIGH) return null;
    const state = decodeNeighbour(message);
    const object = this.identify(state);
    return object && { object, present: message.type === RTM.NEWNEIGH && this.isMarked(state) };
  }

  write({ device, ip, mac }: NeighbourEntry): NetlinkRequest {
    return setNeighbour(this.links.indexOf(device), ip, mac);
  }

  remove({ device, ip }: NeighbourEntry): NetlinkRequest {
    return deleteNeighbour(this.links.indexOf(device), ip);
  }

  describe({ device, ip, mac }: NeighbourEntry): string {
    return `${device} ${ip} lladdr ${mac}`;
  }
}
