import type { NetworkView } from '../state/fact.store';
import { planDhcp } from './dhcp.manager';
import { planFilter } from './filter.manager';
import { planForwarding } from './forwarding.manager';
import type { NetworkPlan, NodeProfile } from './plan.types';
import { EMPTY_PLAN } from './plan.types';
import { planSegment } from './segment.manager';
import { planWiring } from './wiring.manager';

/** Facts of one network → everything that must be on this node because of it. Pure. */
export function compileNetwork(view: NetworkView, node: NodeProfile): NetworkPlan {
  // Facts of a network may linger after its last assignment: without one, it has no place here.
  if (view.assigned.size === 0 && !view.dhcp) return EMPTY_PLAN;
  const network = view.network?.value ?? null;
  const moving = [...view.ports.values()].some(({ value }) => value?.mobile);
  const segment = network && planSegment(network, node, moving);
  const wiring = planWiring(view, network, segment, node);
  const dhcp = planDhcp(view, segment, node);
  const present = segment?.ok ? segment : null;
  const tables = present?.tunnel
    ? planForwarding(view, { id: present.id, bridge: present.bridge, tunnel: present.tunnel }, node)
    : { forwarding: [], neighbours: [] };
  const links = [...(present?.links ?? []), ...wiring.qos.links, ...wiring.links, ...dhcp.links];
  const { filter, claims } = planFilter(view, segment, links, node);
  return {
    links,
    buckets: wiring.qos.buckets,
    redirects: wiring.qos.redirects,
    frames: present ? wiring.qos.rules : null,
    filter,
    ...tables,
    namespace: dhcp.namespace,
    dhcp: dhcp.server,
    metadata: node.metadata && dhcp.namespace ? dhcp.namespace.name : null,
    claims: [...wiring.claims, ...claims, ...dhcp.claims],
  };
}
