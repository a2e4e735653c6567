import type { Packet } from '@weft/net';
import { formatIp, parseIp } from '@weft/net';
import ipaddr from 'ipaddr.js';

/** Frames, byte by byte, of the packets that the reference judges. */

const ETHER = { ip: 0x0800, ip6: 0x86dd, arp: 0x0806, other: 0x88b5 } as const;
const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');
const ipBytes = (ip: NonNullable<Packet['source']>): Buffer => Buffer.from(ipaddr.parse(formatIp(ip)).toByteArray());
const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const u32 = (value: number): Buffer => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
export const ip = (text: string) => parseIp(text)!;

/** @param destinationMac to whom the bridge brings it */
export function frameOf(packet: Packet, destinationMac: string, mark = 0): Buffer {
  const head = Buffer.concat([macBytes(destinationMac), macBytes(packet.sourceMac), u16(ETHER[packet.etherType])]);
  const body = () => {
    switch (packet.etherType) {
      case 'arp':
        return arp(packet);
      case 'ip':
        return ipv4(packet, mark);
      case 'ip6':
        return ipv6(packet, mark);
      case 'other':
        return Buffer.alloc(46);
    }
  };
  return Buffer.concat([head, body()]);
}

const arp = ({ senderMac, source, destination }: Packet): Buffer =>
  Buffer.concat([
    Buffer.from([0, 1, 8, 0, 6, 4, 0, 1]),
    macBytes(senderMac!),
    ipBytes(source!),
    Buffer.alloc(6),
    ipBytes(destination!),
  ]);

function ipv4(packet: Packet, mark: number): Buffer {
  const payload = transport(packet, mark);
  const head = Buffer.concat([
    Buffer.from([0x45, 0]),
    ...[u16(20 + payload.length), u16(mark & 0xffff), u16(0x4000)],
    Buffer.from([64, packet.protocol!, 0, 0]),
    ...[ipBytes(packet.source!), ipBytes(packet.destination!)],
  ]);
  u16(checksum(head)).copy(head, 10);
  return Buffer.concat([head, payload]);
}

function ipv6(packet: Packet, mark: number): Buffer {
  const payload = transport(packet, mark);
  return Buffer.concat([
    Buffer.from([0x60, 0, 0, 0]),
    u16(payload.length),
    Buffer.from([packet.protocol!, 255]),
    ...[ipBytes(packet.source!), ipBytes(packet.destination!)],
    payload,
  ]);
}

/** @param mark tells one packet from another in what is received */
function transport(packet: Packet, mark: number): Buffer {
  const { protocol, sourcePort = 0, destinationPort = 0, icmp } = packet;
  const ports = Buffer.concat([u16(sourcePort), u16(destinationPort)]);
  switch (protocol) {
    case 6:
      return summed(
        packet,
        Buffer.concat([ports, u32(1), u32(0), Buffer.from([0x50, 2]), u16(1024), u32(0), u32(mark)]),
        16,
      );
    case 17:
      return summed(packet, Buffer.concat([ports, u16(12), u16(0), u32(mark)]), 6);
    case 132: {
      // INIT (RFC 9260, 3.3.2); the checksum is CRC32c, in little-endian order.
      const init = Buffer.concat([Buffer.from([1, 0]), u16(20), u32(7), u32(4096), u16(1), u16(1), u32(mark)]);
      const whole = Buffer.concat([ports, u32(0), u32(0), init]);
      whole.writeUInt32LE(crc32c(whole), 8);
      return whole;
    }
    case 1:
    case 58: {
      const head = Buffer.from([icmp!.type, icmp!.code, 0, 0]);
      const nd = packet.target ? [u32(0), ipBytes(packet.target)] : [u16(mark & 0xffff), u16(1)];
      return summed(packet, Buffer.concat([head, ...nd, u32(mark)]), 2);
    }
    default:
      return Buffer.concat([u32(mark), u32(mark)]);
  }
}

/** With its checksum, over a pseudo-header where the protocol wants one. */
function summed({ etherType, protocol, source, destination }: Packet, segment: Buffer, at: number): Buffer {
  const pseudo = Buffer.concat([ipBytes(source!), ipBytes(destination!), u16(protocol!), u16(segment.length)]);
  const plain = protocol === 1 && etherType === 'ip';
  u16(checksum(plain ? segment : Buffer.concat([pseudo, segment]))).copy(segment, at);
  return segment;
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
