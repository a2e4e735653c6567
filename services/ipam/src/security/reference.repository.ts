import { Injectable } from '@nestjs/common';
import type { Reference, ReferenceType } from '@weft/contracts';
import { Database, statement, type Tx } from '@weft/persistence';
import { isOpen } from '../sharing/sharing';

/** What is known here of an object of another service, as rows of this one refer to it. */
export interface ReferenceRow {
  readonly id: string;
  readonly project_id: string;
  readonly stateful: boolean;
  /** It is deleted: no row may begin to refer to it. Kept for a while, for whoever has heard of it before. */
  readonly gone: boolean;
  /** To the project for which it was read. */
  readonly shared: boolean;
}

const read = (which: string) => `
  SELECT o.id, o.project_id, o.stateful, o.gone, ${isOpen('access_as_shared', 'o.id', '$2')} AS shared
  FROM reference o WHERE ${which}`;
const named = 'o.id = ANY($1::uuid[]) ORDER BY o.id';
const lockForUse = statement('reference-use', read(`${named} FOR KEY SHARE OF o`));
const lockForChange = statement('reference-change', read(`${named} FOR UPDATE OF o`));
const again = statement('reference-again', read(named));
const lockDefault = statement(
  'reference-default',
  read('o.project_id = $1 AND o.is_default AND NOT o.gone FOR KEY SHARE OF o'),
);
const known = statement('reference-known', 'SELECT id FROM reference WHERE id = ANY($1::uuid[])');

@Injectable()
export class ReferenceRepository {
  constructor(private readonly database: Database) {}

  /** Which of these have no row here. */
  async unknown(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<{ id: string }>(known, [ids]);
    return ids.filter((id) => !rows.some((row) => row.id === id));
  }

  /** What fwaas has replied. Existing rows stay, above all deleted ones. */
  async store(references: readonly (Reference & { readonly isDefault: boolean })[]): Promise<void> {
    if (references.length === 0) return;
    const ids = references.map(({ id }) => id);
    const defaults = references.map(({ isDefault }) => isDefault);
    // Not `ON CONFLICT (id)`: of two who learn of a default group at once, one may meet the other by its project first.
    await this.database.query(
      `INSERT INTO reference (id, type, project_id, stateful, is_default)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::boolean[]) ON CONFLICT DO NOTHING`,
      [
        ids,
        references.map(({ type }) => type),
        references.map(({ projectId }) => projectId),
        references.map(({ stateful }) => stateful),
        defaults,
      ],
    );
    await this.database.query(
      `UPDATE reference r SET is_default = l.is_default FROM unnest($1::uuid[], $2::boolean[]) AS l (id, is_default)
       WHERE r.id = l.id AND NOT r.gone AND r.is_default <> l.is_default`,
      [ids, defaults],
    );
  }

  /** Keeps them from going, and from changing, until the transaction ends. @param project for whom `shared` is told */
  lockForUse(tx: Tx, ids: readonly string[], project: string | null): Promise<ReferenceRow[]> {
    return this.locked(tx, lockForUse, ids, project);
  }

  /** A project's default security group, kept the same way; undefined: nobody has heard of it here. */
  async lockDefault(tx: Tx, owner: string, project: string | null): Promise<ReferenceRow | undefined> {
    const [row] = await tx.query<ReferenceRow & Record<string, unknown>>(lockDefault, [owner, project]);
    return row;
  }

  /** Waits until nobody uses them, and keeps everybody off. */
  lockForChange(tx: Tx, ids: readonly string[], project: string | null = null): Promise<ReferenceRow[]> {
    return this.locked(tx, lockForChange, ids, project);
  }

  private async locked(tx: Tx, lock: typeof lockForUse, ids: readonly string[], project: string | null) {
    const rows = await tx.query<ReferenceRow & Record<string, unknown>>(lock, [ids, project]);
    if (rows.every((row) => row.project_id === project)) return rows;
    // The statement saw the grants as they were before it waited for the lock: for who needs one, they are read again.
    return tx.query<ReferenceRow & Record<string, unknown>>(again, [ids, project]);
  }

  /** Its row locked against use; where nobody has heard of it, a row to hold on to: somebody may hear of it meanwhile. */
  async lockOrMake(tx: Tx, { id, type, projectId, stateful }: Reference): Promise<ReferenceRow> {
    await tx.query(
      `INSERT INTO reference (id, type, project_id, stateful, is_default) VALUES ($1, $2, $3, $4, false)
       ON CONFLICT DO NOTHING`,
      [id, type, projectId, stateful],
    );
    return (await this.lockForChange(tx, [id]))[0]!;
  }

  async put(tx: Tx, { id, stateful, gone }: Reference): Promise<void> {
    await tx.query('UPDATE reference SET stateful = $2, gone = $3, changed_at = now() WHERE id = $1', [
      id,
      stateful,
      gone,
    ]);
  }

  /** Whether a port has the group. */
  async inUse(tx: Tx, type: ReferenceType, id: string): Promise<boolean> {
    if (type !== 'security_group') return false;
    const rows = await tx.query('SELECT 1 FROM port WHERE security_groups @> ARRAY[$1::uuid] LIMIT 1', [id]);
    return rows.length > 0;
  }
}
