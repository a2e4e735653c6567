import type { FilterElement } from './filter.elements';
import { zoneOf } from './filter.skeleton';

const MAX_ZONE = 0xffff;

/**
 * Which network has which zone of connection tracking on this node. The kernel's own map is the memory: a restart finds them there, by
 * the name of the network's bridge.
 */
export class Zones {
  private readonly byBridge = new Map<string, number>();
  private readonly used = new Set<number>();
  private last = 0;

  /** @param flush empties a zone: what another network has left there is nobody's business. */
  constructor(private readonly flush: (zone: number) => void) {}

  /** Takes over what the kernel says. */
  adopt(elements: readonly FilterElement[]): void {
    for (const { set, key, value } of elements) {
      const bridge = /^"(brq.*)"$/.exec(key)?.[1];
      if (set !== 'zones' || !bridge || this.byBridge.has(bridge)) continue;
      const zone = zoneOf(Number(value));
      if (this.used.has(zone)) continue;
      this.byBridge.set(bridge, zone);
      this.used.add(zone);
    }
  }

  /** The network's zone, empty if it is new to it. */
  of(bridge: string): number {
    const known = this.byBridge.get(bridge);
    if (known !== undefined) return known;
    if (this.used.size === MAX_ZONE) throw new Error('all zones of connection tracking are in use');
    do this.last = (this.last % MAX_ZONE) + 1;
    while (this.used.has(this.last));
    this.flush(this.last);
    this.byBridge.set(bridge, this.last);
    this.used.add(this.last);
    return this.last;
  }

  get(bridge: string): number | undefined {
    return this.byBridge.get(bridge);
  }

  /** No device is in it any more. */
  release(bridge: string): void {
    const zone = this.byBridge.get(bridge);
    if (zone === undefined) return;
    this.byBridge.delete(bridge);
    this.used.delete(zone);
  }

  bridges(): IterableIterator<string> {
    return this.byBridge.keys();
  }
}
