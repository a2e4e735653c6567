import { statement, type Tx } from '@weft/persistence';
import { isShared } from '../sharing/rbac-grant-copy';
import type { LockStrength, ReferenceRow } from './referenced-type';

/** A security group or address group, as its rules need it. */
export interface GroupRow extends ReferenceRow {
  readonly [column: string]: unknown;
  readonly name: string;
  readonly description: string;
  readonly generation: number;
  readonly revision_number: number;
  /** With the project for which it was read. */
  readonly shared: boolean;
}

/**
 * Reads a row and locks it; null: it does not exist. `shared`: with the project.
 * @param columns SQL of those of {@link ReferenceRow}, and of the table's own beside a group's
 */
export function lockOf<Row extends GroupRow>(table: string, columns: string) {
  const lock = (strength: LockStrength) =>
    statement(
      `${table}-lock`,
      `SELECT ${columns}, name, description, generation, revision_number, ${isShared('g.id', '$2')} AS shared
       FROM ${table} g WHERE id = $1 FOR ${strength} OF g`,
    );
  const locks = { UPDATE: lock('UPDATE'), 'NO KEY UPDATE': lock('NO KEY UPDATE'), 'KEY SHARE': lock('KEY SHARE') };
  return async (tx: Tx, id: string, strength: LockStrength, project: string | null = null): Promise<Row | null> => {
    const read = async () => (await tx.query<Row>(locks[strength], [id, project]))[0] ?? null;
    const row = await read();
    // The statement saw the grants as they were before it waited for the lock: for who needs one, they are read again.
    return row === null || project === null || row.project_id === project ? row : read();
  };
}
