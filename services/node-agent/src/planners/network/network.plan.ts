import { EMPTY_PLAN, type NodeProfile, type Plan } from '../planner';
import { planDhcp } from './dhcp.plan';
import { planFilter } from './filter.plan';
import { planForwarding } from './forwarding.plan';
import type { NetworkView } from './network.index';
import { planSegment } from './segment.plan';
import { planWiring } from './wiring.plan';

/** Facts of one network → everything that must be on this node because of it. Pure. */
export function planNetwork(view: NetworkView, node: NodeProfile): Plan {
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
  const { filter, requirements } = planFilter(view, segment, links, node);
  return {
    objects: {
      link: links,
      rate: wiring.qos.buckets,
      redirect: wiring.qos.redirects,
      frames: present ? [{ bridge: present.bridge, ports: wiring.qos.rules }] : [],
      filter: filter ? [{ kind: 'network', filter }] : [],
      fdb: tables.forwarding,
      neighbour: tables.neighbours,
      namespace: dhcp.namespace ? [dhcp.namespace] : [],
      dhcp: dhcp.server ? [dhcp.server] : [],
      metadata: node.metadata && dhcp.namespace ? [{ network: view.id, namespace: dhcp.namespace.name }] : [],
    },
    requirements: [...wiring.requirements, ...requirements, ...dhcp.requirements],
  };
}
