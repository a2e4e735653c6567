import { bpf } from '../bpf/assembler';
import { loadClassifier } from '../bpf/program';
import type { KernelTable } from '../driver/kernel.driver';
import type { LinkTable } from '../link/link.table';
import type { NetlinkRequest } from '../netlink/message';
import type { NetlinkSocket } from '../netlink/socket';
import { TC_NOTIFICATIONS, interpretTc } from './tc.notifications';
import {
  decodeFilter,
  decodeQdisc,
  deleteIngressFilter,
  dumpQdiscs,
  ensureClsact,
  ingressFilters,
  setIngressRedirect,
} from '../netlink/tc.codec';

/** What a device receives goes through the queue of another one (an ifb), and on from there. */
export interface Redirect {
  readonly device: string;
  readonly through: string;
}

/** Behind all VLANs of a trunk (their priorities are their numbers), whose frames have limits of their own. */
const PRIORITY = 60_000;
const NAME = /^weft shape (\d+)$/;
/** Matches every frame. */
const ALL = [bpf.set(0, -1), bpf.exit()];

/** Mark: a BPF filter named `weft shape <ifindex>`. The clsact qdisc that holds it stays when it goes: others may use it. */
export class RedirectTable implements KernelTable<Redirect> {
  readonly kind = 'redirect';
  readonly notifications = TC_NOTIFICATIONS;
  readonly interpret = interpretTc;

  constructor(
    private readonly socket: NetlinkSocket,
    private readonly links: LinkTable,
  ) {}

  key({ device }: Redirect): string {
    return device;
  }

  equal(desired: Redirect, actual: Redirect): boolean {
    return desired.through === actual.through;
  }

  *read(): Iterable<Redirect> {
    const places = this.socket.dump(dumpQdiscs()).map(decodeQdisc);
    for (const { ifindex, kind } of places) {
      const device = kind === 'clsact' ? this.links.nameOf(ifindex) : null;
      if (device === null) continue;
      for (const message of this.socket.dump(ingressFilters(ifindex))) {
        const [, through] = NAME.exec(decodeFilter(message).name) ?? [];
        // Through a device that is not there any more: to be written again, or removed.
        if (through !== undefined) yield { device, through: this.links.nameOf(Number(through)) ?? '' };
      }
    }
  }

  write({ device, through }: Redirect): NetlinkRequest[] {
    const [ifindex, target] = [this.links.indexOf(device), this.links.indexOf(through)];
    const filter = { ifindex, priority: PRIORITY, name: `weft shape ${target}` };
    return [ensureClsact(ifindex), setIngressRedirect(filter, loadClassifier(ALL), target)];
  }

  remove({ device }: Redirect): NetlinkRequest {
    return deleteIngressFilter(this.links.indexOf(device), PRIORITY);
  }

  describe({ device, through }: Redirect): string {
    return `${device} through ${through}`;
  }
}
