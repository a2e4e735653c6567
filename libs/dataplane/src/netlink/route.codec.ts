import { bytesToIp, ipToBytes } from './address-bytes';
import { AF, NLM_F, RTA, RTM, RTN_UNICAST, RTPROT_WEFT, RT_SCOPE, RT_TABLE_MAIN } from './constants';
import type { NetlinkRequest } from './message';
import { Attributes, attrU32, readAttributes, request } from './message';

export interface RouteState {
  /** `0.0.0.0/0`, `::/0` or a prefix. */
  readonly destination: string;
  readonly gateway: string;
  readonly ifindex: number;
}

const rtmsg = (family: number, dstLength: number, protocol: number): Buffer =>
  Buffer.from([family, dstLength, 0, 0, RT_TABLE_MAIN, protocol, RT_SCOPE.UNIVERSE, RTN_UNICAST, 0, 0, 0, 0]);

export const dumpRoutes = (family: 4 | 6): NetlinkRequest =>
  request(RTM.GETROUTE, 0, Buffer.concat([Buffer.from([family === 4 ? AF.INET : AF.INET6]), Buffer.alloc(11)]));

/** @returns null for a route which is not marked as Weft's. */
export function decodeRoute(payload: Buffer): RouteState | null {
  if (payload.readUInt8(5) !== RTPROT_WEFT) return null;
  const attributes = readAttributes(payload, 12);
  const any = payload.readUInt8(0) === AF.INET ? '0.0.0.0' : '::';
  const dst = attributes.get(RTA.DST);
  const gateway = attributes.get(RTA.GATEWAY);
  return {
    destination: `${dst ? bytesToIp(dst) : any}/${payload.readUInt8(1)}`,
    gateway: gateway ? bytesToIp(gateway) : any,
    ifindex: attrU32(attributes, RTA.OIF) ?? 0,
  };
}

function describe({ destination, gateway, ifindex }: RouteState): [Buffer, Attributes] {
  const [prefix, length] = destination.split('/') as [string, string];
  const bytes = ipToBytes(prefix);
  const attributes = new Attributes();
  if (length !== '0') attributes.bytes(RTA.DST, bytes);
  attributes.bytes(RTA.GATEWAY, ipToBytes(gateway)).u32(RTA.OIF, ifindex);
  return [rtmsg(bytes.length === 4 ? AF.INET : AF.INET6, Number(length), RTPROT_WEFT), attributes];
}

export const setRoute = (route: RouteState): NetlinkRequest =>
  request(RTM.NEWROUTE, NLM_F.CREATE | NLM_F.REPLACE, ...describe(route));

export const deleteRoute = (route: RouteState): NetlinkRequest => request(RTM.DELROUTE, 0, ...describe(route));
