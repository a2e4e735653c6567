import { type GrantsPage, type GrantsRequest, type Reference, securitySubject } from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import type { Term } from '@weft/persistence';
import { type LeaderTask, RunByLeader } from '@weft/service-kit';
import { RbacGrantCopy } from './rbac-grant-copy';

/** Reads all grants from ipam, and repairs what was missed while one of the two services was away. */
@RunByLeader({ everyMs: 30_000 })
export class RbacGrantResync implements LeaderTask {
  constructor(
    private readonly messaging: Messaging,
    private readonly grants: RbacGrantCopy,
  ) {}

  /** Grants that ipam no longer lists are revoked, except those that changed while this was under way. */
  async run({ signal }: Term): Promise<void> {
    const stale = await this.grants.generations();
    let after: string | undefined;
    do {
      if (signal.aborted) return;
      const request: GrantsRequest = after === undefined ? {} : { after };
      const page = await this.messaging.request<GrantsPage>(securitySubject.allGrants, request);
      for (const grants of page.grants) {
        await this.grants.put(grants);
        stale.delete(grants.id);
      }
      for (const { type, id } of await this.grants.orphans(page.grants)) await this.reportDeleted(type, id);
      after = page.more ? page.grants.at(-1)?.id : undefined;
    } while (after !== undefined);
    for (const [id, generation] of stale) await this.grants.revokeAll(id, generation);
  }

  /** ipam missed that the object was deleted. Its project is no longer known. */
  private async reportDeleted(type: Reference['type'], id: string): Promise<void> {
    const reference: Reference = { type, id, projectId: '', stateful: true, gone: true, deleted: true };
    await this.messaging.request(securitySubject.put, reference);
  }
}
