import { Injectable } from '@nestjs/common';
import { addressScopes, type RequestContext } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { Guard, InjectGuard } from '@weft/service-kit';
import { dependentProjects } from '../sharing/dependent-projects';
import type { Grant, Shareable } from '../sharing/shareable';
import { AddressScopeRepository } from './address-scope.repository';
import { addressScopeNotFound, addressScopeTarget } from './address-scope.target';

/** Address scopes as RBAC sees them. */
@Injectable()
export class AddressScopeShareable implements Shareable {
  readonly type = 'address_scope';
  readonly actions = ['access_as_shared'] as const;
  readonly notFound = addressScopeNotFound;

  constructor(
    @InjectGuard(addressScopes) private readonly guard: Guard,
    private readonly scopes: AddressScopeRepository,
  ) {}

  async ownerOf(ctx: RequestContext, tx: Tx, id: string): Promise<string | null> {
    const scope = await this.scopes.lock(tx, id, ctx.projectId);
    return scope && this.guard.allows('get_address_scope', ctx, addressScopeTarget(scope)) ? scope.project_id : null;
  }

  dependents(tx: Tx, grant: Grant): Promise<readonly string[]> {
    return dependentProjects(tx, grant, {
      owners: 'address_scope',
      users: 'SELECT project_id FROM subnet_pool WHERE address_scope_id = $1',
    });
  }
}
