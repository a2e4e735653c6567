import { ipToBytes, bytesToIp, macToBytes, bytesToMac } from './address-bytes';
import {
  ADDR_GEN_MODE,
  AF,
  ETH_P,
  IFF_PROMISC,
  IFF_UP,
  IFLA,
  IFLA_BR,
  IFLA_BRPORT,
  IFLA_INET6_ADDR_GEN_MODE,
  IFLA_INFO,
  IFLA_VLAN,
  IFLA_VXLAN,
  LINK_GROUP_WEFT,
  NLM_F,
  RTEXT_FILTER_SKIP_STATS,
  RTM,
  VETH_INFO_PEER,
  BR_BOOLOPT_NO_LL_LEARN,
} from './constants';
import type { NetlinkRequest } from './message';
import { Attributes, attrString, attrU32, attrU8, readAttributes, request } from './message';

/** A network device as the kernel tells of it. */
export interface LinkState {
  readonly index: number;
  readonly name: string;
  /** `bridge`, `vxlan`, `veth`, `tun`, …; empty for a physical device. */
  readonly kind: string;
  readonly up: boolean;
  readonly mtu: number;
  readonly mac: string;
  /** ifindex of the bridge it is in; 0: none. */
  readonly master: number;
  /** As set from outside; a bridge makes its ports promiscuous without it. */
  readonly promiscuous: boolean;
  /** Device group: {@link LINK_GROUP_WEFT} is our mark. */
  readonly group: number;
  /** ifindex of what it hangs on (a VLAN's card), or of its other end (veth); 0: none, or in another namespace. */
  readonly lower: number;
  /** Kernel creates no link-local IPv6 address by itself. */
  readonly noAutoAddress: boolean;
  readonly vxlan?: {
    readonly vni: number;
    readonly local: string | null;
    readonly port: number;
    readonly learning: boolean;
  };
  /** Of a device of kind `vlan` (IEEE 802.1Q). */
  readonly vlanId?: number;
  /** Of a bridge: also from frames that no rule sees. */
  readonly learnsLinkLocal?: boolean;
  readonly bridgePort?: { readonly neighSuppress: boolean; readonly learning: boolean };
}

const ifinfomsg = (family: number, index: number, flags = 0, change = 0): Buffer => {
  const buffer = Buffer.alloc(16);
  buffer.writeUInt8(family, 0);
  buffer.writeInt32LE(index, 4);
  buffer.writeUInt32LE(flags, 8);
  buffer.writeUInt32LE(change, 12);
  return buffer;
};

export const dumpLinks = (): NetlinkRequest =>
  request(RTM.GETLINK, 0, ifinfomsg(AF.UNSPEC, 0), new Attributes().u32(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS));

