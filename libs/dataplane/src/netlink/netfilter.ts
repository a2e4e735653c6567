/** The type of a message of netfilter: its subsystem, and the message in there (linux/netfilter/nfnetlink.h). */
export const nfMessage = (subsystem: number, message: number): number => (subsystem << 8) | message;

/** The head of each such message. @param family AF_*, or 0 @param resource a number of the subsystem's own */
export function nfHead(family: number, resource = 0): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt8(family, 0);
  head.writeUInt16BE(resource, 2);
  return head;
}
