import type { KernelTable } from '../driver/kernel.driver';
import type { LinkTable } from '../link/link.table';
import { addAddress, decodeAddress, deleteAddress, dumpAddresses } from '../netlink/address.codec';
import type { NetlinkRequest } from '../netlink/message';
import type { NetlinkSocket } from '../netlink/socket';

export interface AddressEntry {
  readonly device: string;
  /** Canonical text. */
  readonly ip: string;
  readonly prefixLength: number;
}

/** Addresses inside a namespace of ours. Mark: the namespace; the kernel's own (loopback's, link-local ones) are left alone. */
export class AddressTable implements KernelTable<AddressEntry> {
  readonly kind = 'address';

  constructor(
    private readonly socket: NetlinkSocket,
    private readonly links: LinkTable,
    /** Link-local addresses are the kernel's, except those that we ask for by name. */
    private readonly ourLinkLocals: ReadonlySet<string>,
  ) {}

  key({ device, ip, prefixLength }: AddressEntry): string {
    return `${device}|${ip}/${prefixLength}`;
  }

  equal(): boolean {
    return true;
  }

  *read(): Iterable<AddressEntry> {
    for (const { payload } of this.socket.dump(dumpAddresses())) {
      const { ifindex, ip, prefixLength } = decodeAddress(payload);
      const device = this.links.nameOf(ifindex);
      if (!device || device === 'lo' || (ip.startsWith('fe80:') && !this.ourLinkLocals.has(ip))) continue;
      yield { device, ip, prefixLength };
    }
  }

  write(entry: AddressEntry): NetlinkRequest {
    return addAddress({ ...entry, ifindex: this.links.indexOf(entry.device) });
  }

  remove(entry: AddressEntry): NetlinkRequest {
    return deleteAddress({ ...entry, ifindex: this.links.indexOf(entry.device) });
  }

  describe({ device, ip, prefixLength }: AddressEntry): string {
    return `${device} ${ip}/${prefixLength}`;
  }
}
