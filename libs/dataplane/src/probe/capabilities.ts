import { existsSync } from 'node:fs';
import type { VlanTechnique } from '../link/link.types';
import { NetlinkSocket } from '../netlink/socket';
import { createBridge, createIfb, createVxlan, decodeLink, getLink, setBridgePort } from '../netlink/link.codec';
import { LinkTable } from '../link/link.table';
import { BucketTable } from '../shaping/bucket.table';
import { RedirectTable } from '../shaping/redirect.table';
import { makeVlanInterface } from '../vlan/vlan.interface';
import { SKELETON } from '../filter/filter.skeleton';
import { NftError, Nftables } from '../filter/nftables';
import { inScratchNetns } from '../netns/netns';

/** What this node's kernel can do: tried in a scratch namespace, never concluded from a version. */
export interface Capabilities {
  /** VXLAN devices can be made. */
  readonly vxlan: boolean;
  /** A bridge port can answer ARP and ND for known neighbours; else such requests are flooded (correct, and more traffic). */
  readonly neighSuppress: boolean;
  /** How sub-interfaces are made; null: VLAN networks and trunks cannot be on this node. */
  readonly vlan: VlanTechnique | null;
  /** Rates of bits can be held: token buckets, and ifb devices for what instances send. */
  readonly shaping: boolean;
  /** Packets between devices of a bridge can be filtered with state: nftables there, and br_netfilter. */
  readonly filter: boolean;
}

const MTU = 1450;
const BRIDGE = 'probe-br';

export function probeCapabilities(): Capabilities {
  return inScratchNetns(() => {
    const socket = new NetlinkSocket();
    try {
      socket.write(createBridge(BRIDGE, MTU, '02:00:00:00:00:01'));
      const vlan = { name: 'probe-vlan', parent: BRIDGE, vid: 7, mtu: MTU };
      return {
        ...probeVxlan(socket),
        vlan: makeVlanInterface(socket, vlan),
        shaping: probeShaping(socket),
        filter: probeFilter(),
      };
    } finally {
      socket.close();
    }
  });
}

function probeVxlan(socket: NetlinkSocket): Pick<Capabilities, 'vxlan' | 'neighSuppress'> {
  const read = (name: string) => {
    const message = socket.get(getLink({ name }));
    return message && decodeLink(message.payload);
  };
  const master = read(BRIDGE)?.index ?? 0;
  const [refused] = socket.transact([
    createVxlan('probe-vx', { vni: 1, local: '192.0.2.1', port: 4789, mtu: MTU, master }),
  ]);
  const port = read('probe-vx');
  if (refused || !port) return { vxlan: false, neighSuppress: false };
  socket.transact([setBridgePort(port.index, { learning: false, neighSuppress: true })]);
  return { vxlan: true, neighSuppress: read('probe-vx')?.bridgePort?.neighSuppress === true };
}

function probeShaping(socket: NetlinkSocket): boolean {
  const table = new LinkTable(socket);
  const [device, through] = [BRIDGE, 'probe-ifb'];
  const [refused] = socket.transact([createIfb(through, MTU)]);
  if (refused) return false;
  table.refresh();
  const requests = [
    new BucketTable(socket, table).write({ device: through, rate: 1_000_000, burst: 0 }),
    ...new RedirectTable(socket, table).write({ device, through }),
  ];
  return socket.transact(requests).every((error) => error === null);
}

function probeFilter(): boolean {
  if (!existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables')) return false;
  const nft = new Nftables();
  try {
    nft.run(SKELETON);
    return true;
  } catch (error) {
    if (error instanceof NftError) return false;
    throw error;
  } finally {
    nft.close();
  }
}
