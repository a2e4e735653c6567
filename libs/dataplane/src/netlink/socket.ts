import { closeSync } from 'node:fs';
import { SystemError, errnoCode, libc } from '../ffi/libc';
import { AF, NETLINK_OPT, NETLINK_ROUTE, NLMSG, NLM_F, SOL_NETLINK } from './constants';
import type { NetlinkMessage, NetlinkRequest } from './message';
import { attrString, decodeMessages, encodeMessage, readAttributes } from './message';

const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const NLMSGERR_ATTR_MSG = 1;
/** Acknowledgements of one batch must fit the receive buffer (each costs about 800 bytes of 208 KiB). */
const BATCH = 64;
/** Kernel dumps fill at most 32 KiB a read. */
const READ_SIZE = 64 * 1024;

/** The kernel refused a request. `code` is the errno's name; `message` has the kernel's own words where it gives any. */
export class NetlinkError extends Error {
  readonly code: string;

  constructor(
    readonly errno: number,
    readonly kernelMessage: string,
  ) {
    const code = errnoCode(errno);
    super(kernelMessage ? `${code}: ${kernelMessage}` : code);
    this.name = 'NetlinkError';
    this.code = code;
  }
}

/**
 * A blocking netlink socket (of rtnetlink, or another protocol of its kind) in the network namespace in which the thread is when it is made. The kernel handles a
 * request inside `send`, so the answer is there when `send` returns: synchronous calls cost microseconds, keep a batch
 * free of interleaving, and need no bookkeeping of outstanding requests. The receive timeout only guards against a kernel that
 * breaks this promise.
 */
export class NetlinkSocket {
  private readonly fd: number;
  private readonly buffer = Buffer.alloc(READ_SIZE);
  private seq = 0;
  private closed = false;

  /** Requests that change something, ever: a test's proof that a second apply writes nothing. */
  writes = 0;

  constructor(protocol: number = NETLINK_ROUTE) {
    this.fd = libc('socket', AF.NETLINK, SOCK_RAW_CLOEXEC, protocol);
    const address = Buffer.alloc(12);
    address.writeUInt16LE(AF.NETLINK);
    libc('bind', this.fd, address, address.length);
    this.option(SOL_NETLINK, NETLINK_OPT.CAP_ACK, int32(1));
    this.option(SOL_NETLINK, NETLINK_OPT.EXT_ACK, int32(1));
    this.option(SOL_NETLINK, NETLINK_OPT.GET_STRICT_CHK, int32(1));
    const timeout = Buffer.alloc(16);
    timeout.writeBigInt64LE(2n);
    this.option(SOL_SOCKET, SO_RCVTIMEO, timeout);
  }

  /**
   * Sends requests in order, all of them, whatever becomes of each.
   * @returns for each request null, or why the kernel refused it.
   */
  transact(requests: readonly NetlinkRequest[]): (NetlinkError | null)[] {
    const results: (NetlinkError | null)[] = [];
    try {
      for (let at = 0; at < requests.length; at += BATCH) results.push(...this.batch(requests.slice(at, at + BATCH)));
    } finally {
      for (const { carries } of requests) if (carries !== undefined) closeSync(carries);
    }
    this.writes += requests.length;
    return results;
  }

  /** One request whose refusal is thrown. */
  write(request: NetlinkRequest): void {
    const [error] = this.transact([request]);
    if (error) throw error;
  }

  /** Reads a whole table. A table that changed under the reader is read again. */
  dump(request: NetlinkRequest): NetlinkMessage[] {
    for (let attempt = 0; ; attempt++) {
      const { messages, interrupted } = this.dumpOnce(request);
      // A busy node may interrupt every attempt; the changes that did so are notified and lead to another read anyway.
      if (!interrupted || attempt === 4) return messages;
    }
  }

  /** Reads one object; null when it does not exist. */
  get(request: NetlinkRequest): NetlinkMessage | null {
    const seq = ++this.seq;
    this.sendAll([encodeMessage(request, seq)]);
    for (const message of this.receive(seq)) {
      if (message.type !== NLMSG.ERROR) return copyOf(message);
      const error = ackError(message);
      if (!error || error.code === 'ENODEV' || error.code === 'ENOENT' || error.code === 'ESRCH') return null;
      throw error;
    }
    throw new SystemError('recv', 0, 'no answer');
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.fd);
  }

  private batch(requests: readonly NetlinkRequest[]): (NetlinkError | null)[] {
    const first = this.seq + 1;
    this.seq += requests.length;
    const encoded = requests.map((r, i) => encodeMessage({ ...r, flags: r.flags | NLM_F.ACK }, first + i));
    this.sendAll(encoded);
    const results = new Array<NetlinkError | null>(requests.length).fill(null);
    for (let answered = 0; answered < requests.length;) {
      for (const message of decodeMessages(this.read())) {
        const index = message.seq - first;
        if (message.type !== NLMSG.ERROR || index < 0 || index >= requests.length) continue;
        results[index] = ackError(message);
        answered++;
      }
    }
    return results;
  }

  private dumpOnce(request: NetlinkRequest): { messages: NetlinkMessage[]; interrupted: boolean } {
    const seq = ++this.seq;
    const messages: NetlinkMessage[] = [];
    let interrupted = false;
    this.sendAll([encodeMessage({ ...request, flags: request.flags | NLM_F.DUMP }, seq)]);
    for (;;) {
      for (const message of this.receive(seq)) {
        if (message.flags & NLM_F.DUMP_INTR) interrupted = true;
        if (message.type === NLMSG.DONE) return { messages, interrupted };
        if (message.type === NLMSG.ERROR) {
          const error = ackError(message);
          if (error) throw error;
          continue;
        }
        messages.push(copyOf(message));
      }
    }
  }

  private *receive(seq: number): Generator<NetlinkMessage> {
    for (const message of decodeMessages(this.read())) if (message.seq === seq) yield message;
  }

  private read(): Buffer {
    return this.buffer.subarray(0, libc('recv', this.fd, this.buffer, this.buffer.length, 0));
  }

  private sendAll(encoded: readonly Buffer[]): void {
    const data = encoded.length === 1 ? (encoded[0] as Buffer) : Buffer.concat(encoded);
    libc('send', this.fd, data, data.length, 0);
  }

  private option(level: number, name: number, value: Buffer): void {
    try {
      libc('setsockopt', this.fd, level, name, value, value.length);
    } catch (error) {
      // An older kernel without the option still works: errors only lose the kernel's words.
      if (!(error instanceof SystemError) || error.code !== 'ENOPROTOOPT') throw error;
    }
  }
}

/** The receive buffer is reused: a message that outlives its read must own its bytes. */
const copyOf = (message: NetlinkMessage): NetlinkMessage => ({ ...message, payload: Buffer.from(message.payload) });

function ackError(message: NetlinkMessage): NetlinkError | null {
  const errno = -message.payload.readInt32LE(0);
  if (errno === 0) return null;
  // Behind the error code stands the request's header (16 bytes; CAP_ACK spares us its body), then the attributes.
  const words =
    message.flags & NLM_F.ACK_TLVS ? attrString(readAttributes(message.payload, 20), NLMSGERR_ATTR_MSG) : '';
  return new NetlinkError(errno, words ?? '');
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
}
