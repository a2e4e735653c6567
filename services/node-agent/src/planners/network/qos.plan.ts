import type { PortAssignment, QosFact, RateFact } from '@weft/contracts';
import type { Bucket, LinkSpec, PortRules, Redirect } from '@weft/dataplane';
import { ifbName } from '../../names';
import type { NetworkView } from './network.index';
import type { NodeProfile, Outcome } from '../planner';

/** What holds the ports of one network to their policies. */
export interface QosPlan {
  readonly links: readonly LinkSpec[];
  readonly buckets: readonly Bucket[];
  readonly redirects: readonly Redirect[];
  readonly rules: readonly PortRules[];
}

export const NO_QOS: QosPlan = { links: [], buckets: [], redirects: [], rules: [] };

/** Bytes of one kbit. */
const KBIT = 125;

/**
 * A port's policy, at its device. What the instance gets leaves the device, and is shaped there; what it sends comes in, where nothing
 * waits: it is redirected through the queue of an ifb. Shaped, not dropped: TCP keeps to a rate that it can feel.
 *
 * @returns the plan, or why it cannot be here (yet).
 */
export function planQos(
  { port, qosPolicy }: PortAssignment,
  { device, mtu }: { readonly device: string; readonly mtu: number },
  policies: NetworkView['policies'],
  { capabilities }: NodeProfile,
): QosPlan | Outcome {
  if (qosPolicy === null) return NO_QOS;
  const policy = policies.get(qosPolicy);
  if (!policy) return { state: 'pending', detail: `QoS policy ${qosPolicy} is not known yet` };
  const [egress, ingress] = [kbpsOf(policy.egress), kbpsOf(policy.ingress)];
  if ((egress !== null || ingress !== null) && !capabilities.shaping)
    return {
      state: 'error',
      reason: 'unsupported-on-node',
      detail: 'the kernel has no tbf or no ifb: no bandwidth limits',
    };
  const ifb = ifbName(port);
  const limitOf = (at: string, rate: RateFact | null): Bucket[] =>
    rate === null || kbpsOf(rate) === null
      ? []
      : [{ device: at, rate: rate.kbps! * KBIT, burst: rate.burstKbit * KBIT }];
  return {
    links: egress === null ? [] : [{ kind: 'ifb', name: ifb, mtu }],
    buckets: [...limitOf(device, policy.ingress), ...limitOf(ifb, policy.egress)],
    redirects: egress === null ? [] : [{ device, through: ifb }],
    rules: rulesOf(device, policy),
  };
}

const kbpsOf = (rate: RateFact | null): number | null => rate?.kbps ?? null;

function rulesOf(device: string, { egress, ingress, dscp }: QosFact): PortRules[] {
  const rules = { device, egressPps: egress?.pps ?? null, ingressPps: ingress?.pps ?? null, dscp };
  return rules.egressPps === null && rules.ingressPps === null && dscp === null ? [] : [rules];
}

export const joinQos = (plans: readonly QosPlan[]): QosPlan => ({
  links: plans.flatMap(({ links }) => links),
  buckets: plans.flatMap(({ buckets }) => buckets),
  redirects: plans.flatMap(({ redirects }) => redirects),
  rules: plans.flatMap(({ rules }) => rules),
});
