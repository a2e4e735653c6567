/** What of a UUID fits a device name (IFNAMSIZ is 16, prefix and end included). */
const stub = (id: string): string => id.slice(0, 11);

/** Device and namespace names, as Neutron's operators know them. */
export const bridgeName = (network: string): string => `brq${stub(network)}`;
export const tapName = (port: string): string => `tap${stub(port)}`;
export const innerName = (port: string): string => `ns-${stub(port)}`;
export const vxlanName = (vni: number): string => `vxlan-${vni}`;

export const DHCP_NAMESPACE = 'qdhcp-';
export const dhcpNamespace = (network: string): string => `${DHCP_NAMESPACE}${network}`;
/** The network whose DHCP namespace this is. */
export const networkOfNamespace = (namespace: string): string => namespace.slice(DHCP_NAMESPACE.length);
