import { type SecurityGroupFact, securityGroupFact } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';
import type { FactSource } from '@weft/service-kit';
import { ruleFact, type RuleRow } from '../rule/rule-fact';

/** What decides a group's fact, beside its rules. */
export interface GroupState {
  readonly [column: string]: unknown;
  readonly generation: number;
  readonly stateful: boolean;
}

interface GroupFactRow {
  readonly generation: number;
  readonly value: SecurityGroupFact;
}

const state = statement(
  'group-state',
  'SELECT generation, stateful FROM security_group WHERE id = $1 FOR NO KEY UPDATE',
);
const rules = statement(
  'group-rules',
  `SELECT id, direction, ethertype, protocol_number, port_range_min, port_range_max, normalized_cidr, remote_group_id,
     remote_address_group_id FROM security_group_rule WHERE group_id = $1 ORDER BY id`,
);

/** A security group with its rules: nodes get it as a whole. */
export const securityGroupFacts: FactSource<GroupFactRow, 'security-group'> = {
  *of({ value }) {
    yield [securityGroupFact.key(value.id), value];
  },
  generations: { 'security-group': 'SELECT id AS group, generation FROM security_group' },
  async lock(tx, { group }) {
    const [row] = await tx.query<GroupState>(state, [group]);
    return row ? withRules(tx, group, row) : null;
  },
};

/** The row of a group's fact, the group being locked. */
export async function withRules(tx: Tx, id: string, { generation, stateful }: GroupState): Promise<GroupFactRow> {
  const all = await tx.query<RuleRow & { readonly [column: string]: unknown }>(rules, [id]);
  return { generation, value: { id, stateful, rules: all.map(ruleFact) } };
}
