import type { Json } from '@weft/contracts';

/** A kind of rule: which of its attributes stand in which column, and what nodes do for it. */
export interface QosRuleType {
  /** As policies list it: `bandwidth_limit`. */
  readonly name: string;
  readonly amount: string;
  readonly burst?: string;
  readonly directed: boolean;
  /** What nodes enforce of it, in the words of `rule-types`; none: it is a request to schedulers of computes. */
  readonly supported?: readonly {
    readonly parameter_name: string;
    readonly parameter_type: string;
    readonly parameter_values: Json;
  }[];
}

const KBPS = { start: 0, end: 2_147_483_647 };
const choices = (name: string, values: Json) => ({
  parameter_name: name,
  parameter_type: 'choices',
  parameter_values: values,
});
const range = (name: string) => ({ parameter_name: name, parameter_type: 'range', parameter_values: KBPS });

export const QOS_RULE_TYPES: readonly QosRuleType[] = [
  {
    name: 'bandwidth_limit',
    amount: 'max_kbps',
    burst: 'max_burst_kbps',
    directed: true,
    supported: [range('max_kbps'), range('max_burst_kbps'), choices('direction', ['egress', 'ingress'])],
  },
  {
    name: 'dscp_marking',
    amount: 'dscp_mark',
    directed: false,
    supported: [
      choices('dscp_mark', [0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 44, 46, 48, 56]),
    ],
  },
  { name: 'minimum_bandwidth', amount: 'min_kbps', directed: true },
  { name: 'minimum_packet_rate', amount: 'min_kpps', directed: true },
  {
    name: 'packet_rate_limit',
    amount: 'max_kpps',
    burst: 'max_burst_kpps',
    directed: true,
    supported: [range('max_kpps'), choices('direction', ['egress', 'ingress'])],
  },
];

/** The type's attributes → columns of `qos_rule`. */
export const columnsOf = ({ amount, burst, directed }: QosRuleType): Readonly<Record<string, string>> => ({
  [amount]: 'amount',
  ...(burst !== undefined && { [burst]: 'burst' }),
  ...(directed && { direction: 'direction' }),
});
