import {
  AF,
  ETH_P,
  NLM_F,
  QDISC_HANDLE_WEFT,
  RTM,
  TCA,
  TCA_ACT,
  TCA_BPF,
  TCA_BPF_FLAG_ACT_DIRECT,
  TCA_EGRESS_REDIR,
  TCA_MIRRED_PARMS,
  TCA_TBF,
  TC_ACT_STOLEN,
  TC_H,
} from './constants';
import type { NetlinkMessage, NetlinkRequest } from './message';
import { Attributes, attrString, readAttributes, request } from './message';

/** A BPF filter on what a device receives, known by its place (priority) and its name. */
export interface FilterState {
  readonly ifindex: number;
  /** 1 to 65535: lower ones run first. */
  readonly priority: number;
  /** Empty for a filter of another kind. */
  readonly name: string;
}

const tcmsg = (ifindex: number, handle: number, parent: number, info = 0): Buffer => {
  const buffer = Buffer.alloc(20);
  buffer.writeUInt8(AF.UNSPEC, 0);
  buffer.writeInt32LE(ifindex, 4);
  buffer.writeUInt32LE(handle >>> 0, 8);
  buffer.writeUInt32LE(parent >>> 0, 12);
  buffer.writeUInt32LE(info >>> 0, 16);
  return buffer;
};

/** Priority and protocol in one number; the protocol is in network order. */
const filterInfo = (priority: number, protocol: number): number =>
  ((priority << 16) | ((protocol & 0xff) << 8) | (protocol >> 8)) >>> 0;

/** A place for filters on both ways of a device. Nothing happens when there is one already. */
export const ensureClsact = (ifindex: number): NetlinkRequest =>
  request(
    RTM.NEWQDISC,
    NLM_F.CREATE,
    tcmsg(ifindex, TC_H.CLSACT_HANDLE, TC_H.CLSACT),
    new Attributes().string(TCA.KIND, 'clsact'),
  );

export const ingressFilters = (ifindex: number): NetlinkRequest =>
  request(RTM.GETTFILTER, 0, tcmsg(ifindex, 0, TC_H.CLSACT_INGRESS));

/**
 * A program on what the device receives, in the place of whatever is there; its verdict is final (direct action).
 * @param program descriptor; closed when the request is sent.
 */
export const setIngressProgram = (filter: FilterState, program: number, protocol: number = ETH_P.ALL): NetlinkRequest =>
  setFilter(filter, program, protocol, new Attributes().u32(TCA_BPF.FLAGS, TCA_BPF_FLAG_ACT_DIRECT));

/** What the program matches of what the device receives goes out of device `target` (ifindex), by way of its queue. */
export function setIngressRedirect(filter: FilterState, program: number, target: number): NetlinkRequest {
  // struct tc_mirred: index, capabilities, action, two counts, what to do, and where.
  const parms = Buffer.alloc(28);
  parms.writeInt32LE(TC_ACT_STOLEN, 8);
  parms.writeInt32LE(TCA_EGRESS_REDIR, 20);
  parms.writeUInt32LE(target, 24);
  const action = new Attributes()
    .string(TCA_ACT.KIND, 'mirred')
    .nest(TCA_ACT.OPTIONS, new Attributes().bytes(TCA_MIRRED_PARMS, parms));
  return setFilter(filter, program, ETH_P.ALL, new Attributes().nest(TCA_BPF.ACT, new Attributes().nest(1, action)));
}

function setFilter(
  { ifindex, priority, name }: FilterState,
  program: number,
  protocol: number,
  then: Attributes,
): NetlinkRequest {
  const options = then.u32(TCA_BPF.FD, program).string(TCA_BPF.NAME, name);
  const attributes = new Attributes().string(TCA.KIND, 'bpf').nest(TCA.OPTIONS, options);
  const place = tcmsg(ifindex, 1, TC_H.CLSACT_INGRESS, filterInfo(priority, protocol));
  return { ...request(RTM.NEWTFILTER, NLM_F.CREATE, place, attributes), carries: program };
}

/** Removes every filter of one priority. */
export const deleteIngressFilter = (ifindex: number, priority: number): NetlinkRequest =>
  request(RTM.DELTFILTER, 0, tcmsg(ifindex, 0, TC_H.CLSACT_INGRESS, (priority << 16) >>> 0));

export function decodeFilter({ payload }: NetlinkMessage): FilterState {
  const options = readAttributes(readAttributes(payload, 20).get(TCA.OPTIONS) ?? Buffer.alloc(0));
  return {
    ifindex: payload.readInt32LE(4),
    priority: payload.readUInt32LE(16) >>> 16,
    name: attrString(options, TCA_BPF.NAME) ?? '',
  };
}

/** A token bucket at a device's exit (tc-tbf(8)). */
export interface BucketState {
  readonly ifindex: number;
  /** Bytes per second. */
  readonly rate: number;
  /** Bytes that wait at most. */
  readonly limit: number;
}

const TC_LINKLAYER_ETHERNET = 1;
/** Bytes of `struct tc_tbf_qopt`: two rates of twelve, then limit, buffer, mtu. */
const TBF_PARMS = 36;

/** Made, or changed in place: what waits in it goes on waiting. @param burst bytes that may exceed the rate at once. */
export function setBucket({ ifindex, rate, limit }: BucketState, burst: number): NetlinkRequest {
  const parms = Buffer.alloc(TBF_PARMS);
  // With a link layer named, the kernel computes times itself and needs no table of them.
  parms.writeUInt8(TC_LINKLAYER_ETHERNET, 1);
  parms.writeUInt32LE(rate, 8);
  parms.writeUInt32LE(limit, 24);
  const options = new Attributes().bytes(TCA_TBF.PARMS, parms).u32(TCA_TBF.BURST, burst);
  const attributes = new Attributes().string(TCA.KIND, 'tbf').nest(TCA.OPTIONS, options);
  return request(RTM.NEWQDISC, NLM_F.CREATE | NLM_F.REPLACE, tcmsg(ifindex, QDISC_HANDLE_WEFT, TC_H.ROOT), attributes);
}

export const deleteBucket = (ifindex: number): NetlinkRequest =>
  request(RTM.DELQDISC, 0, tcmsg(ifindex, QDISC_HANDLE_WEFT, TC_H.ROOT));

/** Queues of all devices. */
export const dumpQdiscs = (): NetlinkRequest => request(RTM.GETQDISC, 0, tcmsg(0, 0, 0));

/** A queue as dumped: one of ours as a bucket; of any other only whose it is, and its kind. */
export interface QdiscState {
  readonly ifindex: number;
  readonly kind: string;
  readonly bucket: BucketState | null;
}

export function decodeQdisc({ payload }: NetlinkMessage): QdiscState {
  const ifindex = payload.readInt32LE(4);
  const attributes = readAttributes(payload, 20);
  const kind = attrString(attributes, TCA.KIND) ?? '';
  const parms = readAttributes(attributes.get(TCA.OPTIONS) ?? Buffer.alloc(0)).get(TCA_TBF.PARMS);
  const isOurs = kind === 'tbf' && payload.readUInt32LE(8) === QDISC_HANDLE_WEFT && parms !== undefined;
  const bucket = isOurs ? { ifindex, rate: parms.readUInt32LE(8), limit: parms.readUInt32LE(24) } : null;
  return { ifindex, kind, bucket };
}
