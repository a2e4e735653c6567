/** A subnet that the server serves: one in which it has an address itself. */
export interface DhcpSubnet {
  /** Short, unique in the network; names the subnet in dnsmasq's tags. */
  readonly tag: string;
  readonly cidr: string;
  /**
   * `static`: only reserved addresses are given (DHCPv4, DHCPv6 stateful). `ra-stateless`: router advertisements with SLAAC, options by
   * DHCPv6. `ra-only`: SLAAC, nothing else.
   */
  readonly mode: 'static' | 'ra-stateless' | 'ra-only';
  /** v6 `static` only: also send router advertisements that say "addresses by DHCPv6". */
  readonly advertise: boolean;
  /** IPv4: null tells clients that there is no router. */
  readonly gateway: string | null;
  /** In the order in which clients shall ask them. */
  readonly dnsServers: readonly string[];
  /** Classless static routes (RFC 3442), IPv4; the default route among them where there is a gateway. */
  readonly routes: readonly { readonly destination: string; readonly nexthop: string }[];
}

export interface DhcpReservation {
  readonly port: string;
  readonly mac: string;
  readonly v4: readonly string[];
  readonly v6: readonly string[];
}

/** One DHCP server: of one network on one node. */
export interface DhcpServerSpec {
  readonly network: string;
  readonly netns: string;
  readonly device: string;
  /** Option 15; empty: none. */
  readonly domain: string;
  /** Option 26, and the MTU in router advertisements. */
  readonly mtu: number;
  /** Seconds. */
  readonly leaseTime: number;
  readonly subnets: readonly DhcpSubnet[];
  readonly reservations: readonly DhcpReservation[];
}

/** What one server is known to do at present. */
export interface DhcpServerState {
  /** Reservation lines which the running server has loaded, by port: read back from its own log. */
  readonly loaded: ReadonlyMap<string, string>;
  /** Running, with the desired configuration, everything loaded. */
  readonly inSync: boolean;
  /** Why not. */
  readonly error: Error | null;
}
