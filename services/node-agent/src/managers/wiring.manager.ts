import type { Fact, NetworkFact, PortFact } from '@weft/contracts';
import type { LinkSpec } from '@weft/dataplane';
import { tapName } from '../names';
import type { NetworkView } from '../state/fact.store';
import { NO_FILTER, mustStayClosed } from './filter.manager';
import type { Claim, Evidence, NodeProfile, Verdict } from './plan.types';
import { isVerdict } from './plan.types';
import type { QosPlan } from './qos.manager';
import { joinQos, planQos } from './qos.manager';
import type { Segment } from './segment.manager';

const ADMIN_DOWN: Verdict = { state: 'absent', reason: 'admin-down' };
const NO_VLAN: Verdict = {
  state: 'error',
  reason: 'unsupported-on-node',
  detail: 'the kernel has neither 8021q nor BPF classifiers: no trunks',
};

export const claimOf = (fact: Fact<PortFact>, component: Claim['component'], rests: Claim['rests']): Claim => ({
  port: (fact.value as PortFact).id,
  component,
  generation: fact.generation,
  ...(fact.trace !== undefined && { trace: fact.trace }),
  rests,
});

/** The taps of the instances which this node hosts. A DHCP port is the DHCP manager's. */
export function planWiring(
  view: NetworkView,
  network: NetworkFact | null,
  segment: Segment | null,
  node: NodeProfile,
): { links: LinkSpec[]; qos: QosPlan; claims: Claim[] } {
  const links: LinkSpec[] = [];
  const policies: QosPlan[] = [];
  const claims: Claim[] = [];
  for (const [id, assignment] of view.assigned) {
    const fact = view.ports.get(id);
    // Without the port's fact there is no generation to speak of.
    if (!fact?.value || id === view.dhcp?.port) continue;
    if (!network || !segment) {
      claims.push(claimOf(fact, 'wired', { state: 'pending', reason: 'network-unknown' }));
      continue;
    }
    if (!segment.ok) {
      claims.push(claimOf(fact, 'wired', segment.verdict));
      continue;
    }
    const up = fact.value.adminStateUp && network.adminStateUp;
    if (fact.value.subport && !node.capabilities.vlan) {
      claims.push(claimOf(fact, 'wired', NO_VLAN));
      continue;
    }
    if (mustStayClosed(assignment, node)) {
      claims.push(claimOf(fact, 'wired', NO_FILTER));
      continue;
    }
    const link = planDevice(fact.value, { mtu: network.mtu, master: segment.bridge, up }, node);
    links.push(link);
    const qos = planQos(assignment, { device: link.name, mtu: network.mtu }, view.policies, node);
    if (!isVerdict(qos)) policies.push(qos);
    claims.push(claimOf(fact, 'wired', up ? evidenceOf(fact.value, segment, qos) : ADMIN_DOWN));
  }
  return { links, qos: joinQos(policies), claims };
}

function evidenceOf(port: PortFact, segment: Extract<Segment, { ok: true }>, qos: QosPlan | Verdict): Claim['rests'] {
  if (isVerdict(qos)) return qos;
  const evidence: Evidence = {
    links: [...segment.links, ...qos.links].map(({ name }) => name),
    port: { device: tapName(port.id), tap: tapName(port.subport?.parent ?? port.id) },
    frames: true,
  };
  if (qos.buckets.length === 0) return evidence;
  return {
    ...evidence,
    buckets: qos.buckets.map(({ device }) => device),
    redirects: qos.redirects.map(({ device }) => device),
  };
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
