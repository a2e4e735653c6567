import type { SecurityGroupRuleFact } from '@weft/contracts';
import { ICMP, isEverything, type RulePlan } from './rule-plan';

/** What a node is told of a rule: what it comes to. */
export type RuleRow = Omit<RulePlan, 'protocol' | 'remote_ip_prefix' | 'description'> & { readonly id: string };

export function ruleFact(row: RuleRow): SecurityGroupRuleFact {
  const { protocol_number: protocol, port_range_min: min, port_range_max: max } = row;
  const icmp = protocol !== null && ICMP.includes(protocol);
  return {
    id: row.id,
    direction: row.direction as 'ingress' | 'egress',
    ipVersion: row.ethertype === 'IPv4' ? 4 : 6,
    protocol,
    ports: icmp || min === null || max === null ? null : { min, max },
    icmp: icmp && min !== null ? { type: min, code: max } : null,
    remote: remoteOf(row),
  };
}

function remoteOf(row: RuleRow): SecurityGroupRuleFact['remote'] {
  if (row.remote_group_id !== null) return { group: row.remote_group_id };
  if (row.remote_address_group_id !== null) return { addressGroup: row.remote_address_group_id };
  return row.normalized_cidr === null || isEverything(row.normalized_cidr) ? null : { prefix: row.normalized_cidr };
}
