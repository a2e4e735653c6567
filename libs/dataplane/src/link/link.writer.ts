import { closeSync } from 'node:fs';
import { Refusal } from '../driver/refusal';
import { decodeAddress, dumpAddresses } from '../netlink/address.codec';
import { createBridge, createIfb, createVeth, createVxlan, setLink } from '../netlink/link.codec';
import type { NetlinkRequest } from '../netlink/message';
import type { NetlinkSocket } from '../netlink/socket';
import { openNetns } from '../netns/netns';
import { farEnd, type VlanDevices } from '../vlan/vlan.devices';
import { type ActualLink, isReady } from './link.match';
import type { LinkTable } from './link.table';
import { type LinkSpec, VXLAN_PORT, type VlanSpec, isOurBridge } from './link.types';
import { randomLocalMac } from './local-mac';

/** How devices of each kind are created, and what must hold before they join a bridge. Stateless. */
export class LinkWriter {
  constructor(
    private readonly socket: NetlinkSocket,
    private readonly table: LinkTable,
    private readonly vlans: VlanDevices,
  ) {}

  /** Creates the device. @returns false: it is not ours to create */
  create(spec: LinkSpec): boolean {
    switch (spec.kind) {
      case 'bridge':
        // A bridge follows the smallest MTU of its ports until somebody *changes* its MTU: being born with the right one
        // does not count, so it is born with another.
        this.socket.write(createBridge(spec.name, spec.mtu - 1, randomLocalMac()));
        return true;
      case 'vxlan':
        this.socket.write(
          createVxlan(spec.name, { ...spec, port: VXLAN_PORT, master: this.table.indexOf(spec.master) }),
        );
        return true;
      case 'ifb':
        this.socket.write(createIfb(spec.name, spec.mtu));
        return true;
      case 'vlan':
        this.socket.write(this.vlans.create(spec));
        if (spec.technique === 'bpf') this.table.refreshOne({ name: farEnd(spec.name) });
        return true;
      case 'veth': {
        const netnsFd = openNetns(spec.peer.netns);
        try {
          this.socket.write(createVeth(spec.name, { ...spec.peer, mtu: spec.mtu, netnsFd }));
        } finally {
          closeSync(netnsFd);
        }
        return true;
      }
      default:
        return false;
    }
  }

  /** Requests that ready the device below a sub-interface. */
  readyParent({ parent }: VlanSpec, link: ActualLink): NetlinkRequest[] {
    const lower = this.table.byName(parent);
    if (!lower || isReady(link, lower)) return [];
    const promiscuous = link.kind === 'vlan' ? undefined : true;
    return [setLink(lower.index, { up: true, promiscuous })];
  }

  /** @throws Refusal where the device must not be put into a bridge of ours */
  assertMayJoin(spec: Exclude<LinkSpec, { kind: 'bridge' | 'ifb' }>, actual: ActualLink): void {
    const present = this.table.byIndex(actual.master);
    if (present && !isOurBridge(present)) throw new Refusal(`${spec.name} is in ${present.name}, which is not Weft's`);
    if (spec.kind !== 'nic') return;
    // Enslaving a card that carries the node's address would cut the node off.
    const address = this.socket
      .dump(dumpAddresses())
      .map(({ payload }) => decodeAddress(payload))
      .find(({ ifindex, ip }) => ifindex === actual.index && !ip.startsWith('fe80:'));
    if (address) throw new Refusal(`${spec.name} carries ${address.ip}/${address.prefixLength}`);
  }
}
