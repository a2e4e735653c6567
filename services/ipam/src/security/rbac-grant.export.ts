import { Injectable } from '@nestjs/common';
import type { GrantsPage, ObjectGrants, ReferenceType } from '@weft/contracts';
import { Database } from '@weft/persistence';

const PAGE = 500;

/** Who has access to what other services own, as it is told to them. */
@Injectable()
export class RbacGrantExport {
  constructor(private readonly database: Database) {}

  async of(type: ReferenceType, id: string): Promise<ObjectGrants> {
    const generation = await this.generation();
    const rows = await this.database.query<{ target_project: string }>(
      'SELECT target_project FROM rbac_policy WHERE object_id = $1 ORDER BY 1',
      [id],
    );
    return { type, id, targets: rows.map(({ target_project }) => target_project), generation };
  }

  /** All objects with grants, in the order of their ids. */
  async page(after: string | undefined): Promise<GrantsPage> {
    const generation = await this.generation();
    const rows = await this.database.query<{ object_type: ReferenceType; object_id: string; targets: string[] }>(
      `SELECT object_type, object_id, array_agg(target_project ORDER BY target_project) AS targets FROM rbac_policy
       WHERE object_type IN ('security_group', 'address_group') AND ($1::uuid IS NULL OR object_id > $1)
       GROUP BY 1, 2 ORDER BY object_id LIMIT $2`,
      [after ?? null, PAGE + 1],
    );
    const grants = rows
      .slice(0, PAGE)
      .map(({ object_type: type, object_id: id, targets }) => ({ type, id, targets, generation }));
    return { grants, more: rows.length > PAGE };
  }

  /** Taken before the grants are read: whoever has a later one has seen all that was committed before this. */
  private async generation(): Promise<number> {
    const [row] = await this.database.query<{ generation: number }>(`SELECT nextval('generation') AS generation`);
    return row!.generation;
  }
}
