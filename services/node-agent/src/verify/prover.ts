import type { Report } from '@weft/contracts';
import type { Dataplane } from '../apply/dataplane';
import type { Claim, Evidence, Verdict } from '../managers/plan.types';
import { isVerdict } from '../managers/plan.types';

/** Holds a claim against what has been read back. Reads only what drivers know: it costs no system call. */
export function prove(claim: Claim, dataplane: Pick<Dataplane, 'links' | 'namespaces' | 'dhcp'>): Report {
  const verdict = isVerdict(claim.rests) ? claim.rests : judge(claim.port, claim.rests, dataplane);
  return { object: 'port', id: claim.port, component: claim.component, generation: claim.generation, ...verdict };
}

const PROVEN: Verdict = { state: 'proven' };

function judge(port: string, evidence: Evidence, { links, namespaces, dhcp }: Parameters<typeof prove>[1]): Verdict {
  for (const name of evidence.links) {
    if (links.inSync(name)) continue;
    const failure = links.failures.get(name);
    if (failure) return { state: 'error', reason: 'kernel-refused', detail: failure.error.message };
    if (name === evidence.tap && !links.exists(name)) return { state: 'absent', reason: 'tap-missing' };
    return { state: 'pending', detail: links.explain(name) };
  }
  if (evidence.namespace !== undefined && !namespaces.inSync(evidence.namespace)) {
    const detail = namespaces.explain(evidence.namespace);
    const failed = namespaces.failures.get(evidence.namespace) !== undefined;
    return failed ? { state: 'error', reason: 'kernel-refused', detail } : { state: 'pending', detail };
  }
  const { reservation } = evidence;
  if (!reservation) return PROVEN;
  const server = dhcp.state(reservation.network);
  const held = reservation.text === null ? server.inSync : server.loaded.get(port) === reservation.text;
  if (held) return PROVEN;
  if (server.error) return { state: 'error', reason: 'daemon-failed', detail: server.error.message };
  return { state: 'pending', detail: 'the DHCP server has not yet read it' };
}
