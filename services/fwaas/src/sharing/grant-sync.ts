import { type GrantsPage, type GrantsRequest, type Reference, securitySubject } from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import type { LeaderWork } from '@weft/persistence';
import { logger } from '@weft/telemetry';
import type { AccessGrants } from './access-grants';

const log = logger('grant-sync');
const PERIOD_MS = 30_000;

/** Reads all grants from ipam, and mends what was missed while one of the two was away. */
export class GrantSync implements LeaderWork {
  private timer: NodeJS.Timeout | undefined;
  private active = false;
  private under: Promise<void> = Promise.resolve();

  constructor(
    private readonly messaging: Messaging,
    private readonly grants: AccessGrants,
  ) {}

  start(): void {
    this.active = true;
    this.timer = setInterval(() => this.begin(), PERIOD_MS);
    this.begin();
  }

  async stop(): Promise<void> {
    this.active = false;
    clearInterval(this.timer);
    await this.under;
  }

  private begin(): void {
    this.under = this.under
      .then(() => this.run())
      .catch((error: unknown) => log.warn({ err: error }, 'ipam does not tell its grants'));
  }

  /** Grants that are not told any more are gone, but for those that changed while this was under way. */
  private async run(): Promise<void> {
    const stale = await this.grants.known();
    let after: string | undefined;
    do {
      if (!this.active) return;
      const request: GrantsRequest = after === undefined ? {} : { after };
      const page = await this.messaging.request<GrantsPage>(securitySubject.allGrants, request);
      for (const grants of page.grants) {
        await this.grants.put(grants);
        stale.delete(grants.id);
      }
      for (const { type, id } of await this.grants.orphans(page.grants)) await this.tellDeleted(type, id);
      after = page.more ? page.grants.at(-1)?.id : undefined;
    } while (after !== undefined);
    for (const [id, generation] of stale) await this.grants.close(id, generation);
  }

  /** ipam has not heard that the object went. Whose it was, nobody knows any more. */
  private async tellDeleted(type: Reference['type'], id: string): Promise<void> {
    const reference: Reference = { type, id, projectId: '', stateful: true, gone: true, deleted: true };
    await this.messaging.request(securitySubject.put, reference);
  }
}
