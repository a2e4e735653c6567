import { NLM_F } from './constants';

const HEADER = 16;
const align4 = (n: number): number => (n + 3) & ~3;

/** Writes netlink attributes (type-length-value, host byte order, padded to four bytes). */
export class Attributes {
  private readonly parts: Buffer[] = [];

  bytes(type: number, value: Buffer): this {
    const buffer = Buffer.alloc(align4(4 + value.length));
    buffer.writeUInt16LE(4 + value.length, 0);
    buffer.writeUInt16LE(type, 2);
    value.copy(buffer, 4);
    this.parts.push(buffer);
    return this;
  }

  u8(type: number, value: number): this {
    return this.bytes(type, Buffer.from([value]));
  }

  u16(type: number, value: number): this {
    return this.bytes(type, Buffer.from([value & 0xff, value >> 8]));
  }

  u16be(type: number, value: number): this {
    return this.bytes(type, Buffer.from([value >> 8, value & 0xff]));
  }

  u32(type: number, value: number): this {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value >>> 0);
    return this.bytes(type, buffer);
  }

  string(type: number, value: string): this {
    return this.bytes(type, Buffer.from(`${value}\0`, 'utf8'));
  }

  /** Nested attributes, optionally behind a fixed struct (as a veth's peer, which begins with an ifinfomsg). */
  nest(type: number, inner: Attributes, struct?: Buffer): this {
    const body = inner.toBuffer();
    return this.bytes(type | 0x8000, struct ? Buffer.concat([struct, body]) : body);
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** Attribute type → value; of a repeated type the last. Values are views into the received buffer: copy what you keep. */
export type AttributeMap = ReadonlyMap<number, Buffer>;

export function readAttributes(buffer: Buffer, offset = 0): AttributeMap {
  const map = new Map<number, Buffer>();
  for (let at = offset; at + 4 <= buffer.length;) {
    const length = buffer.readUInt16LE(at);
    if (length < 4) break;
    map.set(buffer.readUInt16LE(at + 2) & 0x3fff, buffer.subarray(at + 4, at + length));
    at += align4(length);
  }
  return map;
}

/** Values of attributes that are repeated, in their order. */
export function readList(buffer: Buffer): Buffer[] {
  const values: Buffer[] = [];
  for (let at = 0; at + 4 <= buffer.length;) {
    const length = buffer.readUInt16LE(at);
    if (length < 4) break;
    values.push(buffer.subarray(at + 4, at + length));
    at += align4(length);
  }
  return values;
}

export const attrU32 = (map: AttributeMap, type: number): number | undefined => map.get(type)?.readUInt32LE(0);
export const attrU8 = (map: AttributeMap, type: number): number | undefined => map.get(type)?.readUInt8(0);
export const attrString = (map: AttributeMap, type: number): string | undefined =>
  map.get(type)?.toString('utf8').replace(/\0.*$/s, '');

/** One request: what a codec makes and a socket sends. */
export interface NetlinkRequest {
  readonly type: number;
  /** Besides REQUEST and ACK, which the socket adds. */
  readonly flags: number;
  /** The family's fixed struct, then attributes. */
  readonly payload: Buffer;
  /** A descriptor that the kernel takes over its own reference to: closed once the request is sent. */
  readonly carries?: number;
}

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  /** Port id of the socket that asked; of a notification: of the one that caused it, where the kernel knows. */
  readonly pid: number;
  /** A view into the received buffer. */
  readonly payload: Buffer;
}

export const request = (
  type: number,
  flags: number,
  struct: Buffer,
  attributes = new Attributes(),
): NetlinkRequest => ({
  type,
  flags,
  payload: Buffer.concat([struct, attributes.toBuffer()]),
});

export function encodeMessage({ type, flags, payload }: NetlinkRequest, seq: number): Buffer {
  const buffer = Buffer.alloc(align4(HEADER + payload.length));
  buffer.writeUInt32LE(HEADER + payload.length, 0);
  buffer.writeUInt16LE(type, 4);
  buffer.writeUInt16LE(flags | NLM_F.REQUEST, 6);
  buffer.writeUInt32LE(seq >>> 0, 8);
  payload.copy(buffer, HEADER);
  return buffer;
}

export function* decodeMessages(buffer: Buffer): Generator<NetlinkMessage> {
  for (let at = 0; at + HEADER <= buffer.length;) {
    const length = buffer.readUInt32LE(at);
    if (length < HEADER || at + length > buffer.length) return;
    yield {
      type: buffer.readUInt16LE(at + 4),
      flags: buffer.readUInt16LE(at + 6),
      seq: buffer.readUInt32LE(at + 8),
      pid: buffer.readUInt32LE(at + 12),
      payload: buffer.subarray(at + HEADER, at + length),
    };
    at += align4(length);
  }
}
