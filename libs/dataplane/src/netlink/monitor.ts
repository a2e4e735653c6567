import { RawNetlinkSocket } from 'netlink/dist/raw';
import { NETLINK_ROUTE } from './constants';
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

  /**
   * @param groups RTNLGRP numbers.
   * @param onMessage the payload is a view into a buffer of its own, it may be kept.
   * @param onLost the kernel dropped notifications, or the socket failed.
   */
  constructor(groups: readonly number[], onMessage: (message: NetlinkMessage) => void, onLost: (error: Error) => void) {
    this.socket = new RawNetlinkSocket(NETLINK_ROUTE);
    this.socket.setRecvBufferSize(RECEIVE_BUFFER);
    this.socket.unref();
    for (const group of groups) this.socket.addMembership(group);
    this.socket.on('message', (data: Buffer) => {
      for (const message of decodeMessages(data)) onMessage(message);
    });
    this.socket.on('error', onLost);
  }

  close(): void {
    this.socket.close();
  }
}
