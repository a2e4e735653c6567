/** What follows from a port's `device_owner`. */
export interface DeviceOwner {
  /** The service that creates and deletes such ports: clients cannot delete them. Null: clients may. */
  readonly service: string | null;
  /** The port gets a SLAAC address in each subnet that has them, as an instance does; else its service chooses its addresses. */
  readonly slaac: boolean;
  /** The port uses a network as external, which a grant of `access_as_external` allows. */
  readonly external: boolean;
}

/** A DHCP server's port. */
export const DHCP_OWNER = 'network:dhcp';
/** A port that a trunk carries. */
export const SUBPORT_OWNER = 'trunk:subport';

const ROUTER_INTERFACE: DeviceOwner = { service: 'l3', slaac: false, external: false };
const EXTERNAL: DeviceOwner = { service: 'l3', slaac: true, external: true };
const INTERNAL: DeviceOwner = { service: 'l3', slaac: true, external: false };

/** Device owners that mean something to Weft. Any other is an instance's: clients name them as they like. */
export const DEVICE_OWNERS: Readonly<Record<string, DeviceOwner>> = {
  [DHCP_OWNER]: { service: null, slaac: false, external: false },
  'network:router_interface': ROUTER_INTERFACE,
  'network:router_interface_distributed': ROUTER_INTERFACE,
  'network:ha_router_replicated_interface': ROUTER_INTERFACE,
  'network:router_centralized_snat': ROUTER_INTERFACE,
  'network:router_ha_interface': INTERNAL,
  'network:floatingip_agent_gateway': INTERNAL,
  'network:router_gateway': EXTERNAL,
  'network:floatingip': EXTERNAL,
};

/**
 * Ports that serve the network itself, whoever names them so: they are trusted (no port security), and the network's QoS policy does not
 * hold for them. Policy lets only the network's owner and services name them.
 */
export const servesNetwork = (deviceOwner: string): boolean => deviceOwner.startsWith('network:');

/** The device owners of which something is so: `deviceOwnersWith(({ external }) => external)`. */
export const deviceOwnersWith = (condition: (owner: DeviceOwner) => boolean): string[] =>
  Object.entries(DEVICE_OWNERS).flatMap(([name, owner]) => (condition(owner) ? [name] : []));
