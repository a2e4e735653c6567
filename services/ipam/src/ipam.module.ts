import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { type ReportBatch, requireOwnHost, resourceName } from '@weft/contracts';
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
import { DhcpKeeper } from './dhcp/dhcp-keeper';
import { dropHearing } from './drop/drop.hearing';
import { ipamSettings, type IpamSettings } from './ipam-settings';
import { dhcpBindingFacts } from './dhcp/dhcp-binding.facts';
import { nodeFacts } from './node/node.facts';
import { portFacts } from './port/port.facts';
import { qosPolicyFacts } from './qos/qos-policy.facts';
import { makeParts, type Parts } from './ipam.parts';
import { resourcesOf } from './ipam.resources';
import { HeartbeatListener } from './node/heartbeat.listener';
import { ReferenceEndpoint } from './security/reference.endpoint';
import { defineDefaultRanges } from './segment/default-ranges';

/** What nobody asks for any more. */
const FORGOTTEN = [
  `DELETE FROM reference WHERE gone AND changed_at < now() - interval '1 hour'`,
  `DELETE FROM drift WHERE found_at < now() - interval '30 days'`,
];

/** Runs the service: its resources on their subjects, what nodes say, and the leader's work. */
@Module({})
export class IpamModule implements OnApplicationBootstrap {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(FactBucket) private readonly bucket: FactBucket,
    @Inject(Policy) private readonly policy: Policy,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(HealthService) private readonly health: HealthService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const config = ipamSettings();
    const kit = new Kit(this.database, this.policy);
    const parts = makeParts(kit, config, this.messaging);
    await defineDefaultRanges(this.database, parts.segmentRanges, config.segmentRanges);
    for (const served of resourcesOf(kit, parts, config)) this.serve(kit, served);
    this.listen(parts);
    this.lead(parts, config);
  }

  private serve(kit: Kit, { table, service }: Served): void {
    const responder = new ResourceEndpoint(table, kit.reader(table), service).serve(this.messaging);
    this.lifecycle.onStop(resourceName(table.definition), () => responder.stop());
  }

  /** To whoever asks for quotas, and to nodes. */
  private listen({ proofs, drops, nodes, referenceRows, grants }: Parts): void {
    const { database, messaging, lifecycle } = this;
    const quotas = new QuotaService(database, this.policy).serve(messaging, 'ipam');
    lifecycle.onStop('quotas', () => quotas.stop());

    const references = new ReferenceEndpoint(database, referenceRows, grants).serve(messaging);
    lifecycle.onStop('references', () => references.stop());

    const reports = messaging.respond('report.ipam.*', 'ipam', async (message) => {
      const batch = message.json<ReportBatch>();
      requireOwnHost(message.subject, batch.host);
      await proofs.fold(batch);
      return { accepted: true };
    });
    lifecycle.onStop('reports', () => reports.stop());

    const dropped = messaging.respond('drops.*', 'ipam', async (message) => {
      const batch = dropHearing.require(message);
      requireOwnHost(message.subject, batch.host);
      await drops.fold(batch);
      return { accepted: true };
    });
    lifecycle.onStop('drops', () => dropped.stop());

    const heartbeats = new HeartbeatListener(nodes);
    heartbeats.start(messaging);
    lifecycle.onStop('heartbeats', () => heartbeats.stop());
  }

  /** What one replica does for all. */
  private lead({ networkRows, placement }: Parts, config: IpamSettings): void {
    const { database, messaging } = this;
    const facts = [networkRows.facts, portFacts, dhcpBindingFacts, nodeFacts, qosPolicyFacts];
    const leader = new Leader(settings.text('WEFT_DATABASE_URL'), 'ipam', [
      new OutboxRelay(database, messaging, 'ipam'),
      new FactAudit(new Projection(database, facts), this.bucket, messaging),
      new DhcpKeeper(database, config.dhcpNodesPerNetwork, placement, networkRows),
      new Janitor(database, FORGOTTEN),
    ]);
    leader.start();
    this.lifecycle.onStop('leader', () => leader.stop());
    this.health.register('leader', () => ({ ok: true, text: leader.isLeader ? 'leads' : 'follows' }));
  }
}
