import type { ObjectGrants, ReferenceType, WithdrawRequest } from '@weft/contracts';
import { type Database, statement, type Tx } from '@weft/persistence';

/** SQL: whether the object `id` is shared with `project`. */
export const isShared = (id: string, project: string): string =>
  `EXISTS (SELECT 1 FROM access_grant a WHERE a.object_id = ${id} AND a.targets && ARRAY['*', ${project}]::text[])`;

/** SQL: the ids of what is shared with `project`; an array, so that the planner may combine indexes. */
export const sharedWith = (type: ReferenceType, project: string): string =>
  `ANY(ARRAY(SELECT a.object_id FROM access_grant a WHERE a.object_type = '${type}' AND a.targets && ARRAY['*', ${project}]::text[]))`;

// An object that is gone takes its grants along: what is told of it later has no place.
const put = (type: ReferenceType) =>
  statement(
    `grant-${type}`,
    `INSERT INTO access_grant AS old (object_id, object_type, targets, generation)
     SELECT o.id, '${type}', $2, $3 FROM ${type} o WHERE o.id = $1 FOR KEY SHARE
     ON CONFLICT (object_id) DO UPDATE SET targets = excluded.targets, generation = excluded.generation
       WHERE old.generation < excluded.generation`,
  );
const puts = { security_group: put('security_group'), address_group: put('address_group') };
const lockForUse = statement('withdraw-lock', 'SELECT 1 FROM address_group WHERE id = $1 FOR UPDATE');
const losers = statement(
  'withdraw-losers',
  `SELECT DISTINCT g.project_id FROM address_group o JOIN security_group_rule r ON r.remote_address_group_id = o.id
   JOIN security_group g ON g.id = r.group_id
   WHERE o.id = $1 AND g.project_id <> o.project_id AND $2 IN ('*', g.project_id) AND g.project_id <> ALL($3::text[])
     AND '*' <> ALL($3::text[]) ORDER BY 1 LIMIT 10`,
);
const remove = statement('grant-remove', 'DELETE FROM access_grant WHERE object_id = $1');

/** What ipam has told of who else may see an object. */
export class AccessGrants {
  constructor(private readonly database: Database) {}

  /** The greater generation wins, in whatever order they come. */
  async put({ type, id, targets, generation }: ObjectGrants): Promise<void> {
    await this.database.query(puts[type], [id, targets, generation]);
  }

  /**
   * Holds to what is to be, unless projects use the object in rules who would lose it. Whoever makes a rule meanwhile waits, and finds it so.
   * @returns who would
   */
  withdraw({ type, id, from, targets, generation }: WithdrawRequest): Promise<readonly string[]> {
    return this.database.transaction(async (tx) => {
      await tx.query(lockForUse, [id]);
      const lost = await tx.query<{ project_id: string }>(losers, [id, from, targets]);
      if (lost.length === 0) await tx.query(puts[type], [id, targets, generation]);
      return lost.map(({ project_id }) => project_id);
    });
  }

  /** Those of objects that are not there. */
  async orphans(grants: readonly ObjectGrants[]): Promise<readonly ObjectGrants[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM unnest($1::uuid[]) AS o (id)
       WHERE NOT EXISTS (SELECT 1 FROM security_group g WHERE g.id = o.id)
         AND NOT EXISTS (SELECT 1 FROM address_group g WHERE g.id = o.id)`,
      [grants.map(({ id }) => id)],
    );
    return grants.filter(({ id }) => rows.some((row) => row.id === id));
  }

  /** Objects that are shared, and by which generation. */
  async known(): Promise<Map<string, number>> {
    const rows = await this.database.query<{ object_id: string; generation: number }>(
      `SELECT object_id, generation FROM access_grant WHERE targets <> '{}'`,
    );
    return new Map(rows.map(({ object_id, generation }) => [object_id, generation]));
  }

  /** It is shared with nobody any more, unless something newer was told of it. */
  async close(id: string, generation: number): Promise<void> {
    await this.database.query(`UPDATE access_grant SET targets = '{}' WHERE object_id = $1 AND generation = $2`, [
      ...[id, generation],
    ]);
  }
}

/** The object goes. */
export async function closeAll(tx: Tx, id: string): Promise<void> {
  await tx.query(remove, [id]);
}
