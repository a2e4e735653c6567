import { createHash } from 'node:crypto';
import type { Fact, PortFact } from '@weft/contracts';
import type { DhcpServerSpec, LinkSpec, NamespaceSpec } from '@weft/dataplane';
import { reservationText } from '@weft/dataplane';
import { innerName, tapName } from '../../names';
import type { NetworkView } from './network.index';
import { planNamespace } from './dhcp.namespace';
import { planServer } from './dhcp.server';
import type { Condition, NodeProfile, Outcome, Requirement } from '../planner';
import type { Segment } from './segment.plan';
import { onEach, requirementOf } from './wiring.plan';

export interface DhcpPlan {
  readonly links: readonly LinkSpec[];
  readonly namespace: NamespaceSpec | null;
  readonly server: DhcpServerSpec | null;
  readonly requirements: readonly Requirement[];
}

const NOTHING: DhcpPlan = { links: [], namespace: null, server: null, requirements: [] };

/** DHCP and, in the same namespace, the ground for metadata: for a network whose DHCP this node serves. */
export function planDhcp(view: NetworkView, segment: Segment | null, node: NodeProfile): DhcpPlan {
  const { dhcp } = view;
  const network = view.network?.value ?? null;
  if (!dhcp) return NOTHING;
  const all = (dependsOn: Requirement['dependsOn']): DhcpPlan => ({
    ...NOTHING,
    requirements: requirementsOfAll(view, dependsOn),
  });
  if (!network || !segment) return all({ state: 'pending', reason: 'network-unknown' });
  if (!segment.ok) return all(segment.outcome);
  const own = view.ports.get(dhcp.port);
  if (!network.adminStateUp || own?.value?.adminStateUp === false)
    return all({ state: 'absent', reason: 'admin-down' });
  // Nothing to reserve anywhere: no server, no namespace, and nothing that would have to be proven.
  if (!network.subnets.some(({ enableDhcp }) => enableDhcp)) return all({ state: 'proven' });
  if (!own?.value)
    return all({ state: 'pending', reason: 'waiting-for-node', detail: 'the DHCP port is not known yet' });

  // The same order on every node and after every restart: the same facts must give the same files.
  const ports = [...view.ports.keys()]
    .sort()
    .map((id) => view.ports.get(id)?.value ?? null)
    .filter((port) => port !== null);
  const servers = ports.filter(({ id, deviceOwner }) => id === dhcp.port || deviceOwner === 'network:dhcp');
  const context = { network, segment: segment.id, own: own.value, servers, metadata: node.metadata };
  const namespace = planNamespace(network, own.value, servers, node);
  const server = planServer(context, ports, namespace, node.dhcp);
  const tap = tapName(dhcp.port);
  const link: LinkSpec = {
    kind: 'veth',
    name: tap,
    mtu: network.mtu,
    master: segment.bridge,
    up: true,
    peer: { netns: namespace.name, name: innerName(dhcp.port), mac: own.value.mac.toLowerCase() },
  };
  const texts = new Map(server.reservations.map((r) => [r.port, reservationText(r, server.domain)]));
  const ground: readonly Condition[] = [
    ...onEach('link', [...segment.links.map(({ name }) => name), tap]),
    { driver: 'namespace', key: namespace.name },
  ];
  const specs = digest([segment.links, link, namespace]);
  const requirements = [...view.ports.values()].map((fact) => {
    const text = texts.get((fact.value as PortFact).id) ?? null;
    return requirementOnce(fact, specs, text, ground, view.id);
  });
  requirements.push(requirementOf(own, 'wired', ground));
  return { links: [link], namespace, server, requirements };
}

const made = new WeakMap<
  Fact<PortFact>,
  { readonly specs: string; readonly text: string | null; readonly requirement: Requirement }
>();

/**
 * A fact is never altered, only replaced: of a large network in which one port has changed, all other requirements stay the same objects.
 * @param specs of its ground, as desired: with other ones it is another requirement, which has to be proven anew
 * @param text of the port's reservation
 */
function requirementOnce(
  fact: Fact<PortFact>,
  specs: string,
  text: string | null,
  ground: readonly Condition[],
  network: string,
): Requirement {
  const known = made.get(fact);
  if (known?.specs === specs && known.text === text) return known.requirement;
  const server: Condition =
    text === null
      ? { driver: 'dhcp', key: network }
      : { driver: 'dhcp', key: `${network} ${(fact.value as PortFact).id}`, content: text };
  const requirement = requirementOf(fact, 'dhcp', [...ground, server]);
  made.set(fact, { specs, text, requirement });
  return requirement;
}

const digest = (specs: unknown): string => createHash('sha1').update(JSON.stringify(specs)).digest('hex');

function requirementsOfAll(view: NetworkView, outcome: Requirement['dependsOn']): Requirement[] {
  const requirements = [...view.ports.values()].map((fact) => requirementOf(fact, 'dhcp', outcome));
  const own = view.dhcp && view.ports.get(view.dhcp.port);
  // Without a server the DHCP port is nowhere: that is not "wired".
  const wired: Requirement['dependsOn'] =
    (outcome as Outcome).state === 'proven' ? { state: 'absent', detail: 'no subnet with DHCP' } : outcome;
  if (own) requirements.push(requirementOf(own, 'wired', wired));
  return requirements;
}
