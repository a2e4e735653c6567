import { conflict, type GrantsPage, type ObjectGrants, type Reference, securitySubject } from '@weft/contracts';
import type { Messaging, Responder } from '@weft/messaging';

/** The other side of the references: what ipam is told and asked, on its subjects. */
export class IpamDouble {
  /** What it was told, in order. */
  readonly told: Reference[] = [];
  /** Ids of groups that ports have: it refuses. */
  readonly used = new Set<string>();
  grants: ObjectGrants[] = [];
  /** Called before it answers. */
  onPut: (reference: Reference) => Promise<void> | void = () => undefined;
  private readonly responders: Responder[] = [];

  constructor(messaging: Messaging) {
    this.responders.push(
      messaging.respond(securitySubject.put, 'ipam', async (message) => {
        const reference = message.json<Reference>();
        await this.onPut(reference);
        if (this.used.has(reference.id)) throw conflict('SecurityGroupInUse', `Security Group ${reference.id} in use.`);
        this.told.push(reference);
        return {};
      }),
      messaging.respond(securitySubject.allGrants, 'ipam', async (message): Promise<GrantsPage> => {
        const { after = '' } = message.json<{ after?: string }>();
        const rest = [...this.grants].sort((a, b) => a.id.localeCompare(b.id)).filter(({ id }) => id > after);
        return { grants: rest.slice(0, 2), more: rest.length > 2 };
      }),
    );
  }

  async stop(): Promise<void> {
    for (const responder of this.responders) await responder.stop();
  }
}