export const getLink = (which: { name: string } | { index: number }): NetlinkRequest => {
  const attributes = new Attributes().u32(IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  if ('name' in which) attributes.string(IFLA.IFNAME, which.name);
  return request(RTM.GETLINK, 0, ifinfomsg(AF.UNSPEC, 'index' in which ? which.index : 0), attributes);
};

/** @param payload of RTM_NEWLINK or RTM_DELLINK. */
export function decodeLink(payload: Buffer): LinkState {
  const attributes = readAttributes(payload, 16);
  const info = readAttributes(attributes.get(IFLA.LINKINFO) ?? Buffer.alloc(0));
  const kind = attrString(info, IFLA_INFO.KIND) ?? '';
  const data = readAttributes(info.get(IFLA_INFO.DATA) ?? Buffer.alloc(0));
  const slave =
    attrString(info, IFLA_INFO.SLAVE_KIND) === 'bridge' ? readAttributes(info.get(IFLA_INFO.SLAVE_DATA)!) : undefined;
  const inet6 = readAttributes(
    readAttributes(attributes.get(IFLA.AF_SPEC) ?? Buffer.alloc(0)).get(AF.INET6) ?? Buffer.alloc(0),
  );
  const local = data.get(IFLA_VXLAN.LOCAL) ?? data.get(IFLA_VXLAN.LOCAL6);
  return {
    index: payload.readInt32LE(4),
    name: attrString(attributes, IFLA.IFNAME) ?? '',
    kind,
    up: (payload.readUInt32LE(8) & IFF_UP) !== 0,
    mtu: attrU32(attributes, IFLA.MTU) ?? 0,
    mac: bytesToMac(attributes.get(IFLA.ADDRESS) ?? Buffer.alloc(0)),
    master: attrU32(attributes, IFLA.MASTER) ?? 0,
    promiscuous: (payload.readUInt32LE(8) & IFF_PROMISC) !== 0,
    group: attrU32(attributes, IFLA.GROUP) ?? 0,
    lower: attributes.has(IFLA.LINK_NETNSID) ? 0 : (attrU32(attributes, IFLA.LINK) ?? 0),
    noAutoAddress: attrU8(inet6, IFLA_INET6_ADDR_GEN_MODE) === ADDR_GEN_MODE.NONE,
    ...(kind === 'bridge' && {
      learnsLinkLocal: ((data.get(IFLA_BR.MULTI_BOOLOPT)?.readUInt32LE(0) ?? 0) & BR_BOOLOPT_NO_LL_LEARN) === 0,
    }),
    ...(kind === 'vxlan' && {
      vxlan: {
        vni: attrU32(data, IFLA_VXLAN.ID) ?? 0,
        local: local ? bytesToIp(local) : null,
        port: data.get(IFLA_VXLAN.PORT)?.readUInt16BE(0) ?? 0,
        learning: attrU8(data, IFLA_VXLAN.LEARNING) === 1,
      },
    }),
    ...(kind === 'vlan' && { vlanId: data.get(IFLA_VLAN.ID)?.readUInt16LE(0) ?? 0 }),
    ...(slave && {
      bridgePort: {
        neighSuppress: attrU8(slave, IFLA_BRPORT.NEIGH_SUPPRESS) === 1,
        learning: attrU8(slave, IFLA_BRPORT.LEARNING) === 1,
      },
    }),
  };
}

/** What may be set on an existing device in one request; what is absent stays. */
export interface LinkChange {
  readonly mtu?: number;
  readonly up?: boolean;
  /** ifindex of the bridge; 0 takes it out of its bridge. */
  readonly master?: number;
  readonly noAutoAddress?: boolean;
  readonly promiscuous?: boolean;
}

const withChange = (attributes: Attributes, change: LinkChange): Attributes => {
  if (change.mtu !== undefined) attributes.u32(IFLA.MTU, change.mtu);
  if (change.master !== undefined) attributes.u32(IFLA.MASTER, change.master);
  return attributes;
};

const addressGeneration = (attributes: Attributes): Attributes =>
  attributes.nest(
    IFLA.AF_SPEC,
    new Attributes().nest(AF.INET6, new Attributes().u8(IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_MODE.NONE)),
  );

/** `noAutoAddress` is refused (EAFNOSUPPORT) by a device without IPv6: one with an MTU below 1280, or while it is being created. */
export function setLink(index: number, change: LinkChange): NetlinkRequest {
  const attributes = withChange(new Attributes(), change);
  if (change.noAutoAddress) addressGeneration(attributes);
  const [up, promiscuous] = [flagChange(change.up, IFF_UP), flagChange(change.promiscuous, IFF_PROMISC)];
  return request(
    RTM.SETLINK,
    0,
    ifinfomsg(AF.UNSPEC, index, up.flags | promiscuous.flags, up.mask | promiscuous.mask),
    attributes,
  );
}

const flagChange = (value: boolean | undefined, flag: number): { flags: number; mask: number } => ({
  flags: value ? flag : 0,
  mask: value === undefined ? 0 : flag,
});

/**
 * STP off, no forwarding delay, no snooping: ports forward from the first frame. The device is made down.
 * @param mac given, it stays: otherwise a bridge takes the lowest of its ports' and loses all its neighbours at each change.
 */
export function createBridge(name: string, mtu: number, mac: string): NetlinkRequest {
  const data = new Attributes()
    .u32(IFLA_BR.FORWARD_DELAY, 0)
    .u32(IFLA_BR.STP_STATE, 0)
    .u8(IFLA_BR.MCAST_SNOOPING, 0)
    .bytes(IFLA_BR.MULTI_BOOLOPT, NO_LINK_LOCAL_LEARNING);
  return createLink(name, new Attributes().u32(IFLA.MTU, mtu).bytes(IFLA.ADDRESS, macToBytes(mac)), 'bridge', data);
}

/** struct br_boolopt_multi: value, mask. */
const NO_LINK_LOCAL_LEARNING = Buffer.alloc(8);
NO_LINK_LOCAL_LEARNING.writeUInt32LE(BR_BOOLOPT_NO_LL_LEARN, 0);
NO_LINK_LOCAL_LEARNING.writeUInt32LE(BR_BOOLOPT_NO_LL_LEARN, 4);

/** The bridge learns nothing from frames to link-local groups (IEEE 802.1D, 01:80:c2:00:00:0x): they go past every rule. */
export function setNoLinkLocalLearning(index: number): NetlinkRequest {
  const data = new Attributes().bytes(IFLA_BR.MULTI_BOOLOPT, NO_LINK_LOCAL_LEARNING);
  const info = new Attributes().string(IFLA_INFO.KIND, 'bridge').nest(IFLA_INFO.DATA, data);
  return request(RTM.NEWLINK, 0, ifinfomsg(AF.UNSPEC, index), new Attributes().nest(IFLA.LINKINFO, info));
}

/**
 * A VXLAN device (RFC 7348) without an underlay device: the routing table chooses the way to each endpoint, so that the MTU
 * is ours to set and an underlay may change its cards.
 */
export function createVxlan(
  name: string,
  options: { vni: number; local: string; port: number; mtu: number; master: number },
): NetlinkRequest {
  const local = ipToBytes(options.local);
  const data = new Attributes()
    .u32(IFLA_VXLAN.ID, options.vni)
    .bytes(local.length === 4 ? IFLA_VXLAN.LOCAL : IFLA_VXLAN.LOCAL6, local)
    .u8(IFLA_VXLAN.TTL, 64)
    .u8(IFLA_VXLAN.LEARNING, 0)
    .u16be(IFLA_VXLAN.PORT, options.port);
  return createLink(name, new Attributes().u32(IFLA.MTU, options.mtu).u32(IFLA.MASTER, options.master), 'vxlan', data);
}

/** A veth pair: `name` here, its peer in the namespace of the open descriptor. */
export function createVeth(
  name: string,
  peer: { name: string; mac: string; mtu: number; netnsFd: number },
): NetlinkRequest {
  const there = new Attributes()
    .string(IFLA.IFNAME, peer.name)
    .bytes(IFLA.ADDRESS, macToBytes(peer.mac))
    .u32(IFLA.MTU, peer.mtu)
    .u32(IFLA.NET_NS_FD, peer.netnsFd);
  const data = new Attributes().nest(VETH_INFO_PEER, there, ifinfomsg(AF.UNSPEC, 0));
  return createLink(name, new Attributes().u32(IFLA.MTU, peer.mtu), 'veth', data);
}

/** A veth pair whose ends are both here. @param group of the first end; {@link LINK_GROUP_WEFT} is our mark. */
export function createVethPair(name: string, peer: string, mtu: number, group: number): NetlinkRequest {
  const there = new Attributes().string(IFLA.IFNAME, peer).u32(IFLA.MTU, mtu);
  const data = new Attributes().nest(VETH_INFO_PEER, there, ifinfomsg(AF.UNSPEC, 0));
  return createLink(name, new Attributes().u32(IFLA.MTU, mtu).u32(IFLA.GROUP, group), 'veth', data);
}

/** A device whose queue shapes what other devices receive, with our mark. */
export const createIfb = (name: string, mtu: number): NetlinkRequest =>
  createLink(name, new Attributes().u32(IFLA.MTU, mtu).u32(IFLA.GROUP, LINK_GROUP_WEFT), 'ifb', new Attributes());

/** An IEEE 802.1Q sub-interface of the device `parent` (ifindex). @param group {@link LINK_GROUP_WEFT} is our mark. */
export function createVlan(
  name: string,
  { parent, vid, mtu, group }: { parent: number; vid: number; mtu: number; group: number },
): NetlinkRequest {
  const data = new Attributes().u16(IFLA_VLAN.ID, vid).u16be(IFLA_VLAN.PROTOCOL, ETH_P.VLAN);
  const attributes = new Attributes().u32(IFLA.MTU, mtu).u32(IFLA.GROUP, group).u32(IFLA.LINK, parent);
  return createLink(name, attributes, 'vlan', data);
}

function createLink(name: string, attributes: Attributes, kind: string, data: Attributes): NetlinkRequest {
  const info = new Attributes().string(IFLA_INFO.KIND, kind).nest(IFLA_INFO.DATA, data);
  attributes.string(IFLA.IFNAME, name).nest(IFLA.LINKINFO, info);
  return request(RTM.NEWLINK, NLM_F.CREATE | NLM_F.EXCL, ifinfomsg(AF.UNSPEC, 0), attributes);
}

/** Bridge port options, as `bridge link set dev X learning off neigh_suppress on`. */
export function setBridgePort(index: number, port: { learning: boolean; neighSuppress?: boolean }): NetlinkRequest {
  const options = new Attributes().u8(IFLA_BRPORT.LEARNING, port.learning ? 1 : 0);
  if (port.neighSuppress !== undefined) options.u8(IFLA_BRPORT.NEIGH_SUPPRESS, port.neighSuppress ? 1 : 0);
  return request(RTM.SETLINK, 0, ifinfomsg(AF.BRIDGE, index), new Attributes().nest(IFLA.PROTINFO, options));
}

export const deleteLink = (index: number): NetlinkRequest => request(RTM.DELLINK, 0, ifinfomsg(AF.UNSPEC, index));
