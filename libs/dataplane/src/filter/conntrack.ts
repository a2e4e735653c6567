import { formatIp } from '@weft/net';
import type { Ip } from '@weft/net';
import { AF, CT_MSG, NETLINK_NETFILTER, NFNL_SUBSYS } from '../netlink/constants';
import type { AttributeMap } from '../netlink/message';
import { Attributes, readAttributes, request } from '../netlink/message';
import { nfHead, nfMessage } from '../netlink/netfilter';
import type { NetlinkError } from '../netlink/socket';
import { NetlinkSocket } from '../netlink/socket';

/** Attributes of linux/netfilter/nfnetlink_conntrack.h. */
const CTA = { TUPLE_ORIG: 1, ID: 12, ZONE: 18 } as const;
const CTA_TUPLE = { IP: 1, PROTO: 2 } as const;
const CTA_IP = { V4_SRC: 1, V4_DST: 2, V6_SRC: 3, V6_DST: 4 } as const;
const CTA_PROTO = {
  NUM: 1,
  SRC_PORT: 2,
  DST_PORT: 3,
  ICMP_TYPE: 5,
  ICMP_CODE: 6,
  ICMPV6_TYPE: 8,
  ICMPV6_CODE: 9,
} as const;

/** A flow that connection tracking knows, as its first packet went. */
export interface Flow {
  readonly zone: number;
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmp?: { readonly type: number; readonly code: number };
  /** As the kernel wants to hear it again. */
  readonly raw: { readonly family: number; readonly tuple: Buffer; readonly id: Buffer };
}

/** The kernel's flows in the network namespace in which the thread is when it is made. */
export class Conntrack {
  private readonly socket = new NetlinkSocket(NETLINK_NETFILTER);

  /** Flows of these zones. */
  list(zones: ReadonlySet<number>): Flow[] {
    const dump = request(nfMessage(NFNL_SUBSYS.CTNETLINK, CT_MSG.GET), 0, nfHead(AF.UNSPEC));
    return this.socket.dump(dump).flatMap(({ payload }) => {
      const attributes = readAttributes(payload, 4);
      const zone = attributes.get(CTA.ZONE)?.readUInt16BE(0) ?? 0;
      return zones.has(zone) ? (decode(payload.readUInt8(0), zone, attributes) ?? []) : [];
    });
  }

  /** Forgets flows; one that is gone already is no failure. @returns how many were there. */
  cut(flows: readonly Flow[]): number {
    const refused = this.socket.transact(flows.map(deletion)).filter((error): error is NetlinkError => error !== null);
    const failed = refused.find(({ code }) => code !== 'ENOENT');
    if (failed) throw failed;
    return flows.length - refused.length;
  }

  /** Forgets all flows of a zone. */
  flush(zone: number): void {
    this.cut(this.list(new Set([zone])));
  }

  close(): void {
    this.socket.close();
  }
}

function decode(family: number, zone: number, attributes: AttributeMap): Flow | null {
  const [tuple, id] = [attributes.get(CTA.TUPLE_ORIG), attributes.get(CTA.ID)];
  if (!tuple || !id) return null;
  const parts = readAttributes(tuple);
  const ip = readAttributes(parts.get(CTA_TUPLE.IP) ?? Buffer.alloc(0));
  const proto = readAttributes(parts.get(CTA_TUPLE.PROTO) ?? Buffer.alloc(0));
  const source = toIp(ip.get(CTA_IP.V4_SRC) ?? ip.get(CTA_IP.V6_SRC));
  const destination = toIp(ip.get(CTA_IP.V4_DST) ?? ip.get(CTA_IP.V6_DST));
  if (!source || !destination) return null;
  const type = (proto.get(CTA_PROTO.ICMP_TYPE) ?? proto.get(CTA_PROTO.ICMPV6_TYPE))?.readUInt8(0);
  const code = (proto.get(CTA_PROTO.ICMP_CODE) ?? proto.get(CTA_PROTO.ICMPV6_CODE))?.readUInt8(0);
  const [from, to] = [proto.get(CTA_PROTO.SRC_PORT)?.readUInt16BE(0), proto.get(CTA_PROTO.DST_PORT)?.readUInt16BE(0)];
  return {
    ...{ zone, source, destination, protocol: proto.get(CTA_PROTO.NUM)?.readUInt8(0) ?? 0 },
    ...(from !== undefined && { sourcePort: from }),
    ...(to !== undefined && { destinationPort: to }),
    ...(type !== undefined && code !== undefined && { icmp: { type, code } }),
    raw: { family, tuple, id },
  };
}

const toIp = (bytes: Buffer | undefined): Ip | null =>
  bytes ? { version: bytes.length === 4 ? 4 : 6, value: BigInt(`0x${bytes.toString('hex')}`) } : null;

const deletion = ({ zone, raw }: Flow) =>
  request(
    nfMessage(NFNL_SUBSYS.CTNETLINK, CT_MSG.DELETE),
    0,
    nfHead(raw.family),
    new Attributes()
      .bytes(CTA.TUPLE_ORIG | 0x8000, raw.tuple)
      .u16be(CTA.ZONE, zone)
      .bytes(CTA.ID, raw.id),
  );

/** As a person would name it. */
export const describeFlow = ({ source, destination, protocol, destinationPort }: Flow): string =>
  `${formatIp(source)} → ${formatIp(destination)} protocol ${protocol}${destinationPort === undefined ? '' : ` port ${destinationPort}`}`;
