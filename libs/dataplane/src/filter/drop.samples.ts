import { RawNetlinkSocket } from 'netlink/dist/raw';
import type { Direction, Refusal } from '@weft/net';
import { NETLINK_NETFILTER, NFNL_SUBSYS, NLM_F } from '../netlink/constants';
import type { NetlinkMessage } from '../netlink/message';
import { Attributes, attrString, decodeMessages, encodeMessage, readAttributes, request } from '../netlink/message';
import { nfHead, nfMessage } from '../netlink/netfilter';
import { SAMPLE_GROUP, parsePrefix } from './drop.reasons';
import type { PacketSummary } from './packet.summary';
import { summarize } from './packet.summary';

/** linux/netfilter/nfnetlink_log.h */
const NFULNL_MSG = { PACKET: 0, CONFIG: 1 } as const;
const NFULA = { PACKET_HDR: 1, PHYSINDEV: 6, PHYSOUTDEV: 7, PAYLOAD: 9, PREFIX: 10, HWHEADER: 16 } as const;
const NFULA_CFG = { CMD: 1, MODE: 2 } as const;
const CMD_BIND = 1;
const COPY_PACKET = 2;
const COPY_BYTES = 128;

/** A packet that was dropped, of those that are sampled. */
export interface Sample extends PacketSummary {
  readonly reason: Refusal;
  readonly direction: Direction;
  /** Number of the instance's device. */
  readonly device: number;
}

/** Hears the kernel's samples of dropped packets, in the network namespace in which the thread is when it is made. */
export class DropSamples {
  private readonly socket = new RawNetlinkSocket(NETLINK_NETFILTER);
  private closed = false;

  constructor(onSample: (sample: Sample) => void, onLost: (error: Error) => void) {
    this.socket.unref();
    // A socket still open while Node tears itself down would abort the process.
    process.once('exit', this.close);
    this.socket.on('message', (data: Buffer) => {
      // Not inside the native callback: an exception there would abort the process.
      setImmediate(() => {
        if (this.closed) return;
        for (const message of decodeMessages(data)) {
          const sample = decode(message);
          if (sample) onSample(sample);
        }
      });
    });
    this.socket.on('error', (error) => setImmediate(onLost, error));
    const mode = Buffer.alloc(6);
    mode.writeUInt32BE(COPY_BYTES, 0);
    mode.writeUInt8(COPY_PACKET, 4);
    const attributes = new Attributes().bytes(NFULA_CFG.CMD, Buffer.from([CMD_BIND])).bytes(NFULA_CFG.MODE, mode);
    const head = nfHead(0, SAMPLE_GROUP);
    const bind = request(nfMessage(NFNL_SUBSYS.ULOG, NFULNL_MSG.CONFIG), NLM_F.REQUEST, head, attributes);
    this.socket.send(encodeMessage(bind, 1));
  }

  readonly close = (): void => {
    if (this.closed) return;
    this.closed = true;
    process.removeListener('exit', this.close);
    this.socket.close();
  };
}

function decode({ type, payload }: NetlinkMessage): Sample | null {
  if (type !== nfMessage(NFNL_SUBSYS.ULOG, NFULNL_MSG.PACKET)) return null;
  const attributes = readAttributes(payload, 4);
  const why = parsePrefix(attrString(attributes, NFULA.PREFIX) ?? '');
  const [header, mac] = [attributes.get(NFULA.PACKET_HDR), attributes.get(NFULA.HWHEADER)];
  if (!why || !header || !mac) return null;
  const device = attributes.get(why.direction === 'egress' ? NFULA.PHYSINDEV : NFULA.PHYSOUTDEV)?.readUInt32BE(0);
  if (device === undefined) return null;
  const body = attributes.get(NFULA.PAYLOAD) ?? Buffer.alloc(0);
  return { ...why, device, ...summarize(mac, header.readUInt16BE(0), body) };
}
