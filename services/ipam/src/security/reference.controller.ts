import { MessagePattern, Payload } from '@nestjs/microservices';
import { conflict, type GrantsPage, type GrantsRequest, type Reference, securitySubject } from '@weft/contracts';
import { Database } from '@weft/persistence';
import { MessageController } from '@weft/service-kit';
import { closeAll } from '../sharing/sharing';
import { RbacGrantExport } from './rbac-grant.export';
import { ReferenceRepository } from './reference.repository';

/** What fwaas requests: approval to delete or change a group, and the grants of its objects. */
@MessageController()
export class ReferenceController {
  constructor(
    private readonly database: Database,
    private readonly rows: ReferenceRepository,
    private readonly grants: RbacGrantExport,
  ) {}

  /**
   * Once it has replied that a group may be deleted, no port has it, and none will: a new port locks its row, or finds it deleted. Its
   * grants stay until it is deleted for good, for the deletion may yet be withdrawn.
   * @throws ApiError 409 while a port has it
   */
  @MessagePattern(securitySubject.put)
  async put(@Payload() reference: Reference): Promise<object> {
    const { type, id, stateful, gone, deleted } = reference;
    await this.database.transaction(async (tx) => {
      const existing = await this.rows.lockOrMake(tx, reference);
      if ((gone || stateful !== existing.stateful) && (await this.rows.inUse(tx, type, id)))
        throw conflict('SecurityGroupInUse', `Security Group ${id} in use.`);
      await this.rows.put(tx, reference);
      if (deleted) await closeAll(tx, id);
    });
    return {};
  }

  @MessagePattern(securitySubject.allGrants)
  page(@Payload() { after }: GrantsRequest): Promise<GrantsPage> {
    return this.grants.page(after);
  }
}
