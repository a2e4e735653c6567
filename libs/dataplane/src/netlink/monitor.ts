import { RawNetlinkSocket } from 'netlink/dist/raw';
import type { NetlinkMessage } from './message';
import { decodeMessages } from './message';

/** Enough for a burst of some ten thousand notifications (the kernel caps it at net.core.rmem_max). */
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/**
 * Listens to the kernel's notifications in the network namespace in which the thread is when it is made. Notifications are
 * hints, never state: they may be lost (`onLost`: read everything again), and they tell of our own writes as well.
 */
export class NetlinkMonitor {
  private readonly socket: RawNetlinkSocket;
  private waiting: Buffer[] = [];

  /**
   * @param protocol NETLINK_ROUTE or NETLINK_NETFILTER.
   * @param groups RTNLGRP or NFNLGRP numbers.
   * @param onMessage the payload is a view into a buffer of its own, it may be kept.
   * @param onLost the kernel dropped notifications, or the socket failed.
   */
  constructor(
    protocol: number,
    groups: readonly number[],
    private readonly onMessage: (message: NetlinkMessage) => void,
    onLost: (error: Error) => void,
  ) {
    this.socket = new RawNetlinkSocket(protocol);
    this.socket.setRecvBufferSize(RECEIVE_BUFFER);
    this.socket.unref();
    for (const group of groups) this.socket.addMembership(group);
    this.socket.on('message', (data: Buffer) => this.receive(data));
    this.socket.on('error', (error) => setImmediate(onLost, error));
    open.add(this);
  }

  close(): void {
    if (!open.delete(this)) return;
    this.waiting = [];
    this.socket.close();
  }

  /**
   * Not handled inside the native callback: an exception there would abort the process instead of being reported, and
   * a handler may close this very socket.
   */
  private receive(data: Buffer): void {
    if (this.waiting.push(data) > 1) return;
    setImmediate(() => {
      for (const buffer of this.waiting.splice(0))
        for (const message of decodeMessages(buffer)) if (open.has(this)) this.onMessage(message);
    });
  }
}

/** A socket still open while Node tears itself down would abort the process. */
const open = new Set<NetlinkMonitor>();
process.on('exit', () => {
  for (const monitor of open) monitor.close();
});
