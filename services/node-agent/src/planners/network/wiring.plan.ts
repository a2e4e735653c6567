import type { Fact, NetworkFact, PortFact } from '@weft/contracts';
import { FRAME_TABLE, type LinkSpec } from '@weft/dataplane';
import { tapName } from '../../names';
import type { NetworkView } from './network.index';
import { NO_FILTER, mustStayClosed } from './filter.plan';
import type { Condition, NodeProfile, Outcome, Requirement } from '../planner';
import type { QosPlan } from './qos.plan';
import { joinQos, planQos } from './qos.plan';
import type { Segment } from './segment.plan';

const ADMIN_DOWN: Outcome = { state: 'absent', reason: 'admin-down' };
const NO_VLAN: Outcome = {
  state: 'error',
  reason: 'unsupported-on-node',
  detail: 'the kernel has neither 8021q nor BPF classifiers: no trunks',
};

export const requirementOf = (
  fact: Fact<PortFact>,
  component: Requirement['component'],
  dependsOn: Requirement['dependsOn'],
): Requirement => ({
  object: { type: 'port', id: (fact.value as PortFact).id },
  component,
  generation: fact.generation,
  ...(fact.trace !== undefined && { trace: fact.trace }),
  dependsOn,
});

/** A condition for each of several objects of one driver. */
export const onEach = (driver: Condition['driver'], keys: readonly string[]): Condition[] =>
  keys.map((key) => ({ driver, key }));

/** The taps of the instances which this node hosts. A DHCP port is the DHCP plan's. */
export function planWiring(
  view: NetworkView,
  network: NetworkFact | null,
  segment: Segment | null,
  node: NodeProfile,
): { links: LinkSpec[]; qos: QosPlan; requirements: Requirement[] } {
  const links: LinkSpec[] = [];
  const policies: QosPlan[] = [];
  const requirements: Requirement[] = [];
  for (const [id, assignment] of view.assigned) {
    const fact = view.ports.get(id);
    // Without the port's fact there is no generation to speak of.
    if (!fact?.value || id === view.dhcp?.port) continue;
    if (!network || !segment) {
      requirements.push(requirementOf(fact, 'wired', { state: 'pending', reason: 'network-unknown' }));
      continue;
    }
    if (!segment.ok) {
      requirements.push(requirementOf(fact, 'wired', segment.outcome));
      continue;
    }
    const up = fact.value.adminStateUp && network.adminStateUp;
    if (fact.value.subport && !node.capabilities.vlan) {
      requirements.push(requirementOf(fact, 'wired', NO_VLAN));
      continue;
    }
    if (mustStayClosed(assignment, node)) {
      requirements.push(requirementOf(fact, 'wired', NO_FILTER));
      continue;
    }
    const link = planDevice(fact.value, { mtu: network.mtu, master: segment.bridge, up }, node);
    links.push(link);
    const qos = planQos(assignment, { device: link.name, mtu: network.mtu }, view.policies, node);
    if (!('state' in qos)) policies.push(qos);
    requirements.push(requirementOf(fact, 'wired', up ? conditionsOf(fact.value, segment, qos) : ADMIN_DOWN));
  }
  return { links, qos: joinQos(policies), requirements };
}

/** Its network's devices, its own, its limits, and the rules for frames: without those it would be connected to more than its network. */
function conditionsOf(
  port: PortFact,
  segment: Extract<Segment, { ok: true }>,
  qos: QosPlan | Outcome,
): Requirement['dependsOn'] {
  if ('state' in qos) return qos;
  const links = [...segment.links, ...qos.links].map(({ name }) => name);
  return [
    ...onEach('link', [...links, tapName(port.id)]),
    ...onEach(
      'rate',
      qos.buckets.map(({ device }) => device),
    ),
    ...onEach(
      'redirect',
      qos.redirects.map(({ device }) => device),
    ),
    { driver: 'frames', key: FRAME_TABLE },
  ];
}

/** The instance's tap, or for a subport of a trunk the VLAN inside of its parent's. */
function planDevice(
  { id, subport }: PortFact,
  place: { readonly mtu: number; readonly master: string; readonly up: boolean },
  { capabilities }: NodeProfile,
): LinkSpec {
  const name = tapName(id);
  if (!subport) return { kind: 'tap', name, ...place };
  const [parent, technique] = [tapName(subport.parent), capabilities.vlan!];
  return { kind: 'vlan', name, ...place, parent, vid: subport.vlan, technique };
}
