import { closeSync } from 'node:fs';
import { libc } from '../ffi/libc';
import { AF } from '../netlink/constants';
import { inNetns } from './netns';

const SOCK_STREAM_CLOEXEC_NONBLOCK = 1 | 0o2000000 | 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const BACKLOG = 128;

/**
 * A TCP socket that listens on the wildcard address of one family inside a namespace. A connection accepted from it belongs to
 * that namespace, whoever serves it.
 * @returns its descriptor, for `server.listen({ fd })`, which takes it over.
 */
export function listenInNetns(namespace: string, family: 4 | 6, port: number): number {
  return inNetns(namespace, () => {
    const fd = libc('socket', family === 4 ? AF.INET : AF.INET6, SOCK_STREAM_CLOEXEC_NONBLOCK, 0);
    try {
      const one = Buffer.from([1, 0, 0, 0]);
      libc('setsockopt', fd, SOL_SOCKET, SO_REUSEADDR, one, one.length);
      if (family === 6) libc('setsockopt', fd, IPPROTO_IPV6, IPV6_V6ONLY, one, one.length);
      // sockaddr_in is 16 bytes, sockaddr_in6 28; the rest of both is zero for the wildcard address.
      const address = Buffer.alloc(family === 4 ? 16 : 28);
      address.writeUInt16LE(family === 4 ? AF.INET : AF.INET6, 0);
      address.writeUInt16BE(port, 2);
      libc('bind', fd, address, address.length);
      libc('listen', fd, BACKLOG);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  });
}
