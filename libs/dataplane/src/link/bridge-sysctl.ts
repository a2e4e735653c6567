import type { Sysctl } from '../namespace/sysctl';

/**
 * A tenant's frames reach our bridge device, which is an interface of the node: without these the node would answer ARP
 * for its own addresses on a tenant's network, and a tenant's router advertisement would give the node a default route.
 */
export const bridgeSysctls = (bridge: string): readonly Sysctl[] => [
  { path: `ipv4/conf/${bridge}/arp_ignore`, value: '8' },
  { path: `ipv6/conf/${bridge}/accept_ra`, value: '0' },
];
