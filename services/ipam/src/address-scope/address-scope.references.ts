import { Injectable } from '@nestjs/common';
import { addressScopes, ApiError, conflict, type RequestContext } from '@weft/contracts';
import { Cidr, type IpVersion } from '@weft/net';
import type { Tx } from '@weft/persistence';
import { Guard, InjectGuard } from '@weft/service-kit';
import { AddressScopeRepository } from './address-scope.repository';
import { addressScopeNotFound, addressScopeTarget } from './address-scope.target';

/** A subnet pool on its way into a scope. */
interface Member {
  readonly id: string;
  readonly project_id: string;
  readonly ip_version: IpVersion;
  readonly prefixes: readonly string[];
  readonly address_scope_id: string | null;
}

/** What subnet pools need of address scopes. */
@Injectable()
export class AddressScopeReferences {
  constructor(
    @InjectGuard(addressScopes) private readonly guard: Guard,
    private readonly scopes: AddressScopeRepository,
  ) {}

  /** The pool comes to the scope that it names, if it names one. @throws ApiError */
  async join(ctx: RequestContext, tx: Tx, pool: Member): Promise<void> {
    const { address_scope_id: id } = pool;
    if (id === null) return;
    const scope = await this.scopes.lock(tx, id, ctx.projectId);
    if (!scope || !this.guard.allows('get_address_scope', ctx, addressScopeTarget(scope)))
      throw addressScopeNotFound(id);
    const theirs = scope.project_id === ctx.projectId || scope.shared || ctx.roles.includes('admin');
    if (!theirs) {
      throw new ApiError(
        'IllegalSubnetPoolAssociationToAddressScope',
        400,
        `Illegal subnetpool association: subnetpool ${pool.id} cannot be associated with address scope ${id}.`,
      );
    }
    if (scope.ip_version !== pool.ip_version) {
      throw new ApiError(
        'IllegalSubnetPoolIpVersionAssociationToAddressScope',
        400,
        `Illegal subnetpool association: subnetpool ${pool.id} cannot associate with address scope ${id} ` +
          `because subnetpool ip_version is not ${scope.ip_version}.`,
      );
    }
    await this.refuseOverlap(tx, pool);
  }

  /** The pool's prefixes change where it is. @throws ApiError */
  async keep(tx: Tx, pool: Member): Promise<void> {
    if (pool.address_scope_id === null) return;
    await this.scopes.lock(tx, pool.address_scope_id);
    await this.refuseOverlap(tx, pool);
  }

  private async refuseOverlap(tx: Tx, { id, prefixes, address_scope_id }: Member): Promise<void> {
    const own = parsed(prefixes);
    const others = (await this.scopes.members(tx, address_scope_id!)).filter((other) => other.id !== id);
    if (!others.some((other) => parsed(other.prefixes).some((cidr) => own.some((mine) => mine.overlaps(cidr))))) return;
    throw conflict(
      'AddressScopePrefixConflict',
      'Failed to associate address scope: subnetpools within an address scope must have unique prefixes.',
    );
  }
}

const parsed = (texts: readonly string[]): Cidr[] => texts.map((text) => Cidr.parse(text)!);
