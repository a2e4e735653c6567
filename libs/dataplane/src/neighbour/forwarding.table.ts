import type { KernelTable } from '../driver/kernel.driver';
import type { LinkTable } from '../link/link.table';
import { isOurVxlan } from '../link/link.types';
import { NETLINK_ROUTE, NUD, RTM, RTNLGRP } from '../netlink/constants';
import type { NetlinkMessage, NetlinkRequest } from '../netlink/message';
import type { NeighbourState } from '../netlink/neighbour.codec';
import {
  FLOOD_MAC,
  decodeNeighbour,
  deleteBridgeEntry,
  deleteTunnelEntry,
  dumpForwarding,
  setBridgeEntry,
  setTunnelEntry,
} from '../netlink/neighbour.codec';
import type { NetlinkSocket } from '../netlink/socket';

/** A forwarding entry of a tunnel device: of the device itself (towards an endpoint), or of its bridge (towards the device). */
export type ForwardingEntry =
  | { readonly kind: 'tunnel'; readonly device: string; readonly mac: string; readonly endpoint: string }
  | { readonly kind: 'bridge'; readonly device: string; readonly mac: string };

/**
 * Static population of VXLAN: no learning, no flooding for known addresses. Mark: any permanent or static entry on one of our
 * tunnel devices (they never learn, so that nobody else's can be there by nature).
 */
export class ForwardingTable implements KernelTable<ForwardingEntry> {
  readonly kind = 'fdb';
  readonly notifications = { family: NETLINK_ROUTE, groups: [RTNLGRP.NEIGH] };

  constructor(
    private readonly socket: NetlinkSocket,
    private readonly links: LinkTable,
  ) {}

  key(entry: ForwardingEntry): string {
    const key = `${entry.kind}|${entry.device}|${entry.mac}`;
    // The kernel holds one destination for a known address, and a list for the flood address.
    return entry.kind === 'tunnel' && entry.mac === FLOOD_MAC ? `${key}|${entry.endpoint}` : key;
  }

  equal(desired: ForwardingEntry, actual: ForwardingEntry): boolean {
    return desired.kind === 'bridge' || (actual.kind === 'tunnel' && desired.endpoint === actual.endpoint);
  }

  *read(): Iterable<ForwardingEntry> {
    for (const message of this.socket.dump(dumpForwarding())) {
      const state = decodeNeighbour(message);
      const entry = this.isMarked(state) ? this.identify(state) : null;
      if (entry) yield entry;
    }
  }

  /** Does the entry, as it is now, bear our mark? PERMANENT in a bridge's table is a port's own address, made by the kernel. */
  isMarked({ dst, state }: NeighbourState): boolean {
    return dst !== null || ((state & NUD.NOARP) !== 0 && (state & NUD.PERMANENT) === 0);
  }

  /** The entry of ours of which a kernel message may speak; null: none. */
  identify(state: NeighbourState): ForwardingEntry | null {
    const link = this.links.byIndex(state.ifindex);
    if (state.family !== 'bridge' || !link || !isOurVxlan(link)) return null;
    const base = { device: link.name, mac: state.mac };
    if (state.dst !== null) return { ...base, kind: 'tunnel', endpoint: state.dst };
    return state.master === 0 ? null : { ...base, kind: 'bridge' };
  }

  interpret(message: NetlinkMessage): { readonly object: ForwardingEntry; readonly present: boolean } | null {
    if (message.type !== RTM.NEWNEIGH && message.type !== RTM.DELNEIGH) return null;
    const state = decodeNeighbour(message);
    const object = this.identify(state);
    return object && { object, present: message.type === RTM.NEWNEIGH && this.isMarked(state) };
  }

  write(entry: ForwardingEntry): NetlinkRequest {
    const index = this.links.indexOf(entry.device);
    return entry.kind === 'tunnel'
      ? setTunnelEntry(index, entry.mac, entry.endpoint)
      : setBridgeEntry(index, entry.mac);
  }

  remove(entry: ForwardingEntry): NetlinkRequest {
    const index = this.links.indexOf(entry.device);
    return entry.kind === 'tunnel'
      ? deleteTunnelEntry(index, entry.mac, entry.endpoint)
      : deleteBridgeEntry(index, entry.mac);
  }

  describe(entry: ForwardingEntry): string {
    return entry.kind === 'tunnel'
      ? `${entry.device} ${entry.mac} dst ${entry.endpoint} self`
      : `${entry.device} ${entry.mac} master`;
  }
}
