import type { ReferenceType, ResolveReply, ResolveRequest } from '@weft/contracts';
import type { Database } from '@weft/persistence';
import { isUuid } from '@weft/service-kit';
import type { DefaultGroups } from '../group/default-groups';
import type { Referable, ReferenceRow } from './referable';

type Named = ReferenceRow & { readonly [column: string]: unknown };

/** Tells ipam of objects that a port or a grant names. From now on none of them goes without ipam's consent. */
export class Resolver {
  constructor(
    private readonly database: Database,
    private readonly types: Readonly<Record<ReferenceType, Referable>>,
    private readonly defaults: DefaultGroups,
  ) {}

  async resolve({ type, ids, defaultsOf }: ResolveRequest): Promise<ResolveReply> {
    const wanted = [...ids.filter(isUuid)];
    for (const project of defaultsOf) wanted.push(await this.defaults.ensure(project));
    const rows = await this.named(this.types[type], wanted);
    return {
      references: rows.map(({ id, project_id, stateful, is_default }) => ({
        ...{ type, id, stateful, projectId: project_id, isDefault: is_default, gone: false },
      })),
    };
  }

  /** What is about to change is left out until that is settled. */
  private async named({ table, columns }: Referable, ids: readonly string[]): Promise<Named[]> {
    const read = () =>
      this.database.query<Named>(`SELECT ${columns} FROM ${table} WHERE id = ANY($1::uuid[]) AND intent IS NULL`, [
        ids,
      ]);
    const rows = await read();
    if (rows.every(({ named }) => named)) return rows;
    await this.database.query(
      `UPDATE ${table} SET named = true WHERE id = ANY($1::uuid[]) AND NOT named AND intent IS NULL`,
      [ids],
    );
    return (await read()).filter(({ named }) => named);
  }
}
