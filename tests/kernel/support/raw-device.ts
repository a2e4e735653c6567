import { execFileSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { SystemError, inNetns, libc } from '@weft/dataplane';

const AF_PACKET = 17;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const ETH_P_ALL = 0x0003;
const MSG_DONTWAIT = 0x40;

/** A guest's eth0 as bytes: frames go out as they are, and come in as they are. */
export class RawDevice {
  private readonly fd: number;
  private readonly buffer = Buffer.alloc(4096);

  constructor(netns: string) {
    const [{ ifindex: index }] = JSON.parse(
      execFileSync('ip', ['-n', netns, '-j', 'link', 'show', 'eth0'], { encoding: 'utf8' }),
    );
    this.fd = inNetns(netns, () => {
      const swapped = ((ETH_P_ALL & 0xff) << 8) | (ETH_P_ALL >> 8);
      const fd = libc('socket', AF_PACKET, SOCK_RAW_CLOEXEC, swapped);
      // struct sockaddr_ll
      const address = Buffer.alloc(20);
      address.writeUInt16LE(AF_PACKET, 0);
      address.writeUInt16BE(ETH_P_ALL, 2);
      address.writeInt32LE(index, 4);
      libc('bind', fd, address, address.length);
      return fd;
    });
  }

  send(frame: Buffer): void {
    libc('send', this.fd, frame, frame.length, 0);
  }

  /** Everything that has come in (and what was sent from here) since the last call. */
  received(): Buffer[] {
    const frames: Buffer[] = [];
    for (;;) {
      try {
        frames.push(
          Buffer.from(this.buffer.subarray(0, libc('recv', this.fd, this.buffer, this.buffer.length, MSG_DONTWAIT))),
        );
      } catch (error) {
        if (error instanceof SystemError && ['EAGAIN', 'EWOULDBLOCK'].includes(error.code)) return frames;
        throw error;
      }
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}
