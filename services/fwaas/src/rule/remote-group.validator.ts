import { Injectable } from '@nestjs/common';
import { addressGroups, type RequestContext, securityGroups } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { Guard, InjectGuard, isUuid } from '@weft/service-kit';
import { AddressGroupRepository } from '../address-group/address-group.repository';
import { addressGroupNotFound, addressGroupTarget } from '../address-group/address-group.target';
import { SecurityGroupRepository } from '../group/security-group.repository';
import { groupNotFound, groupTarget } from '../group/security-group.target';

/** The remote group of a rule must exist, be visible to the caller, and stay: it is locked against deletion. */
@Injectable()
export class RemoteGroupValidator {
  constructor(
    @InjectGuard(securityGroups) private readonly groupGuard: Guard,
    private readonly groups: SecurityGroupRepository,
    @InjectGuard(addressGroups) private readonly addressGuard: Guard,
    private readonly addressGroups: AddressGroupRepository,
  ) {}

  /** @throws ApiError 404 */
  async require(
    ctx: RequestContext,
    tx: Tx,
    { remote_group_id: group, remote_address_group_id: addresses }: RemoteIds,
  ): Promise<void> {
    if (group !== null) {
      const row = isUuid(group) ? await this.groups.lock(tx, group, 'KEY SHARE', ctx.projectId) : null;
      if (!row || !this.groupGuard.allows('get_security_group', ctx, groupTarget(row))) throw groupNotFound(group);
    }
    if (addresses !== null) {
      const row = isUuid(addresses) ? await this.addressGroups.lock(tx, addresses, 'KEY SHARE', ctx.projectId) : null;
      if (!row || !this.addressGuard.allows('get_address_group', ctx, addressGroupTarget(row)))
        throw addressGroupNotFound(addresses);
    }
  }
}

interface RemoteIds {
  readonly remote_group_id: string | null;
  readonly remote_address_group_id: string | null;
}
