/** Numbers of linux/netlink.h, rtnetlink.h, if_link.h, neighbour.h, if_addr.h: only those in use. */

/** Of nftables: no address family of sockets. */
export const NFPROTO_BRIDGE = 7;
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
  NEWQDISC: 36,
  DELQDISC: 37,
  GETQDISC: 38,
  NEWTFILTER: 44,
  DELTFILTER: 45,
  GETTFILTER: 46,
} as const;

/** Multicast groups, as numbers for NETLINK_ADD_MEMBERSHIP. */
export const RTNLGRP = {
  LINK: 1,
  NEIGH: 3,
  TC: 4,
  IPV4_IFADDR: 5,
  IPV4_ROUTE: 7,
  IPV6_IFADDR: 9,
  IPV6_ROUTE: 11,
} as const;

export const IFF_UP = 0x1;
export const IFF_PROMISC = 0x100;

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
  GROUP: 27,
  NET_NS_FD: 28,
  EXT_MASK: 29,
  LINK_NETNSID: 37,
} as const;
export const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
/** linux/if_bridge.h */
export const BR_BOOLOPT_NO_LL_LEARN = 1;
export const IFLA_BR = {
  FORWARD_DELAY: 1,
  AGEING_TIME: 4,
  STP_STATE: 5,
  MCAST_SNOOPING: 23,
  MULTI_BOOLOPT: 46,
} as const;
export const IFLA_VXLAN = { ID: 1, LOCAL: 4, TTL: 5, LEARNING: 7, PORT: 15, LOCAL6: 17 } as const;
export const IFLA_VLAN = { ID: 1, PROTOCOL: 5 } as const;
export const IFLA_BRPORT = { LEARNING: 8, UNICAST_FLOOD: 9, NEIGH_SUPPRESS: 32 } as const;
export const IFLA_INET6_ADDR_GEN_MODE = 8;
export const ADDR_GEN_MODE = { EUI64: 0, NONE: 1 } as const;
export const VETH_INFO_PEER = 1;
/** Leave statistics out of link dumps: they are most of the bytes. */
export const RTEXT_FILTER_SKIP_STATS = 1 << 3;

/**
 * Device group of every device that Weft makes under a name which is not its own by nature: its mark (`ip link show group 87`). A group,
 * unlike an alias, can be given at birth, so that no crash leaves a device without it.
 */
export const LINK_GROUP_WEFT = 87;

export const ETH_P = { ALL: 0x0003, VLAN: 0x8100 } as const;

export const TCA = { KIND: 1, OPTIONS: 2 } as const;
/** Where a clsact qdisc is, and the list of filters that it runs on what comes in (linux/pkt_sched.h, TC_H_*). */
export const TC_H = {
  CLSACT: 0xfffffff1,
  CLSACT_HANDLE: 0xffff0000,
  CLSACT_INGRESS: 0xfffffff2,
  ROOT: 0xffffffff,
} as const;
export const TCA_BPF = { ACT: 1, FD: 6, NAME: 7, FLAGS: 8 } as const;
export const TCA_BPF_FLAG_ACT_DIRECT = 1;
export const TCA_TBF = { PARMS: 1, BURST: 6 } as const;
export const TCA_ACT = { KIND: 1, OPTIONS: 2 } as const;
export const TCA_MIRRED_PARMS = 2;
export const TCA_EGRESS_REDIR = 1;
export const TC_ACT_STOLEN = 4;
/** Major number of every qdisc that Weft makes: its mark (`tc qdisc`: 5745:, "WE"). */
export const QDISC_HANDLE_WEFT = 0x57450000;

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
export const NETLINK_NETFILTER = 12;
/** Subsystems of netfilter, and of each the messages in use (linux/netfilter/nfnetlink*.h). */
export const NFNL_SUBSYS = { CTNETLINK: 1, ULOG: 4, NFTABLES: 10 } as const;
export const NFT_MSG = { GETSETELEM: 13, NEWGEN: 15, GETGEN: 16, GETOBJ: 19 } as const;
export const CT_MSG = { NEW: 0, GET: 1, DELETE: 2 } as const;
/** Every change of nftables (linux/netfilter/nfnetlink.h). */
export const NFNLGRP_NFTABLES = 7;
export const SOL_NETLINK = 270;
export const NETLINK_OPT = { ADD_MEMBERSHIP: 1, CAP_ACK: 10, EXT_ACK: 11, GET_STRICT_CHK: 12 } as const;
