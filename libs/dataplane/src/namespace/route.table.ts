import type { KernelTable } from '../driver/kernel.driver';
import type { LinkTable } from '../link/link.table';
import type { NetlinkRequest } from '../netlink/message';
import { decodeRoute, deleteRoute, dumpRoutes, setRoute } from '../netlink/route.codec';
import type { NetlinkSocket } from '../netlink/socket';

export interface RouteEntry {
  readonly device: string;
  /** Canonical prefix, `0.0.0.0/0` for the default. */
  readonly destination: string;
  readonly gateway: string;
}

/** Routes of the main table. Mark: route protocol 87. */
export class RouteTable implements KernelTable<RouteEntry> {
  readonly kind = 'route';

  constructor(
    private readonly socket: NetlinkSocket,
    private readonly links: LinkTable,
  ) {}

  key({ destination }: RouteEntry): string {
    return destination;
  }

  equal(desired: RouteEntry, actual: RouteEntry): boolean {
    return desired.gateway === actual.gateway && desired.device === actual.device;
  }

  *read(): Iterable<RouteEntry> {
    for (const family of [4, 6] as const) {
      for (const { payload } of this.socket.dump(dumpRoutes(family))) {
        const route = decodeRoute(payload);
        const device = route && this.links.nameOf(route.ifindex);
        if (route && device) yield { device, destination: route.destination, gateway: route.gateway };
      }
    }
  }

  write(entry: RouteEntry): NetlinkRequest {
    return setRoute({ ...entry, ifindex: this.links.indexOf(entry.device) });
  }

  remove(entry: RouteEntry): NetlinkRequest {
    return deleteRoute({ ...entry, ifindex: this.links.indexOf(entry.device) });
  }

  describe({ destination, gateway, device }: RouteEntry): string {
    return `${destination} via ${gateway} dev ${device}`;
  }
}
