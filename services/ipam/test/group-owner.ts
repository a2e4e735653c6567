import { randomUUID } from 'node:crypto';
import {
  type ObjectGrants,
  type Reference,
  type ResolveReply,
  type ResolveRequest,
  securitySubject,
  type WithdrawReply,
  type WithdrawRequest,
} from '@weft/contracts';
import type { Messaging, Responder } from '@weft/messaging';

type Group = ResolveReply['references'][number];

/** Owns security groups in tests of ipam alone: speaks on the broker as fwaas does, and makes default groups where they are asked for. */
export class GroupOwner {
  private readonly groups = new Map<string, Group>();
  private responders: Responder[] = [];
  /** Requests so far. */
  asked = 0;
  /** What it was told, the latest last. */
  readonly grants: ObjectGrants[] = [];
  /** Projects whose rules use whatever is to be taken back. */
  dependents: string[] = [];
  /** What it was to take back, the latest last. */
  readonly withdrawals: WithdrawRequest[] = [];

  constructor(private readonly messaging: Messaging) {
    this.start();
  }

  start(): void {
    this.responders = [
      this.messaging.respond(securitySubject.resolve, 'fwaas', (message) => {
        this.asked++;
        return Promise.resolve(this.resolve(message.json<ResolveRequest>()));
      }),
      this.messaging.respond(securitySubject.grants, 'fwaas', (message) => {
        this.grants.push(message.json<ObjectGrants>());
        return Promise.resolve({});
      }),
      this.messaging.respond(securitySubject.withdraw, 'fwaas', (message): Promise<WithdrawReply> => {
        this.withdrawals.push(message.json<WithdrawRequest>());
        return Promise.resolve({ dependents: this.dependents });
      }),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.responders.map((responder) => responder.stop()));
  }

  make(projectId: string, more: Partial<Group> = {}): string {
    const id = randomUUID();
    const group: Group = {
      type: 'security_group',
      id,
      projectId,
      stateful: true,
      gone: false,
      isDefault: false,
      ...more,
    };
    this.groups.set(id, group);
    return id;
  }

  defaultOf(projectId: string): string {
    const found = [...this.groups.values()].find((group) => group.isDefault && group.projectId === projectId);
    return found?.id ?? this.make(projectId, { isDefault: true });
  }

  /** As before a deletion or a change. @throws ApiError 409 */
  async put(id: string, change: Partial<Pick<Reference, 'gone' | 'deleted' | 'stateful'>>): Promise<void> {
    const { isDefault: _, ...reference } = { ...this.groups.get(id)!, ...change };
    await this.messaging.request(securitySubject.put, reference satisfies Reference);
    if (change.deleted) this.groups.delete(id);
  }

  private resolve({ type, ids, defaultsOf }: ResolveRequest): ResolveReply {
    const wanted = [...ids, ...defaultsOf.map((project) => this.defaultOf(project))];
    return { references: wanted.flatMap((id) => this.groups.get(id) ?? []).filter((group) => group.type === type) };
  }
}
