import { internalError } from '@weft/contracts';

const OPENING = Buffer.from('{"body":');

/** The JSON text of `body` in a `Reply`, without parsing it: it has no other key, and services write it without spaces. */
export function replyBody(reply: Uint8Array): Buffer {
  const bytes = Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength);
  if (!bytes.subarray(0, OPENING.length).equals(OPENING)) {
    throw internalError(new Error(`not a reply: ${bytes.toString('utf8', 0, 80)}`));
  }
  return bytes.subarray(OPENING.length, bytes.length - 1);
}

const LINE_BREAK = 0x0a;

/** The reply to an `audited` write, taken apart: the object as it was is what follows the last line break. */
export function auditedBody(reply: Uint8Array): { readonly body: Buffer; readonly before: Buffer } {
  const end = reply.lastIndexOf(LINE_BREAK);
  // A service of an older version does not send the object before.
  if (end < 0) return { body: replyBody(reply), before: Buffer.alloc(0) };
  return { body: replyBody(reply.subarray(0, end)), before: Buffer.from(reply.subarray(end + 1)) };
}

/** `{"<name>":<text>}` */
export const enveloped = (name: string, text: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`{${JSON.stringify(name)}:`), text, CLOSING]);

const CLOSING = Buffer.from('}');
