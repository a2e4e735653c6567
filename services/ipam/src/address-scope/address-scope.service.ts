import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import {
  addressScopes,
  ApiError,
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type Json,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, type ResourceService } from '@weft/service-kit';
import { closeAll, openToEverybody } from '../sharing/sharing';
import { AddressScopeRepository, type AddressScopeRow } from './address-scope.repository';
import { addressScopeNotFound, addressScopeTarget } from './address-scope.target';

/** Rules of address scopes. */
@Injectable()
export class AddressScopeService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(addressScopes) private readonly guard: Guard,
    private readonly scopes: AddressScopeRepository,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    return this.database.writeEach(ctx, 'create_address_scope', items, async (tx, item, i) => {
      this.guard.create(ctx, item, explicit[i]!);
      const scope = { id: randomUUID(), project_id: item.project_id as string };
      await tx.query('INSERT INTO address_scope (id, project_id, name, ip_version) VALUES ($1, $2, $3, $4)', [
        ...[scope.id, scope.project_id, item.name, item.ip_version],
      ]);
      if (item.shared === true) await openToEverybody(tx, 'address_scope', scope, 'access_as_shared');
      return scope.id;
    });
  }

  update(ctx: RequestContext, { id, changes }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_address_scope', id, async (tx) => {
      const scope = await this.open(ctx, tx, id);
      this.guard.update(ctx, addressScopeTarget(scope), changes);
      if ('name' in changes) await tx.query('UPDATE address_scope SET name = $2 WHERE id = $1', [id, changes.name]);
      if ('shared' in changes) await this.share(tx, scope, changes.shared as boolean);
    });
  }

  delete(ctx: RequestContext, { id }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_address_scope', id, async (tx) => {
      const scope = await this.open(ctx, tx, id);
      this.guard.delete(ctx, addressScopeTarget(scope));
      if ((await this.scopes.members(tx, id)).length > 0)
        throw conflict(
          'AddressScopeInUse',
          `Unable to complete operation on address scope ${id}. There are one or more subnet pools in use on the address scope.`,
        );
      await closeAll(tx, id);
      await tx.query('DELETE FROM address_scope WHERE id = $1', [id]);
    });
  }

  /** Shared with all once and for all, as in the reference; single grants are RBAC's. */
  private async share(tx: Tx, scope: AddressScopeRow, shared: Json): Promise<void> {
    if (shared === true) return openToEverybody(tx, 'address_scope', scope, 'access_as_shared');
    if (!scope.shared_with_all) return;
    throw new ApiError(
      'AddressScopeUpdateError',
      400,
      `Unable to update address scope ${scope.id} : Shared address scope can't be unshared.`,
    );
  }

  private async open(ctx: RequestContext, tx: Tx, id: string): Promise<AddressScopeRow> {
    const scope = await this.scopes.lock(tx, id, ctx.projectId);
    if (!scope) throw addressScopeNotFound(id);
    return scope;
  }
}
