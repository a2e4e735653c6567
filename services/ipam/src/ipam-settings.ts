import { settings } from '@weft/service-kit';

/** Configuration of the service, read once; see docs/configuration.md. */
export interface IpamSettings {
  /** Nodes that serve DHCP for a network. */
  readonly dhcpNodesPerNetwork: number;
  /** `first:last[,first:last]`: VNIs for tenant networks. */
  readonly vniRanges: string;
  /** Bytes; what flat networks and the outside of tunnels carry. */
  readonly underlayMtu: number;
  /** DNS domain of instances, without a trailing dot. */
  readonly dnsDomain: string;
}

export const ipamSettings = (): IpamSettings => ({
  dhcpNodesPerNetwork: settings.integer('WEFT_DHCP_NODES_PER_NETWORK', 2),
  vniRanges: settings.text('WEFT_VNI_RANGES', '1:16777215'),
  underlayMtu: settings.integer('WEFT_UNDERLAY_MTU', 1500),
  dnsDomain: settings.text('WEFT_DNS_DOMAIN', 'openstacklocal').replace(/\.$/, ''),
});
