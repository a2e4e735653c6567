import { createHash } from 'node:crypto';

/** What of a UUID fits a device name (IFNAMSIZ is 16, prefix and end included). */
const stub = (id: string): string => id.slice(0, 11);

/** Device and namespace names, as Neutron's operators know them. */
export const bridgeName = (network: string): string => `brq${stub(network)}`;
export const tapName = (port: string): string => `tap${stub(port)}`;
/** Where what a port's instance sends is shaped. */
export const ifbName = (port: string): string => `ifb${stub(port)}`;
/** Devices inside DHCP namespaces. */
export const INNER_DEVICE = 'ns-';
export const innerName = (port: string): string => `${INNER_DEVICE}${stub(port)}`;
/** A device name holds 15 characters; the far end of a sub-interface made by programs bears one more than it. */
const MAX_SUB_INTERFACE = 14;
/** `eth1.100`; of a card's name that is too long, its beginning and a digest of it: two cards may begin alike. */
export function vlanName(nic: string, vid: number): string {
  const name = `${nic}.${vid}`;
  if (name.length <= MAX_SUB_INTERFACE) return name;
  const digest = createHash('sha256').update(nic).digest('hex').slice(0, 4);
  return `${nic.slice(0, MAX_SUB_INTERFACE - digest.length - `.${vid}`.length)}${digest}.${vid}`;
}
export const vxlanName = (vni: number): string => `vxlan-${vni}`;

export const DHCP_NAMESPACE = 'qdhcp-';
export const dhcpNamespace = (network: string): string => `${DHCP_NAMESPACE}${network}`;
/** The network whose DHCP namespace this is. */
export const networkOfNamespace = (namespace: string): string => namespace.slice(DHCP_NAMESPACE.length);
