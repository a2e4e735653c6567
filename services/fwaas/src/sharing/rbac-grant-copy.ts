import { Injectable } from '@nestjs/common';
import type { ObjectGrants, ReferenceType, WithdrawRequest } from '@weft/contracts';
import { Database, statement, type Tx } from '@weft/persistence';

/** SQL: whether the object `id` is shared with `project`. */
export const isShared = (id: string, project: string): string =>
  `EXISTS (SELECT 1 FROM access_grant a WHERE a.object_id = ${id} AND a.targets && ARRAY['*', ${project}]::text[])`;

/** SQL: the ids of what is shared with `project`; an array, so that the planner may combine indexes. */
export const sharedWith = (type: ReferenceType, project: string): string =>
  `ANY(ARRAY(SELECT a.object_id FROM access_grant a WHERE a.object_type = '${type}' AND a.targets && ARRAY['*', ${project}]::text[]))`;

// Grants are deleted with their object: later ones for it are dropped.
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
const dependentProjects = statement(
  'withdraw-dependents',
  `SELECT DISTINCT g.project_id FROM address_group o JOIN security_group_rule r ON r.remote_address_group_id = o.id
   JOIN security_group g ON g.id = r.group_id
   WHERE o.id = $1 AND g.project_id <> o.project_id AND $2 IN ('*', g.project_id) AND g.project_id <> ALL($3::text[])
     AND '*' <> ALL($3::text[]) ORDER BY 1 LIMIT 10`,
);
const remove = statement('grant-remove', 'DELETE FROM access_grant WHERE object_id = $1');

/** ipam's RBAC grants of this service's objects: which other projects may see them. */
@Injectable()
export class RbacGrantCopy {
  constructor(private readonly database: Database) {}

  /** The greater generation wins, in whatever order they arrive. */
  async put({ type, id, targets, generation }: ObjectGrants): Promise<void> {
    await this.database.query(puts[type], [id, targets, generation]);
  }

  /**
   * Applies the grants that are to remain, unless rules of other projects depend on the one withdrawn. Rules created meanwhile wait
   * for the lock and find the result.
   * @returns the projects that depend on it
   */
  withdraw({ type, id, from, targets, generation }: WithdrawRequest): Promise<readonly string[]> {
    return this.database.transaction(async (tx) => {
      await tx.query(lockForUse, [id]);
      const dependents = await tx.query<{ project_id: string }>(dependentProjects, [id, from, targets]);
      if (dependents.length === 0) await tx.query(puts[type], [id, targets, generation]);
      return dependents.map(({ project_id }) => project_id);
    });
  }

  /** Those of objects that do not exist. */
  async orphans(grants: readonly ObjectGrants[]): Promise<readonly ObjectGrants[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM unnest($1::uuid[]) AS o (id)
       WHERE NOT EXISTS (SELECT 1 FROM security_group g WHERE g.id = o.id)
         AND NOT EXISTS (SELECT 1 FROM address_group g WHERE g.id = o.id)`,
      [grants.map(({ id }) => id)],
    );
    return grants.filter(({ id }) => rows.some((row) => row.id === id));
  }

  /** Object that is shared → generation of its grants. */
  async generations(): Promise<Map<string, number>> {
    const rows = await this.database.query<{ object_id: string; generation: number }>(
      `SELECT object_id, generation FROM access_grant WHERE targets <> '{}'`,
    );
    return new Map(rows.map(({ object_id, generation }) => [object_id, generation]));
  }

  /** Shares the object with no project any more, unless its grants have changed since. */
  async revokeAll(id: string, generation: number): Promise<void> {
    await this.database.query(`UPDATE access_grant SET targets = '{}' WHERE object_id = $1 AND generation = $2`, [
      id,
      generation,
    ]);
  }
}

/** Deletes the grants of an object that is deleted. */
export async function deleteGrants(tx: Tx, id: string): Promise<void> {
  await tx.query(remove, [id]);
}
