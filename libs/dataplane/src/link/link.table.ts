import { MissingDevice } from '../driver/refusal';
import type { LinkState } from '../netlink/link.codec';
import { decodeLink, dumpLinks, getLink } from '../netlink/link.codec';
import type { NetlinkSocket } from '../netlink/socket';

/**
 * The devices of one namespace, as last read. Others resolve names to numbers through it; numbers must not be kept, a device
 * that is made again has another one.
 */
export class LinkTable {
  private readonly byIndexMap = new Map<number, LinkState>();
  private readonly byNameMap = new Map<string, LinkState>();

  constructor(private readonly socket: NetlinkSocket) {}

  /** Reads all. */
  refresh(): void {
    this.byIndexMap.clear();
    this.byNameMap.clear();
    for (const { payload } of this.socket.dump(dumpLinks())) this.put(decodeLink(payload));
  }

  /** Reads one. @returns null when there is none (any more). */
  refreshOne(which: { name: string } | { index: number }): LinkState | null {
    const message = this.socket.get(getLink(which));
    const known = 'name' in which ? this.byNameMap.get(which.name) : this.byIndexMap.get(which.index);
    if (known) this.drop(known);
    if (!message) return null;
    return this.put(decodeLink(message.payload));
  }

  byName(name: string): LinkState | undefined {
    return this.byNameMap.get(name);
  }

  byIndex(index: number): LinkState | undefined {
    return this.byIndexMap.get(index);
  }

  nameOf(index: number): string | null {
    return this.byIndexMap.get(index)?.name ?? null;
  }

  /** @throws MissingDevice */
  indexOf(name: string): number {
    const link = this.byNameMap.get(name);
    if (!link) throw new MissingDevice(name);
    return link.index;
  }

  all(): IterableIterator<LinkState> {
    return this.byIndexMap.values();
  }

  private put(link: LinkState): LinkState {
    const renamed = this.byIndexMap.get(link.index);
    if (renamed) this.drop(renamed);
    const replaced = this.byNameMap.get(link.name);
    if (replaced) this.drop(replaced);
    this.byIndexMap.set(link.index, link);
    this.byNameMap.set(link.name, link);
    return link;
  }

  private drop(link: LinkState): void {
    this.byIndexMap.delete(link.index);
    if (this.byNameMap.get(link.name)?.index === link.index) this.byNameMap.delete(link.name);
  }
}
