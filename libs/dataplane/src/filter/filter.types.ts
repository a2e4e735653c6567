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

/** What an owner desires of the filter. */
export type FilterSpec =
  /** What passes to and from its devices; one for each owner. */
  | { readonly kind: 'network'; readonly filter: NetworkFilter }
  /** Rules of a security group: ports that have a group whose rules are not known are closed. */
  | { readonly kind: 'group'; readonly group: FilterGroup }
  /** One member of a security group, whose rules refer to it. */
  | { readonly kind: 'member'; readonly group: string; readonly port: string; readonly addresses: readonly string[] }
  | { readonly kind: 'address-group'; readonly id: string; readonly cidrs: readonly string[] };

/** A network of which flows may not be allowed any more, and addresses that ports here have given up. */
export interface FlowRecheck {
  readonly network: string;
  readonly gone: ReadonlySet<string>;
}

export interface FilterOptions {
  /** Empties a zone of connection tracking. */
  readonly flushZone: (zone: number) => void;
  /** Ends flows of these networks that are not allowed any more. */
  readonly recheckFlows?: (rechecks: readonly FlowRecheck[]) => void;
}

/** What tells an object of an owner from its others. */
export function specKey(spec: FilterSpec): string {
  switch (spec.kind) {
    case 'network':
      return 'network';
    case 'group':
      return `group ${spec.group.id}`;
    case 'member':
      return `member ${spec.group} ${spec.port}`;
    case 'address-group':
      return `addresses ${spec.id}`;
  }
}

export type { FilterGroup };
