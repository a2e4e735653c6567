import { Injectable } from '@nestjs/common';
import { type Statement, statement, type Tx } from '@weft/persistence';
import { publishCurrent } from '@weft/service-kit';
import { isOpen } from '../sharing/sharing';
import { qosPolicyFacts } from './qos-policy.facts';

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

const byId = (lock: string) => `
  SELECT q.id, q.project_id, q.name, q.description, q.is_default, q.tags, q.generation, q.revision_number,
    ${isOpen('access_as_shared', 'q.id', '$2')} AS shared
  FROM qos_policy q WHERE q.id = $1 FOR ${lock} OF q`;
const lockForUse = statement('qos-use', byId('KEY SHARE'));
const lockForChange = statement('qos-change', byId('UPDATE'));
const opening = statement('qos-opening', `SELECT ${isOpen('access_as_shared', '$1', '$2')} AS shared`);
const projectDefault = statement(
  'qos-default',
  'SELECT id FROM qos_policy WHERE project_id = $1 AND is_default FOR KEY SHARE',
);

@Injectable()
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

  /** Its rules have changed: a later generation, a later revision, and nodes get them. */
  async touch(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `UPDATE qos_policy SET generation = nextval('generation'), revision_number = revision_number + 1, updated_at = now()
       WHERE id = $1`,
      [id],
    );
    await publishCurrent(tx, qosPolicyFacts, { kind: 'qos-policy', policy: id });
  }
}
