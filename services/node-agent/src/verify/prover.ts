import type { Report } from '@weft/contracts';
import type { Dataplane } from '../apply/dataplane';
import type { Claim, Evidence, Verdict } from '../managers/plan.types';
import { isVerdict } from '../managers/plan.types';

/** Holds a claim against what has been read back. Reads only what drivers know: it costs no system call. */
export function prove(
  claim: Claim,
  dataplane: Pick<Dataplane, 'links' | 'buckets' | 'redirects' | 'frames' | 'filter' | 'namespaces' | 'dhcp'>,
): Report {
  const verdict = isVerdict(claim.rests) ? claim.rests : judge(claim.port, claim.rests, dataplane);
  return { object: 'port', id: claim.port, component: claim.component, generation: claim.generation, ...verdict };
}

const PROVEN: Verdict = { state: 'proven' };

function judge(port: string, evidence: Evidence, dataplane: Parameters<typeof prove>[1]): Verdict {
  const { links, frames, namespaces, dhcp } = dataplane;
  for (const name of evidence.links) {
    const verdict = judgeLink(name, links);
    if (verdict) return verdict;
  }
  if (evidence.port) {
    if (!links.exists(evidence.port.tap)) return { state: 'absent', reason: 'tap-missing' };
    const verdict = judgeLink(evidence.port.device, links);
    if (verdict) return verdict;
  }
  for (const [driver, devices] of [
    [dataplane.buckets, evidence.buckets ?? []],
    [dataplane.redirects, evidence.redirects ?? []],
  ] as const) {
    const device = devices.find((name) => !driver.inSync(name));
    if (device !== undefined) return refusedOr(driver.failures.get(device), `${driver.table.kind} of ${device}`);
  }
  if (evidence.filter !== undefined) {
    const verdict = judgeFilter(evidence.filter, dataplane.filter);
    if (verdict) return verdict;
  }
  if (evidence.frames && !frames.inSync()) return refusedOr(frames.failure, 'the rules for frames');
  if (evidence.namespace !== undefined && !namespaces.inSync(evidence.namespace)) {
    const detail = namespaces.explain(evidence.namespace);
    const failed = namespaces.failures.get(evidence.namespace) !== undefined;
    return failed ? { state: 'error', reason: 'kernel-refused', detail } : { state: 'pending', detail };
  }
  const { reservation } = evidence;
  if (!reservation) return PROVEN;
  const server = dhcp.state(reservation.network);
  const refusal = server.refused.get(port);
  if (refusal !== undefined) return { state: 'error', reason: 'daemon-failed', detail: refusal };
  const held = reservation.text === null ? server.inSync : server.loaded.get(port) === reservation.text;
  if (held) return PROVEN;
  if (server.error) return { state: 'error', reason: 'daemon-failed', detail: server.error.message };
  return { state: 'pending', detail: 'the DHCP server has not yet read it' };
}

function judgeFilter(device: string, filter: Dataplane['filter']): Verdict | null {
  const unknown = filter.unknownGroups(device);
  if (unknown.length > 0) return { state: 'pending', reason: 'group-unknown', detail: unknown.join(', ') };
  return filter.inSync(device) ? null : refusedOr(filter.failureOf(device), `the filter of ${device}`);
}

function judgeLink(name: string, links: Dataplane['links']): Verdict | null {
  if (links.inSync(name)) return null;
  return refusedOr(links.failures.get(name), links.explain(name));
}

const refusedOr = (failure: { readonly error: Error } | undefined, detail: string): Verdict =>
  failure ? { state: 'error', reason: 'kernel-refused', detail: failure.error.message } : { state: 'pending', detail };
