import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import {
  type ObjectGrants,
  resourceName,
  type ResolveRequest,
  securitySubject,
  tokenHost,
  type WithdrawReply,
  type WithdrawRequest,
} from '@weft/contracts';
import { FactBucket, Messaging } from '@weft/messaging';
import { Database, FactAudit, Leader, OutboxRelay } from '@weft/persistence';
import { Policy } from '@weft/policy';
import {
  HealthService,
  Janitor,
  Kit,
  Lifecycle,
  Projection,
  QuotaService,
  ResourceEndpoint,
  type Served,
  settings,
} from '@weft/service-kit';
import { countHearing } from './counts/count.hearing';
import { addressGroupFacts } from './address-group/address-group.facts';
import { securityGroupFacts } from './group/security-group.facts';
import { makeParts, type Parts } from './fwaas.parts';
import { resourcesOf } from './fwaas.resources';
import { Settler } from './references/settler';
import { GrantSync } from './sharing/grant-sync';

const REPORTS = 'report.fwaas.';
/** What nobody asks for any more. */
const FORGOTTEN = [`DELETE FROM counted_batch WHERE counted_at < now() - interval '24 hours'`];

/** Runs the service: its resources on their subjects, what ipam and nodes ask and tell, and the leader's work. */
@Module({})
export class FwaasModule implements OnApplicationBootstrap {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(FactBucket) private readonly bucket: FactBucket,
    @Inject(Policy) private readonly policy: Policy,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(HealthService) private readonly health: HealthService,
  ) {}

  onApplicationBootstrap(): void {
    const kit = new Kit(this.database, this.policy);
    const parts = makeParts(kit, this.messaging);
    for (const served of resourcesOf(kit, parts)) this.serve(kit, served);
    this.listen(parts);
    this.lead(parts);
  }

  private serve(kit: Kit, { table, service }: Served): void {
    const responder = new ResourceEndpoint(table, kit.reader(table), service).serve(this.messaging);
    this.lifecycle.onStop(resourceName(table.definition), () => responder.stop());
  }

  /** To whoever asks for quotas, to ipam, and to nodes. */
  private listen({ resolver, grants, counts }: Parts): void {
    const { database, messaging, lifecycle } = this;
    const quotas = new QuotaService(database, this.policy).serve(messaging, 'fwaas');
    lifecycle.onStop('quotas', () => quotas.stop());

    const resolved = messaging.respond(securitySubject.resolve, 'fwaas', (message) =>
      resolver.resolve(message.json<ResolveRequest>()),
    );
    lifecycle.onStop('references', () => resolved.stop());

    const told = messaging.respond(securitySubject.grants, 'fwaas', async (message) => {
      await grants.put(message.json<ObjectGrants>());
      return {};
    });
    lifecycle.onStop('grants', () => told.stop());

    const withdrawn = messaging.respond(securitySubject.withdraw, 'fwaas', async (message): Promise<WithdrawReply> => {
      return { losers: await grants.withdraw(message.json<WithdrawRequest>()) };
    });
    lifecycle.onStop('withdrawals', () => withdrawn.stop());

    const reports = messaging.respond(`${REPORTS}*`, 'fwaas', async (message) => {
      await counts.fold(tokenHost(message.subject.slice(REPORTS.length)), countHearing.require(message));
      return { accepted: true };
    });
    lifecycle.onStop('reports', () => reports.stop());
  }

  /** What one replica does for all. */
  private lead({ groupConsent, addressConsent, grants }: Parts): void {
    const { database, messaging } = this;
    const leader = new Leader(settings.text('WEFT_DATABASE_URL'), 'fwaas', [
      new OutboxRelay(database, messaging, 'fwaas'),
      new FactAudit(new Projection(database, [securityGroupFacts, addressGroupFacts]), this.bucket, messaging),
      new Settler([groupConsent, addressConsent]),
      new GrantSync(messaging, grants),
      new Janitor(database, FORGOTTEN),
    ]);
    leader.start();
    this.lifecycle.onStop('leader', () => leader.stop());
    this.health.register('leader', () => ({ ok: true, text: leader.isLeader ? 'leads' : 'follows' }));
  }
}
