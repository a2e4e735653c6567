import type { Fact, NetworkFact, PortFact } from '@weft/contracts';
import type { LinkSpec } from '@weft/dataplane';
import { tapName } from '../names';
import type { NetworkView } from '../state/fact.store';
import type { Claim, Verdict } from './plan.types';
import type { Segment } from './segment.manager';

const ADMIN_DOWN: Verdict = { state: 'absent', reason: 'admin-down' };

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
): { links: LinkSpec[]; claims: Claim[] } {
  const links: LinkSpec[] = [];
  const claims: Claim[] = [];
  for (const id of view.assigned) {
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
    const tap = tapName(id);
    links.push({ kind: 'tap', name: tap, mtu: network.mtu, master: segment.bridge, up });
    const evidence = { links: [...segment.links.map(({ name }) => name), tap], tap };
    claims.push(claimOf(fact, 'wired', up ? evidence : ADMIN_DOWN));
  }
  return { links, claims };
}
