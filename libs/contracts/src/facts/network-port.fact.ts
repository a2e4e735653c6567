import { defineFact } from './define-fact';

/** A port, for all nodes of its network. Its key lies in the scope of the network. */
export interface PortFact {
  readonly id: string;
  readonly network: string;
  readonly mac: string;
  /** Where it is bound; null: nowhere. */
  readonly host: string | null;
  readonly adminStateUp: boolean;
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly projectId: string;
  readonly addresses: readonly { readonly subnet: string; readonly ip: string }[];
  /** Host part of its name in DNS and of DHCP option 12. */
  readonly dnsName: string;
  /** Options by which DHCP answers this port differently (`extra_dhcp_opts`); a null value leaves the option out. */
  readonly dhcpOptions: readonly DhcpOptionFact[];
  /** Other ports may take its MAC address and addresses to where they are: nodes do not pin them to its host. */
  readonly mobile: boolean;
  /** It is a VLAN inside of another port's device (trunk); null: it has a device of its own. */
  readonly subport: { readonly parent: string; readonly vlan: number } | null;
}

export interface DhcpOptionFact {
  /** dnsmasq's name or number of the option. */
  readonly name: string;
  readonly value: string | null;
  readonly ipVersion: 4 | 6;
}

export const networkPortFact = defineFact<PortFact>()({
  kind: 'network-port',
  writer: 'ipam',
  pattern: 'network.{network}.port.{port}',
});
