import { defineFact } from './define-fact';
import { networkFact } from './network.fact';

/** A node serves DHCP and metadata for this network. */
export interface DhcpAssignment {
  readonly network: string;
  /** The DHCP port of this node in that network: its addresses are the server's. */
  readonly port: string;
}

export const dhcpAssignmentFact = defineFact<DhcpAssignment>()({
  kind: 'dhcp-assignment',
  writer: 'ipam',
  pattern: 'host.{host}.dhcp.{network}',
  interests: ({ network }) => [networkFact.scope(network)],
});
