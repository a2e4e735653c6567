import { NetlinkSocket } from '../netlink/socket';
import { createBridge, createVxlan, decodeLink, getLink, setBridgePort } from '../netlink/link.codec';
import { inScratchNetns } from '../netns/netns';

/** What this node's kernel can do: tried in a scratch namespace, never concluded from a version. */
export interface Capabilities {
  /** VXLAN devices can be made. */
  readonly vxlan: boolean;
  /** A bridge port can answer ARP and ND for known neighbours; else such requests are flooded (correct, and more traffic). */
  readonly neighSuppress: boolean;
}

export function probeCapabilities(): Capabilities {
  return inScratchNetns(() => {
    const socket = new NetlinkSocket();
    try {
      const read = (name: string) => {
        const message = socket.get(getLink({ name }));
        return message && decodeLink(message.payload);
      };
      socket.write(createBridge('probe-br', 1450, '02:00:00:00:00:01'));
      const master = read('probe-br')?.index ?? 0;
      const [refused] = socket.transact([
        createVxlan('probe-vx', { vni: 1, local: '192.0.2.1', port: 4789, mtu: 1450, master }),
      ]);
      const port = read('probe-vx');
      if (refused || !port) return { vxlan: false, neighSuppress: false };
      socket.transact([setBridgePort(port.index, { learning: false, neighSuppress: true })]);
      return { vxlan: true, neighSuppress: read('probe-vx')?.bridgePort?.neighSuppress === true };
    } finally {
      socket.close();
    }
  });
}
