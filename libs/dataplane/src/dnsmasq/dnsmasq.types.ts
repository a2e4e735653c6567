/** A subnet that the server serves: one in which it has an address itself. */
export interface DhcpSubnet {
  /** Short, unique in the network; names the subnet in dnsmasq's tags. */
  readonly tag: string;
  readonly cidr: string;
  /** The server's own address in it. */
  readonly server: string;
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

/** An option by which one client is answered differently. */
export interface DhcpOption {
  readonly version: 4 | 6;
  /** dnsmasq's name or the number, with `tag:ipxe,` or `tag:!ipxe,` (`ipxe6`) before it where it shall depend on the boot loader. */
  readonly name: string;
  /** Null: the option is left out of the answer. */
  readonly value: string | null;
}

export interface DhcpReservation {
  readonly port: string;
  readonly mac: string;
  /** Host part of the name that the client is told (option 12, FQDN in DHCPv6); null: as its first address says. */
  readonly name: string | null;
  readonly v4: readonly string[];
  readonly v6: readonly string[];
  readonly options: readonly DhcpOption[];
}

/** An address of the network and the host part of its name. */
export interface DnsName {
  readonly ip: string;
  readonly name: string;
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
  /** What its DNS answers for, forward and reverse. */
  readonly names: readonly DnsName[];
  /** Resolvers that it asks for names of other domains, in that order; none: it does not ask. */
  readonly resolvers: readonly string[];
}
