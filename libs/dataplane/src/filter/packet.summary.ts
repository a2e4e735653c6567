import { formatIp } from '@weft/net';

/** What a person wants to know of a packet. */
export interface PacketSummary {
  /** `IPv4`, `IPv6`, `ARP`, else the number: `0x88cc`. */
  readonly ethertype: string;
  readonly sourceMac: string;
  readonly destinationMac: string;
  /** Of ARP: the sender's and the one asked for. */
  readonly sourceIp?: string;
  readonly destinationIp?: string;
  /** IANA number. */
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

const ETHERTYPES: Readonly<Record<number, string>> = { 0x0800: 'IPv4', 0x0806: 'ARP', 0x86dd: 'IPv6' };
const ICMP: ReadonlySet<number> = new Set([1, 58]);
/** Protocols whose first four bytes are two ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

/**
 * @param frame Ethernet's header
 * @param body what follows it, possibly cut off
 */
export function summarize(frame: Buffer, ethertype: number, body: Buffer): PacketSummary {
  return {
    ethertype: ETHERTYPES[ethertype] ?? `0x${ethertype.toString(16).padStart(4, '0')}`,
    destinationMac: macText(frame.subarray(0, 6)),
    sourceMac: macText(frame.subarray(6, 12)),
    ...network(ethertype, body),
  };
}

function network(ethertype: number, body: Buffer): Partial<PacketSummary> {
  if (ethertype === 0x0806 && body.length >= 28)
    return { sourceIp: ipText(body.subarray(14, 18)), destinationIp: ipText(body.subarray(24, 28)) };
  if (ethertype === 0x0800 && body.length >= 20) {
    const isFirst = (body.readUInt16BE(6) & 0x1fff) === 0;
    const payload = isFirst ? body.subarray((body[0]! & 15) * 4) : Buffer.alloc(0);
    return { ...addresses(body, 12, 4), ...transport(body[9]!, payload) };
  }
  if (ethertype === 0x86dd && body.length >= 40)
    return { ...addresses(body, 8, 16), ...behindExtensions(body[6]!, body.subarray(40)) };
  return {};
}

/** Hop-by-hop options, routing, destination options (RFC 8200, 4): each tells its length in units of eight bytes. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60]);

function behindExtensions(protocol: number, payload: Buffer): Partial<PacketSummary> {
  if (!EXTENSIONS.has(protocol) || payload.length < 8) return transport(protocol, payload);
  return behindExtensions(payload[0]!, payload.subarray((payload[1]! + 1) * 8));
}

const addresses = (body: Buffer, at: number, size: number): Partial<PacketSummary> => ({
  sourceIp: ipText(body.subarray(at, at + size)),
  destinationIp: ipText(body.subarray(at + size, at + 2 * size)),
});

function transport(protocol: number, payload: Buffer): Partial<PacketSummary> {
  if (ICMP.has(protocol) && payload.length >= 2) return { protocol, icmpType: payload[0]!, icmpCode: payload[1]! };
  if (!WITH_PORTS.has(protocol) || payload.length < 4) return { protocol };
  return { protocol, sourcePort: payload.readUInt16BE(0), destinationPort: payload.readUInt16BE(2) };
}

const macText = (bytes: Buffer): string => bytes.toString('hex').match(/../g)?.join(':') ?? '';
const ipText = (bytes: Buffer): string =>
  formatIp({ version: bytes.length === 4 ? 4 : 6, value: BigInt(`0x${bytes.toString('hex')}`) });
