import type { RequestContext } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { type Guard, isUuid } from '@weft/service-kit';
import type { AddressGroupRepository } from '../address-group/address-group.repository';
import { addressGroupNotFound, addressGroupTarget } from '../address-group/address-group.target';
import type { SecurityGroupRepository } from '../group/security-group.repository';
import { groupNotFound, groupTarget } from '../group/security-group.target';

/** What a rule lets talk, where that is another object: it must be there, for the caller's eyes, and stay. */
export class Remotes {
  constructor(
    private readonly groupGuard: Guard,
    private readonly groups: SecurityGroupRepository,
    private readonly addressGuard: Guard,
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
