import { MissingDevice, Refusal } from '../driver/refusal';
import { loadClassifier } from '../bpf/program';
import type { LinkTable } from '../link/link.table';
import type { VlanSpec } from '../link/link.types';
import { ETH_P, LINK_GROUP_WEFT } from '../netlink/constants';
import type { LinkState } from '../netlink/link.codec';
import { createVethPair, createVlan, setLink } from '../netlink/link.codec';
import type { NetlinkRequest } from '../netlink/message';
import type { NetlinkSocket } from '../netlink/socket';
import type { FilterState } from '../netlink/tc.codec';
import {
  decodeFilter,
  deleteIngressFilter,
  ensureClsact,
  ingressFilters,
  setIngressProgram,
} from '../netlink/tc.codec';
import { popProgram, pushProgram } from './vlan.programs';

/** What a sub-interface is connected to, as the kernel has it. */
export interface VlanSetting {
  /** ifindex of the card or tap. */
  readonly parent: number;
  readonly vid: number;
}

/** On the sub-interface's far end there is one filter. */
const PUSH_PRIORITY = 1;
const NAME = /^weft (push|pop) (\d+) (\d+)$/;
const nameOf = (what: 'push' | 'pop', vid: number, target: number): string => `weft ${what} ${vid} ${target}`;

/** The other end of a sub-interface made by programs. */
export const farEnd = (name: string): string => `${name}p`;

/**
 * VLAN sub-interfaces, by either technique with the same frames on the wire:
 *
 * - `8021q`: the kernel's own devices of kind `vlan`.
 * - `bpf`: for kernels without them. A veth pair; what is sent into it comes out of its far end, where a program pushes the tag and
 *   redirects to the parent; at the parent, a program for each VLAN pops the tag and redirects to the far end. They run before a
 *   bridge that the parent may be in, so that it never sees these frames. The programs bear in their names what they do: mark and state in one.
 */
export class VlanDevices {
  constructor(
    private readonly socket: NetlinkSocket,
    private readonly table: LinkTable,
  ) {}

  /** @param group 0: somebody else's, not to be swept by an agent. */
  create(spec: VlanSpec, group: number = LINK_GROUP_WEFT): NetlinkRequest {
    const { name, technique, vid, mtu } = spec;
    const lower = this.parentOf(spec);
    return technique === '8021q'
      ? createVlan(name, { parent: lower.index, vid, mtu, group })
      : createVethPair(name, farEnd(name), mtu, group);
  }

  /** Undefined: it is no sub-interface, or one whose programs are not all in place. */
  settingOf(link: LinkState): VlanSetting | undefined {
    if (link.vlanId !== undefined) return { parent: link.lower, vid: link.vlanId };
    const far = link.kind === 'veth' ? this.table.byIndex(link.lower) : undefined;
    if (!far || far.name !== farEnd(link.name) || !far.up || far.mtu !== link.mtu) return undefined;
    const [, what, vid, parent] = NAME.exec(this.pushOf(far.index)) ?? [];
    if (what !== 'push') return undefined;
    const setting = { parent: Number(parent), vid: Number(vid) };
    const pop = nameOf('pop', setting.vid, far.index);
    return this.filters(setting.parent).some(({ name }) => name === pop) ? setting : undefined;
  }

  /** What connects a device that is there. Each request may be repeated. */
  connect(spec: VlanSpec): NetlinkRequest[] {
    const { name, technique, vid, mtu } = spec;
    if (technique === '8021q') return [];
    const [lower, far] = [this.parentOf(spec), this.find(farEnd(name))];
    const pop = { ifindex: lower.index, priority: vid, name: nameOf('pop', vid, far.index) };
    const push = { ifindex: far.index, priority: PUSH_PRIORITY, name: nameOf('push', vid, lower.index) };
    return [
      // Not a word of the node itself may leave by it, neither before nor after it is up.
      ...(far.noAutoAddress ? [] : [setLink(far.index, { noAutoAddress: true })]),
      setLink(far.index, { mtu, up: true }),
      ensureClsact(far.index),
      setIngressProgram(push, loadClassifier(pushProgram(vid, lower.index))),
      ensureClsact(lower.index),
      setIngressProgram(pop, loadClassifier(popProgram(vid, far.index)), ETH_P.VLAN),
    ];
  }

  /** Programs on these devices whose sub-interface is not there any more, or is another VLAN's now. */
  leftovers(devices: Iterable<LinkState>): NetlinkRequest[] {
    return [...devices].flatMap(({ index }) =>
      this.filters(index)
        .filter(({ name }) => {
          const [, what, vid, target] = NAME.exec(name) ?? [];
          return what === 'pop' && this.pushOf(Number(target)) !== nameOf('push', Number(vid), index);
        })
        .map(({ priority }) => deleteIngressFilter(index, priority)),
    );
  }

  /** The name of the program on a far end; empty: none, or no such device. */
  private pushOf(index: number): string {
    return this.filters(index).find(({ priority }) => priority === PUSH_PRIORITY)?.name ?? '';
  }

  private filters(index: number): FilterState[] {
    // The kernel lists each place as well as each filter in it: places have no name.
    return this.socket.dump(ingressFilters(index)).flatMap((message) => {
      const filter = decodeFilter(message);
      return filter.name === '' ? [] : [filter];
    });
  }

  private parentOf({ name, parent, mtu }: VlanSpec): LinkState {
    const lower = this.find(parent);
    // 8021q would refuse it as well, in fewer words; a pair would be made and then lose frames.
    if (mtu > lower.mtu) throw new Refusal(`${name} needs an MTU of ${mtu}, and ${parent} has ${lower.mtu}`);
    return lower;
  }

  private find(name: string): LinkState {
    const link = this.table.byName(name) ?? this.table.refreshOne({ name });
    if (!link) throw new MissingDevice(name);
    return link;
  }
}
