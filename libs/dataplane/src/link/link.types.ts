import { LINK_GROUP_WEFT } from '../netlink/constants';

/** `brq` + the first 11 characters of the network's UUID. */
export interface BridgeSpec {
  readonly kind: 'bridge';
  readonly name: string;
  readonly mtu: number;
}

/** `vxlan-<vni>`, in its bridge. */
export interface VxlanSpec {
  readonly kind: 'vxlan';
  readonly name: string;
  readonly mtu: number;
  readonly master: string;
  readonly vni: number;
  /** Underlay address of this node's tunnel endpoint. */
  readonly local: string;
  /** The bridge answers ARP and ND for known neighbours itself; undefined: this kernel cannot. */
  readonly neighSuppress: boolean | undefined;
  /** The bridge learns which addresses are behind the tunnel: where some of them move. */
  readonly learning: boolean;
}

/** A veth pair that we make: `name` here in the bridge, its peer in a namespace of ours. */
export interface VethSpec {
  readonly kind: 'veth';
  readonly name: string;
  readonly mtu: number;
  readonly master: string;
  readonly up: boolean;
  readonly peer: { readonly netns: string; readonly name: string; readonly mac: string };
}

/** Somebody else's device (an instance's tap): never made nor removed by us, only put in its bridge. */
export interface TapSpec {
  readonly kind: 'tap';
  readonly name: string;
  readonly mtu: number;
  readonly master: string;
  readonly up: boolean;
}

/** A physical card put in the bridge of a flat network. */
export interface NicSpec {
  readonly kind: 'nic';
  readonly name: string;
  readonly master: string;
}

export type VlanTechnique = '8021q' | 'bpf';

/** The sub-interface of a card or of an instance's tap: what bears this VLAN's tag there (IEEE 802.1Q). */
export interface VlanSpec {
  readonly kind: 'vlan';
  readonly name: string;
  readonly mtu: number;
  readonly master: string;
  readonly up: boolean;
  readonly parent: string;
  /** 1 to 4094. */
  readonly vid: number;
  readonly technique: VlanTechnique;
}

/** The queue of what an instance sends: redirected to it, shaped, and taken up again where it was. */
export interface IfbSpec {
  readonly kind: 'ifb';
  readonly name: string;
  readonly mtu: number;
}

export type LinkSpec = BridgeSpec | VxlanSpec | VethSpec | TapSpec | NicSpec | VlanSpec | IfbSpec;

/** IANA port of VXLAN (RFC 7348). */
export const VXLAN_PORT = 4789;

/** First 11 characters of a UUID: what of it fits a device name. */
const STUB = '[0-9a-f]{8}-[0-9a-f]{2}';
const BRIDGE = new RegExp(`^brq${STUB}$`);
const TAP = new RegExp(`^tap${STUB}$`);
const VXLAN = /^vxlan-(\d+)$/;

/** The marks by which devices are known to be ours (the table in services/node-agent/DESIGN.md). */
export const isOurBridge = (link: { name: string; kind: string }): boolean =>
  link.kind === 'bridge' && BRIDGE.test(link.name);
export const isOurVxlan = (link: { name: string; kind: string; vxlan?: { vni: number } }): boolean =>
  link.kind === 'vxlan' && VXLAN.exec(link.name)?.[1] === String(link.vxlan?.vni);
/** Sub-interfaces, and whatever else has a name that others may use. */
export const isOfOurGroup = (link: { group: number }): boolean => link.group === LINK_GROUP_WEFT;
export const isTapName = (name: string): boolean => TAP.test(name);
