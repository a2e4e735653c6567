import { Injectable } from '@nestjs/common';
import type { ReferenceType, ResolveReply, ResolveRequest } from '@weft/contracts';
import { Database } from '@weft/persistence';
import { isUuid } from '@weft/service-kit';
import { AddressGroupRepository } from '../address-group/address-group.repository';
import { DefaultGroupService } from '../group/default-group.service';
import { SecurityGroupRepository } from '../group/security-group.repository';
import type { ReferencedType, ReferenceRow } from './referenced-type';

type Named = ReferenceRow & { readonly [column: string]: unknown };

/** Looks up the objects that a port or a grant of ipam names. From then on none of them is deleted without ipam's approval. */
@Injectable()
export class ReferenceResolver {
  private readonly types: Readonly<Record<ReferenceType, ReferencedType>>;

  constructor(
    private readonly database: Database,
    private readonly defaults: DefaultGroupService,
    groups: SecurityGroupRepository,
    addressGroups: AddressGroupRepository,
  ) {
    this.types = { security_group: groups, address_group: addressGroups };
  }

  async resolve({ type, ids, defaultsOf }: ResolveRequest): Promise<ResolveReply> {
    const requested = [...ids.filter(isUuid)];
    for (const project of defaultsOf) requested.push(await this.defaults.ensure(project));
    const rows = await this.named(this.types[type], requested);
    return {
      references: rows.map(({ id, project_id, stateful, is_default }) => ({
        type,
        id,
        stateful,
        projectId: project_id,
        isDefault: is_default,
        gone: false,
      })),
    };
  }

  /** An object with a pending change is left out until that is finished. */
  private async named({ table, columns }: ReferencedType, ids: readonly string[]): Promise<Named[]> {
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
