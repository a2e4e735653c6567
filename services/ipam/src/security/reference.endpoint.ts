import { conflict, type GrantsRequest, type Reference, securitySubject } from '@weft/contracts';
import type { Messaging, Responder } from '@weft/messaging';
import type { Database } from '@weft/persistence';
import { closeAll } from '../sharing/sharing';
import type { GrantList } from './grant-list';
import type { ReferenceRepository } from './reference.repository';

/** What fwaas asks: may a group go or change, and who has access to what is its. */
export class ReferenceEndpoint {
  constructor(
    private readonly database: Database,
    private readonly rows: ReferenceRepository,
    private readonly grants: GrantList,
  ) {}

  serve(messaging: Messaging): Responder {
    const responders = [
      messaging.respond(securitySubject.put, 'ipam', async (message) => {
        await this.put(message.json<Reference>());
        return {};
      }),
      messaging.respond(securitySubject.allGrants, 'ipam', (message) =>
        this.grants.page(message.json<GrantsRequest>().after),
      ),
    ];
    return { stop: async () => void (await Promise.all(responders.map((responder) => responder.stop()))) };
  }

  /**
   * Once it has answered that a group is gone, no port has it, and none will: who makes a port by it holds its row, or finds it gone.
   * Its grants stay until it is deleted, for it may yet come back.
   * @throws ApiError 409 while a port has it
   */
  private put(reference: Reference): Promise<void> {
    const { type, id, stateful, gone, deleted } = reference;
    return this.database.transaction(async (tx) => {
      const known = await this.rows.lockOrMake(tx, reference);
      if ((gone || stateful !== known.stateful) && (await this.rows.inUse(tx, type, id)))
        throw conflict('SecurityGroupInUse', `Security Group ${id} in use.`);
      await this.rows.put(tx, reference);
      if (deleted) await closeAll(tx, id);
    });
  }
}
