import { sysctlIsSet } from '../namespace/sysctl';
import type { LinkState } from '../netlink/link.codec';
import { bridgeSysctls } from './bridge-sysctl';
import type { LinkTable } from './link.table';
import type { LinkSpec } from './link.types';
import { VXLAN_PORT } from './link.types';

/** A device as compared: with its bridge by name, and the settings of a bridge that are files. */
export interface ActualLink extends LinkState {
  readonly masterName: string | null;
  readonly sysctlsSet: boolean;
}

/** Below this MTU (RFC 8200) the kernel runs no IPv6 on a device, so that there is nothing to switch off. */
const IPV6_MIN_MTU = 1280;

export function toActual(link: LinkState, table: LinkTable): ActualLink {
  return {
    ...link,
    masterName: link.master === 0 ? null : table.nameOf(link.master),
    sysctlsSet: link.kind !== 'bridge' || bridgeSysctls(link.name).every(sysctlIsSet),
  };
}

/** The node itself has nothing to say on a tenant's network: no link-local address, no solicitations from it. */
export const needsNoAutoAddress = (spec: LinkSpec): boolean => spec.kind !== 'nic' && spec.mtu >= IPV6_MIN_MTU;

/** What differs between a device and its specification, in words; empty: nothing. */
export function differences(spec: LinkSpec, actual: ActualLink): string[] {
  const found: string[] = [];
  const check = (what: string, desired: unknown, is: unknown) => {
    if (desired !== is) found.push(`${what} is ${String(is)}, not ${String(desired)}`);
  };
  if (spec.kind === 'bridge' || spec.kind === 'vxlan' || spec.kind === 'veth') check('kind', spec.kind, actual.kind);
  if (spec.kind !== 'bridge') check('bridge', spec.master, actual.masterName);
  if (spec.kind !== 'nic') check('mtu', spec.mtu, actual.mtu);
  check('up', 'up' in spec ? spec.up : true, actual.up);
  if (needsNoAutoAddress(spec)) check('noAutoAddress', true, actual.noAutoAddress);
  if (spec.kind === 'bridge') check('sysctls', true, actual.sysctlsSet);
  if (spec.kind === 'vxlan') {
    if (mustBeMadeAgain(spec, actual)) check('tunnel', spec.local, actual.vxlan?.local);
    check('port learning', false, actual.bridgePort?.learning ?? false);
    if (spec.neighSuppress !== undefined) check('neigh_suppress', spec.neighSuppress, actual.bridgePort?.neighSuppress);
  }
  return found;
}

/** What a device is born with and cannot change. */
export function mustBeMadeAgain(spec: LinkSpec, actual: ActualLink): boolean {
  if (spec.kind === 'bridge' || spec.kind === 'veth') return actual.kind !== spec.kind;
  if (spec.kind !== 'vxlan') return false;
  const { vxlan } = actual;
  return !vxlan || vxlan.vni !== spec.vni || vxlan.local !== spec.local || vxlan.port !== VXLAN_PORT || vxlan.learning;
}
