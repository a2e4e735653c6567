import type { PortPolicy } from '@weft/net';
import type { FilterElement } from './filter.elements';
import { elementKey } from './filter.elements';
import type { PolicyChain } from './filter.policy';
import type { PortFilter } from './filter.types';

/** Where a port's packets are judged. */
export interface PortEvidence {
  readonly elements: readonly string[];
  readonly groups: readonly string[];
  /** Of its set of groups; none: it is closed, or has no security. */
  readonly chains: readonly PolicyChain[];
}

/** What must be in force for each port's device, as its network was compiled last. */
export class FilterEvidence {
  private readonly byDevice = new Map<string, PortEvidence>();
  private readonly devicesOf = new Map<string, readonly string[]>();

  get(device: string): PortEvidence | undefined {
    return this.byDevice.get(device);
  }

  has(device: string): boolean {
    return this.byDevice.has(device);
  }

  /** Replaces what is known of a network's ports; none: the network is not here. */
  set(
    network: string,
    ports: readonly PortFilter[],
    elements: readonly FilterElement[],
    chainsOf: (policy: PortPolicy) => readonly PolicyChain[],
  ): void {
    for (const device of this.devicesOf.get(network) ?? []) this.byDevice.delete(device);
    if (ports.length > 0)
      this.devicesOf.set(
        network,
        ports.map(({ device }) => device),
      );
    else this.devicesOf.delete(network);
    const keys = keysByDevice(elements);
    for (const { device, policy } of ports)
      this.byDevice.set(device, {
        elements: keys.get(device) ?? [],
        groups: policy?.groups ?? [],
        chains: policy ? chainsOf(policy) : [],
      });
  }
}

/** Elements are keyed by a device's name first. */
function keysByDevice(elements: readonly FilterElement[]): Map<string, string[]> {
  const byDevice = new Map<string, string[]>();
  for (const element of elements) {
    const device = /^"([^"]+)"/.exec(element.key)?.[1];
    if (device === undefined) continue;
    const keys = byDevice.get(device) ?? [];
    keys.push(elementKey(element));
    byDevice.set(device, keys);
  }
  return byDevice;
}
