import { qosPolicyFact, type QosFact, type RateFact } from '@weft/contracts';
import { type Statement, statement, type Tx } from '@weft/persistence';
import { isOpen } from '../sharing/sharing';

export interface QosPolicyRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string;
  readonly is_default: boolean;
  readonly tags: string[];
  readonly generation: number;
  readonly revision_number: number;
  /** To the project for which it was read. */
  readonly shared: boolean;
}

interface RuleRow {
  readonly [column: string]: unknown;
  readonly type: string;
  readonly direction: string;
  readonly amount: number;
  readonly burst: number;
}

const byId = (lock: string) => `
  SELECT q.id, q.project_id, q.name, q.description, q.is_default, q.tags, q.generation, q.revision_number,
    ${isOpen('access_as_shared', 'q.id', '$2')} AS shared
  FROM qos_policy q WHERE q.id = $1 FOR ${lock} OF q`;
const lockForUse = statement('qos-use', byId('KEY SHARE'));
const lockForChange = statement('qos-change', byId('UPDATE'));
const opening = statement('qos-opening', `SELECT ${isOpen('access_as_shared', '$1', '$2')} AS shared`);
const rules = statement('qos-rules', 'SELECT type, direction, amount, burst FROM qos_rule WHERE policy_id = $1');
const projectDefault = statement(
  'qos-default',
  'SELECT id FROM qos_policy WHERE project_id = $1 AND is_default FOR KEY SHARE',
);

export class QosPolicyRepository {
  /** Keeps it from going. @param project for whom `shared` is told */
  async lockForUse(tx: Tx, id: string, project: string | null): Promise<QosPolicyRow | null> {
    return this.locked(tx, lockForUse, id, project);
  }

  async lockForChange(tx: Tx, id: string, project: string | null = null): Promise<QosPolicyRow | null> {
    return this.locked(tx, lockForChange, id, project);
  }

  private async locked(tx: Tx, lock: Statement, id: string, project: string | null): Promise<QosPolicyRow | null> {
    const [row] = await tx.query<QosPolicyRow>(lock, [id, project]);
    if (!row || project === null || row.project_id === project) return row ?? null;
    // The statement saw the grants as they were before it waited for the lock: for who needs one, they are read again.
    const [open] = await tx.query<{ shared: boolean }>(opening, [id, project]);
    return { ...row, ...open };
  }

  /** The policy of a project's networks that name none, kept from going; null: they have none. */
  async defaultOf(tx: Tx, project: string): Promise<string | null> {
    return (await tx.query<{ id: string }>(projectDefault, [project]))[0]?.id ?? null;
  }

  /** Its rules have changed: a later generation, a later revision, and nodes are told. */
  async touch(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `UPDATE qos_policy SET generation = nextval('generation'), revision_number = revision_number + 1, updated_at = now()
       WHERE id = $1`,
      [id],
    );
    tx.fact(qosPolicyFact.key(id), (await this.fact(tx, id))!);
  }

  /** What nodes are told, the row locked; null: it is gone. */
  async fact(tx: Tx, id: string): Promise<{ generation: number; value: QosFact } | null> {
    const row = await this.lockForChange(tx, id);
    if (!row) return null;
    const all = await tx.query<RuleRow>(rules, [id]);
    const value = { id, egress: rateOf(all, 'egress'), ingress: rateOf(all, 'ingress'), dscp: dscpOf(all) };
    return { generation: row.generation, value };
  }
}

function rateOf(all: readonly RuleRow[], direction: string): RateFact | null {
  const of = (type: string) => all.find((rule) => rule.type === type && rule.direction === direction);
  const [bits, packets] = [of('bandwidth_limit'), of('packet_rate_limit')];
  if (!bits && !packets) return null;
  return { kbps: bits?.amount ?? null, burstKbit: bits?.burst ?? 0, pps: packets ? packets.amount * 1000 : null };
}

const dscpOf = (all: readonly RuleRow[]): number | null =>
  all.find(({ type }) => type === 'dscp_marking')?.amount ?? null;
