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

/** `{"<name>":<text>}` */
export const enveloped = (name: string, text: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`{${JSON.stringify(name)}:`), text, CLOSING]);

const CLOSING = Buffer.from('}');
