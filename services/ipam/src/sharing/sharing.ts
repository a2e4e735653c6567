import type { ReferenceType } from '@weft/contracts';
import type { Tx } from '@weft/persistence';

/** What can be shared, by the names of `rbac-policies`. */
export type ShareableType = 'network' | 'qos_policy' | 'subnetpool' | 'address_scope' | ReferenceType;

/** What others may do with it. */
export type Access = 'access_as_shared' | 'access_as_external';

/** All projects, as a target. */
export const EVERYBODY = '*';

/** SQL: whether the object `id` is open in that way to `project`. */
export const isOpen = (access: Access, id: string, project: string): string =>
  `EXISTS (SELECT 1 FROM rbac_policy r WHERE r.object_id = ${id} AND r.action = '${access}' AND r.target_project IN ('*', ${project}))`;

/** SQL: whether it is open in that way to anybody. */
export const isOpenToAnybody = (access: Access, id: string): string =>
  `EXISTS (SELECT 1 FROM rbac_policy r WHERE r.object_id = ${id} AND r.action = '${access}')`;

/** SQL: the ids of what is open in that way to `project`; an array, so that the planner may combine indexes. */
export const openTo = (type: ShareableType, access: Access, project: string): string =>
  `ANY(ARRAY(SELECT r.object_id FROM rbac_policy r WHERE r.object_type = '${type}' AND r.action = '${access}'
     AND r.target_project IN ('*', ${project})))`;

/** Opens an object to everybody, as the plain attributes `shared` and `router:external` do. */
export async function openToEverybody(
  tx: Tx,
  type: ShareableType,
  { id, project_id }: { readonly id: string; readonly project_id: string },
  access: Access,
): Promise<void> {
  const made = await tx.query(
    `INSERT INTO rbac_policy (project_id, object_type, object_id, action, target_project) VALUES ($1, $2, $3, $4, '*')
     ON CONFLICT ON CONSTRAINT rbac_policy_once DO NOTHING RETURNING 1`,
    [project_id, type, id, access],
  );
  // A grant that follows from an attribute is no policy that somebody asked for: it counts, and is not refused.
  tx.count('rbac_policy', project_id, made.length, 0);
}

export async function closeToEverybody(tx: Tx, id: string, access: Access): Promise<void> {
  await remove(tx, `object_id = $1 AND action = $2 AND target_project = '*'`, [id, access]);
}

/** The object goes: nobody has anything of it. */
export async function closeAll(tx: Tx, id: string): Promise<void> {
  await remove(tx, 'object_id = $1', [id]);
}

async function remove(tx: Tx, which: string, values: readonly unknown[]): Promise<void> {
  const gone = await tx.query<{ project_id: string }>(
    `DELETE FROM rbac_policy WHERE ${which} RETURNING project_id`,
    values,
  );
  for (const { project_id } of gone) tx.count('rbac_policy', project_id, -1);
}
