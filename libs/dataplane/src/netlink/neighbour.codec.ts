import { bytesToIp, bytesToMac, ipToBytes, macToBytes } from './address-bytes';
import { AF, NDA, NLM_F, NTF, NUD, RTM } from './constants';
import type { NetlinkMessage, NetlinkRequest } from './message';
import { Attributes, readAttributes, request } from './message';

/** The address of frames whose destination is in no table: a VXLAN device floods them to each destination of this entry. */
export const FLOOD_MAC = '00:00:00:00:00:00';

/** A neighbour or forwarding entry as the kernel tells of it (both are one message family). */
export interface NeighbourState {
  readonly family: 'bridge' | 'inet';
  readonly ifindex: number;
  readonly state: number;
  readonly flags: number;
  readonly mac: string;
  /** `inet`: the protocol address; `bridge` on a VXLAN device: the remote endpoint. */
  readonly dst: string | null;
  /** `bridge`: ifindex of the bridge when the entry is the bridge's, not the device's own. */
  readonly master: number;
}

const ndmsg = (family: number, ifindex: number, state: number, flags: number): Buffer => {
  const buffer = Buffer.alloc(12);
  buffer.writeUInt8(family, 0);
  buffer.writeInt32LE(ifindex, 4);
  buffer.writeUInt16LE(state, 8);
  buffer.writeUInt8(flags, 10);
  return buffer;
};

export const dumpForwarding = (): NetlinkRequest => request(RTM.GETNEIGH, 0, ndmsg(AF.BRIDGE, 0, 0, 0));
export const dumpNeighbours = (): NetlinkRequest => request(RTM.GETNEIGH, 0, ndmsg(AF.UNSPEC, 0, 0, 0));

export function decodeNeighbour({ payload }: Pick<NetlinkMessage, 'payload'>): NeighbourState {
  const attributes = readAttributes(payload, 12);
  const dst = attributes.get(NDA.DST);
  return {
    family: payload.readUInt8(0) === AF.BRIDGE ? 'bridge' : 'inet',
    ifindex: payload.readInt32LE(4),
    state: payload.readUInt16LE(8),
    flags: payload.readUInt8(10),
    mac: bytesToMac(attributes.get(NDA.LLADDR) ?? Buffer.alloc(0)),
    dst: dst ? bytesToIp(dst) : null,
    master: attributes.get(NDA.MASTER)?.readUInt32LE(0) ?? 0,
  };
}

/** A VXLAN device's own entry: frames for `mac` go to the endpoint `dst`. The flood address may have many destinations. */
export const setTunnelEntry = (ifindex: number, mac: string, dst: string): NetlinkRequest =>
  request(
    RTM.NEWNEIGH,
    NLM_F.CREATE | (mac === FLOOD_MAC ? NLM_F.APPEND : NLM_F.REPLACE),
    ndmsg(AF.BRIDGE, ifindex, NUD.PERMANENT, NTF.SELF),
    new Attributes().bytes(NDA.LLADDR, macToBytes(mac)).bytes(NDA.DST, ipToBytes(dst)),
  );

export const deleteTunnelEntry = (ifindex: number, mac: string, dst: string): NetlinkRequest =>
  request(
    RTM.DELNEIGH,
    0,
    ndmsg(AF.BRIDGE, ifindex, 0, NTF.SELF),
    new Attributes().bytes(NDA.LLADDR, macToBytes(mac)).bytes(NDA.DST, ipToBytes(dst)),
  );

/** The bridge's entry: `mac` is behind this port. NOARP is what `bridge fdb` calls "static". */
export const setBridgeEntry = (ifindex: number, mac: string): NetlinkRequest =>
  request(
    RTM.NEWNEIGH,
    NLM_F.CREATE | NLM_F.REPLACE,
    ndmsg(AF.BRIDGE, ifindex, NUD.NOARP, NTF.MASTER),
    new Attributes().bytes(NDA.LLADDR, macToBytes(mac)),
  );

export const deleteBridgeEntry = (ifindex: number, mac: string): NetlinkRequest =>
  request(
    RTM.DELNEIGH,
    0,
    ndmsg(AF.BRIDGE, ifindex, 0, NTF.MASTER),
    new Attributes().bytes(NDA.LLADDR, macToBytes(mac)),
  );

const familyOf = (ip: Buffer): number => (ip.length === 4 ? AF.INET : AF.INET6);

export function setNeighbour(ifindex: number, ip: string, mac: string): NetlinkRequest {
  const bytes = ipToBytes(ip);
  return request(
    RTM.NEWNEIGH,
    NLM_F.CREATE | NLM_F.REPLACE,
    ndmsg(familyOf(bytes), ifindex, NUD.PERMANENT, 0),
    new Attributes().bytes(NDA.DST, bytes).bytes(NDA.LLADDR, macToBytes(mac)),
  );
}

export function deleteNeighbour(ifindex: number, ip: string): NetlinkRequest {
  const bytes = ipToBytes(ip);
  return request(RTM.DELNEIGH, 0, ndmsg(familyOf(bytes), ifindex, 0, 0), new Attributes().bytes(NDA.DST, bytes));
}
