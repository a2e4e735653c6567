import { qosPolicyFact, type QosFact, type RateFact } from '@weft/contracts';
import { statement } from '@weft/persistence';
import type { FactSource } from '@weft/service-kit';

interface RuleRow {
  readonly [column: string]: unknown;
  readonly type: string;
  readonly direction: string;
  readonly amount: number;
  readonly burst: number;
}

interface PolicyRow {
  readonly id: string;
  readonly generation: number;
  readonly rules: readonly RuleRow[];
}

const lock = statement('qos-facts', 'SELECT generation FROM qos_policy WHERE id = $1 FOR UPDATE');
const rules = statement('qos-rules', 'SELECT type, direction, amount, burst FROM qos_rule WHERE policy_id = $1');

/** A QoS policy: what its rules amount to. */
export const qosPolicyFacts: FactSource<PolicyRow, 'qos-policy'> = {
  *of(policy) {
    yield [qosPolicyFact.key(policy.id), factOf(policy)];
  },
  generations: { 'qos-policy': 'SELECT id AS policy, generation FROM qos_policy' },
  async lock(tx, { policy: id }) {
    const [row] = await tx.query<{ generation: number }>(lock, [id]);
    return row ? { id, generation: row.generation, rules: await tx.query<RuleRow>(rules, [id]) } : null;
  },
};

const factOf = ({ id, rules: all }: PolicyRow): QosFact => ({
  id,
  egress: rateOf(all, 'egress'),
  ingress: rateOf(all, 'ingress'),
  dscp: all.find(({ type }) => type === 'dscp_marking')?.amount ?? null,
});

function rateOf(all: readonly RuleRow[], direction: string): RateFact | null {
  const of = (type: string) => all.find((rule) => rule.type === type && rule.direction === direction);
  const [bits, packets] = [of('bandwidth_limit'), of('packet_rate_limit')];
  if (!bits && !packets) return null;
  return { kbps: bits?.amount ?? null, burstKbit: bits?.burst ?? 0, pps: packets ? packets.amount * 1000 : null };
}
