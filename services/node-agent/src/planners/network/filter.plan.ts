import type { Fact, PortAssignment, PortFact } from '@weft/contracts';
import type { LinkSpec, NetworkFilter, PortFilter } from '@weft/dataplane';
import type { PortPolicy } from '@weft/net';
import { Cidr, canonicalIp, formatIp, linkLocal } from '@weft/net';
import { tapName } from '../../names';
import type { NetworkView } from './network.index';
import type { Requirement, NodeProfile, Outcome } from '../planner';
import type { Segment } from './segment.plan';
import { requirementOf } from './wiring.plan';

export interface FilterPlan {
  readonly filter: NetworkFilter | null;
  readonly requirements: readonly Requirement[];
}

export const NO_FILTER: Outcome = {
  state: 'error',
  reason: 'unsupported-on-node',
  detail: 'the kernel cannot filter in bridges (br_netfilter, nftables): the port stays closed',
};

/** A port with security, on a node which cannot filter: it may not be in its bridge. */
export const mustStayClosed = ({ security }: PortAssignment, { capabilities }: NodeProfile): boolean =>
  security !== null && !capabilities.filter;

/** What may pass to and from the instances of a network which this node hosts. @param links all that is planned of the network */
export function planFilter(
  view: NetworkView,
  segment: Segment | null,
  links: readonly LinkSpec[],
  node: NodeProfile,
): FilterPlan {
  const hosted = hostedPorts(view);
  const requirements = hosted.map(({ fact, assignment }) =>
    requirementOf(fact, 'filtered', dependenciesOf(fact, assignment, segment, node)),
  );
  if (!segment?.ok || !node.capabilities.filter) return { filter: null, requirements };
  const ports = hosted.map(({ fact, assignment }): PortFilter => ({
    device: tapName((fact.value as PortFact).id),
    policy: policyOf(fact.value as PortFact, assignment),
  }));
  const instances = new Set(ports.map(({ device }) => device));
  const trusted = links.flatMap((link) =>
    'master' in link && link.master === segment.bridge && !instances.has(link.name) ? [link.name] : [],
  );
  return { filter: { bridge: segment.bridge, trusted, dhcpServers: dhcpServers(view), ports }, requirements };
}

function hostedPorts(view: NetworkView): { readonly fact: Fact<PortFact>; readonly assignment: PortAssignment }[] {
  return [...view.assigned].flatMap(([id, assignment]) => {
    const fact = view.ports.get(id);
    return fact?.value && id !== view.dhcp?.port ? [{ fact, assignment }] : [];
  });
}

function dependenciesOf(
  { value }: Fact<PortFact>,
  assignment: PortAssignment,
  segment: Segment | null,
  node: NodeProfile,
): Requirement['dependsOn'] {
  if (mustStayClosed(assignment, node)) return NO_FILTER;
  if (!segment) return { state: 'pending', reason: 'network-unknown' };
  if (!segment.ok) return segment.outcome;
  // Without port security on a node without a filter: nothing has to be in force.
  return node.capabilities.filter ? [{ driver: 'filter', key: tapName((value as PortFact).id) }] : { state: 'proven' };
}

function policyOf(port: PortFact, { security }: PortAssignment): PortPolicy | null {
  if (security === null) return null;
  const own = port.mac.toLowerCase();
  const pairs = security.pairs.map(({ mac, ip }) => ({
    mac: mac.toLowerCase(),
    ip: Cidr.parse(ip)?.toString() ?? canonicalIp(ip),
  }));
  return {
    macs: [...new Set([own, ...pairs.map(({ mac }) => mac)])],
    identities: [...port.addresses.map(({ ip }) => ({ mac: own, ip: canonicalIp(ip) })), ...pairs],
    groups: security.groups,
  };
}

/** From where a network's instances may be answered: DHCPv6 speaks from the link-local address. */
const dhcpServers = (view: NetworkView): string[] => [
  ...new Set(
    [...view.ports.values()].flatMap(({ value }) =>
      value && (value.deviceOwner === 'network:dhcp' || value.id === view.dhcp?.port)
        ? [...value.addresses.map(({ ip }) => canonicalIp(ip)), formatIp(linkLocal(value.mac.toLowerCase()))]
        : [],
    ),
  ),
];
