import { LinkTable } from '../link/link.table';
import type { VlanSpec, VlanTechnique } from '../link/link.types';
import { setLink } from '../netlink/link.codec';
import type { NetlinkSocket } from '../netlink/socket';
import { VlanDevices } from './vlan.devices';

const TECHNIQUES: readonly VlanTechnique[] = ['8021q', 'bpf'];

/**
 * Makes one sub-interface in the namespace of the socket and brings it up, by the first technique that the kernel has: for probing, and
 * for whoever needs one outside of an agent's plan: it does not bear the mark.
 * @returns the technique; null: the kernel has none. Nothing is left behind then but what a scratch namespace takes away.
 */
export function makeVlanInterface(
  socket: NetlinkSocket,
  spec: Pick<VlanSpec, 'name' | 'parent' | 'vid' | 'mtu'>,
): VlanTechnique | null {
  return TECHNIQUES.find((technique) => make(socket, { ...spec, technique })) ?? null;
}

function make(socket: NetlinkSocket, part: Pick<VlanSpec, 'name' | 'parent' | 'vid' | 'mtu' | 'technique'>): boolean {
  const spec: VlanSpec = { kind: 'vlan', master: '', up: true, ...part };
  const table = new LinkTable(socket);
  const vlans = new VlanDevices(socket, table);
  table.refresh();
  if (socket.transact([vlans.create(spec, 0)])[0]) return false;
  table.refresh();
  const link = table.byName(spec.name);
  const parent = table.byName(spec.parent);
  if (!link || !parent) return false;
  const requests = [...vlans.connect(spec), setLink(parent.index, { up: true }), setLink(link.index, { up: true })];
  if (socket.transact(requests).some((error) => error !== null)) return false;
  table.refresh();
  return vlans.settingOf(link)?.vid === spec.vid;
}
