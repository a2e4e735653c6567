/** Numbers of linux/netlink.h, rtnetlink.h, if_link.h, neighbour.h, if_addr.h: only those in use. */

export const AF = { UNSPEC: 0, INET: 2, BRIDGE: 7, INET6: 10, NETLINK: 16 } as const;

export const NLM_F = {
  REQUEST: 0x1,
  MULTI: 0x2,
  ACK: 0x4,
  DUMP_INTR: 0x10,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
  /** On an acknowledgement: extended attributes follow. */
  ACK_TLVS: 0x200,
  CAPPED: 0x100,
} as const;

export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3 } as const;

export const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  DELNEIGH: 29,
  GETNEIGH: 30,
} as const;

/** Multicast groups, as numbers for NETLINK_ADD_MEMBERSHIP. */
export const RTNLGRP = { LINK: 1, NEIGH: 3, IPV4_IFADDR: 5, IPV4_ROUTE: 7, IPV6_IFADDR: 9, IPV6_ROUTE: 11 } as const;

export const IFF_UP = 0x1;

export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  PROTINFO: 12,
  LINKINFO: 18,
  IFALIAS: 20,
  AF_SPEC: 26,
  NET_NS_FD: 28,
  EXT_MASK: 29,
} as const;
export const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
export const IFLA_BR = { FORWARD_DELAY: 1, AGEING_TIME: 4, STP_STATE: 5, MCAST_SNOOPING: 23 } as const;
export const IFLA_VXLAN = { ID: 1, LOCAL: 4, TTL: 5, LEARNING: 7, PORT: 15, LOCAL6: 17 } as const;
export const IFLA_BRPORT = { LEARNING: 8, UNICAST_FLOOD: 9, NEIGH_SUPPRESS: 32 } as const;
export const IFLA_INET6_ADDR_GEN_MODE = 8;
export const ADDR_GEN_MODE = { EUI64: 0, NONE: 1 } as const;
export const VETH_INFO_PEER = 1;
/** Leave statistics out of link dumps: they are most of the bytes. */
export const RTEXT_FILTER_SKIP_STATS = 1 << 3;

export const NDA = { DST: 1, LLADDR: 2, VLAN: 5, MASTER: 9 } as const;
export const NTF = { SELF: 0x02, MASTER: 0x04, EXT_LEARNED: 0x10 } as const;
export const NUD = { REACHABLE: 0x02, NOARP: 0x40, PERMANENT: 0x80 } as const;

export const IFA = { ADDRESS: 1, LOCAL: 2, FLAGS: 8 } as const;
export const IFA_F = { NODAD: 0x02, PERMANENT: 0x80, NOPREFIXROUTE: 0x200 } as const;

export const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PRIORITY: 6, TABLE: 15 } as const;
export const RT_TABLE_MAIN = 254;
export const RT_SCOPE = { UNIVERSE: 0, LINK: 253 } as const;
export const RTN_UNICAST = 1;
/**
 * Route protocol number of every route that Weft makes: its mark in the kernel (`ip route show proto 87`; 87 is "W").
 * Unassigned in rtnetlink.h and in iproute2's rt_protos.
 */
export const RTPROT_WEFT = 87;

export const NETLINK_ROUTE = 0;
export const SOL_NETLINK = 270;
export const NETLINK_OPT = { ADD_MEMBERSHIP: 1, CAP_ACK: 10, EXT_ACK: 11, GET_STRICT_CHK: 12 } as const;
