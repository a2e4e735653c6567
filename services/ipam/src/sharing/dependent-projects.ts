import type { Tx } from '@weft/persistence';
import type { Grant } from './shareable';

/**
 * Projects that use a shared object and are covered by no grant but this one; the owner needs none.
 * @param sql `owners`: the object's table; `users`: SELECT project_id of who uses the object `$1`
 */
export async function dependentProjects(
  tx: Tx,
  { object_id, action, target_project }: Grant,
  { owners, users }: { readonly owners: string; readonly users: string },
): Promise<readonly string[]> {
  const rows = await tx.query<{ project_id: string }>(
    `SELECT DISTINCT u.project_id FROM (${users}) u
     WHERE u.project_id <> (SELECT project_id FROM ${owners} WHERE id = $1) AND ($3 = '*' OR u.project_id = $3)
       AND NOT EXISTS (SELECT 1 FROM rbac_policy r WHERE r.object_id = $1 AND r.action = $2 AND r.target_project <> $3
         AND r.target_project IN ('*', u.project_id))
     ORDER BY 1 LIMIT 10`,
    [object_id, action, target_project],
  );
  return rows.map(({ project_id }) => project_id);
}
