import type { Tx } from '@weft/persistence';
import { isEverything, type RulePlan } from './rule-plan';

const PLANNED = [
  ...(['direction', 'ethertype', 'protocol', 'protocol_number', 'port_range_min', 'port_range_max'] as const),
  ...(['remote_ip_prefix', 'normalized_cidr', 'remote_group_id', 'remote_address_group_id', 'description'] as const),
] satisfies readonly (keyof RulePlan)[];
/** What does not make two rules differ. */
const NAMES: readonly string[] = ['protocol', 'remote_ip_prefix', 'normalized_cidr', 'description', 'project_id'];
const PREFIX = `NULLIF(NULLIF(normalized_cidr, '0.0.0.0/0'), '::/0')`;

export type Inserted = { readonly id: string } | { readonly existing: string };

/**
 * Writes a rule or the template of one, if there is none like it: a unique index decides.
 * @param own columns beside those of the plan
 */
export async function insertOnce(
  tx: Tx,
  table: 'security_group_rule' | 'rule_template',
  own: Readonly<Record<string, unknown>>,
  plan: RulePlan,
): Promise<Inserted> {
  const columns: [string, unknown][] = [
    ...Object.entries(own),
    ...PLANNED.map((name): [string, unknown] => [name, plan[name]]),
  ];
  const [made] = await tx.query<{ id: string }>(
    `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')})
     VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')}) ON CONFLICT DO NOTHING RETURNING id`,
    columns.map(([, value]) => value),
  );
  if (made) return made;
  const same = columns.filter(([name]) => !NAMES.includes(name));
  const [existing] = await tx.query<{ id: string }>(
    `SELECT id FROM ${table} WHERE ${same.map(([name], i) => `${name} IS NOT DISTINCT FROM $${i + 2}`).join(' AND ')}
       AND ${PREFIX} IS NOT DISTINCT FROM $1`,
    [isEverything(plan.normalized_cidr) ? null : plan.normalized_cidr, ...same.map(([, value]) => value)],
  );
  return { existing: existing!.id };
}
