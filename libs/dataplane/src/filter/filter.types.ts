import type { FilterGroup, PortPolicy } from '@weft/net';

/** A port of an instance on this node. */
export interface PortFilter {
  readonly device: string;
  /** Null: port security is off. */
  readonly policy: PortPolicy | null;
}

/** What of a network is on this node: without an entry here, nothing is forwarded to or from a device. */
export interface NetworkFilter {
  readonly bridge: string;
  /** Devices in the bridge that are not an instance's: tunnel, card, VLAN sub-interface, DHCP server. */
  readonly trusted: readonly string[];
  /** Addresses from which DHCP is answered, all nodes', both families. */
  readonly dhcpServers: readonly string[];
  readonly ports: readonly PortFilter[];
}

export type { FilterGroup };
