import { sysctlIsSet } from '../namespace/sysctl';
import { LINK_GROUP_WEFT } from '../netlink/constants';
import type { LinkState } from '../netlink/link.codec';
import type { VlanDevices } from '../vlan/vlan.devices';
import { bridgeSysctls } from './bridge-sysctl';
import type { LinkTable } from './link.table';
import type { LinkSpec, VlanTechnique } from './link.types';
import { VXLAN_PORT, isOfOurGroup, isTapName } from './link.types';

/** A device as compared: with its bridge by name, and the settings of a bridge that are files. */
export interface ActualLink extends LinkState {
  readonly masterName: string | null;
  readonly sysctlsSet: boolean;
  /** What a sub-interface is connected to, and whether that is ready to serve it. */
  readonly vlan?: { readonly parent: string; readonly vid: number; readonly parentReady: boolean };
}

/** Below this MTU (RFC 8200) the kernel runs no IPv6 on a device, so that there is nothing to switch off. */
const IPV6_MIN_MTU = 1280;

export function toActual(link: LinkState, table: LinkTable, vlans: VlanDevices): ActualLink {
  const setting = isOfOurGroup(link) ? vlans.settingOf(link) : undefined;
  const parent = setting && table.byIndex(setting.parent);
  return {
    ...link,
    masterName: link.master === 0 ? null : table.nameOf(link.master),
    sysctlsSet: link.kind !== 'bridge' || bridgeSysctls(link.name).every(sysctlIsSet),
    ...(setting && parent && { vlan: { parent: parent.name, vid: setting.vid, parentReady: isReady(link, parent) } }),
  };
}

/**
 * An instance's tap is its port's business. A card must be up, and take frames that are not for its own address: the kernel's own
 * sub-interfaces see to that themselves.
 */
export const isReady = (link: { readonly kind: string }, parent: LinkState): boolean =>
  isTapName(parent.name) || (parent.up && (link.kind === 'vlan' || parent.promiscuous));

/** The node itself has nothing to say on a tenant's network: no link-local address, no solicitations from it. */
export const needsNoAutoAddress = (spec: LinkSpec): boolean => spec.kind !== 'nic' && spec.mtu >= IPV6_MIN_MTU;

/** What differs between a device and its specification, in words; empty: nothing. */
export function differences(spec: LinkSpec, actual: ActualLink): string[] {
  const found: string[] = [];
  const check = (what: string, desired: unknown, is: unknown) => {
    if (desired !== is) found.push(`${what} is ${String(is)}, not ${String(desired)}`);
  };
  if (spec.kind !== 'tap' && spec.kind !== 'nic' && spec.kind !== 'vlan') check('kind', spec.kind, actual.kind);
  if ('master' in spec) check('bridge', spec.master, actual.masterName);
  if (spec.kind !== 'nic') check('mtu', spec.mtu, actual.mtu);
  check('up', 'up' in spec ? spec.up : true, actual.up);
  if (needsNoAutoAddress(spec)) check('noAutoAddress', true, actual.noAutoAddress);
  if (spec.kind === 'bridge') {
    check('sysctls', true, actual.sysctlsSet);
    check('learning from link-local frames', false, actual.learnsLinkLocal);
  }
  if (spec.kind === 'ifb') check('group', LINK_GROUP_WEFT, actual.group);
  if (spec.kind === 'vlan') {
    check('group', LINK_GROUP_WEFT, actual.group);
    check('vlan', `${spec.vid} of ${spec.parent}`, actual.vlan && `${actual.vlan.vid} of ${actual.vlan.parent}`);
    if (actual.vlan) check(`${spec.parent} ready`, true, actual.vlan.parentReady);
  }
  if (spec.kind === 'vxlan') {
    if (mustBeMadeAgain(spec, actual)) check('tunnel', spec.local, actual.vxlan?.local);
    check('port learning', spec.learning, actual.bridgePort?.learning ?? false);
    if (spec.neighSuppress !== undefined) check('neigh_suppress', spec.neighSuppress, actual.bridgePort?.neighSuppress);
  }
  return found;
}

/** What a device is born with and cannot change. */
export function mustBeMadeAgain(spec: LinkSpec, actual: ActualLink): boolean {
  if (spec.kind === 'bridge' || spec.kind === 'veth') return actual.kind !== spec.kind;
  if (spec.kind === 'ifb') return actual.kind !== spec.kind || !isOfOurGroup(actual);
  if (spec.kind === 'vlan') {
    if (!isOfOurGroup(actual) || actual.kind !== kindOf(spec.technique)) return true;
    // A pair is connected anew by its programs; the kernel's own device is born with its VLAN.
    return spec.technique === '8021q' && (actual.vlan?.vid !== spec.vid || actual.vlan.parent !== spec.parent);
  }
  if (spec.kind !== 'vxlan') return false;
  const { vxlan } = actual;
  return !vxlan || vxlan.vni !== spec.vni || vxlan.local !== spec.local || vxlan.port !== VXLAN_PORT || vxlan.learning;
}

const kindOf = (technique: VlanTechnique): string => (technique === '8021q' ? 'vlan' : 'veth');
