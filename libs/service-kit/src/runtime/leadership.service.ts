import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import { FactBucket, Messaging } from '@weft/messaging';
import { Database, FactAudit, Leader, type LeaderWork, OutboxRelay, PeriodicWork } from '@weft/persistence';
import { Projection } from '../facts/fact-projection';
import type { FactSource } from '../facts/fact-source';
import { FACT_SOURCES } from '../facts/fact-sources.provider';
import { HealthService } from './health.service';
import { type LeaderTask, RunByLeader } from './leader-task';
import { DatabaseUrl } from './database.providers';
import { SERVICE_OPTIONS, type ServiceOptions } from './service-options';

const RETENTION_EVERY_MS = 10 * 60_000;
/** Rows of the kit's own tables that have served. */
const KIT_RETENTION = [`DELETE FROM finished_write WHERE finished_at < now() - interval '24 hours'`];

/** Campaigns for leadership, and runs what the leader alone does: the outbox relay, the audit of facts, retention, {@link LeaderTask}s. */
@Injectable()
export class LeadershipService implements OnApplicationBootstrap, OnModuleDestroy {
  private leader: Leader | undefined;

  constructor(
    @Inject(SERVICE_OPTIONS) private readonly options: ServiceOptions,
    private readonly url: DatabaseUrl,
    private readonly database: Database,
    private readonly messaging: Messaging,
    private readonly health: HealthService,
    private readonly discovery: DiscoveryService,
    private readonly modules: ModuleRef,
  ) {}

  onApplicationBootstrap(): void {
    const { name, facts } = this.options;
    const work: LeaderWork[] = [
      new OutboxRelay(this.database, this.messaging, name),
      this.retention(),
      ...this.tasks(),
    ];
    if (facts === 'writes') work.push(this.factAudit());
    const leader = new Leader(this.url.text, name, work);
    leader.start();
    this.leader = leader;
    this.health.register('leader', () => ({ ok: true, text: leader.isLeader ? 'leads' : 'follows' }));
  }

  async onModuleDestroy(): Promise<void> {
    await this.leader?.stop();
  }

  private factAudit(): LeaderWork {
    const sources = this.modules.get<readonly FactSource<unknown>[]>(FACT_SOURCES, { strict: false });
    const bucket = this.modules.get(FactBucket, { strict: false });
    return new FactAudit(new Projection(this.database, sources), bucket, this.messaging);
  }

  private retention(): LeaderWork {
    const statements = [...KIT_RETENTION, ...(this.options.retention ?? [])];
    return new PeriodicWork({ name: 'retention', everyMs: RETENTION_EVERY_MS, delayed: true }, async () => {
      for (const statement of statements) await this.database.query(statement);
    });
  }

  private tasks(): LeaderWork[] {
    return this.discovery.getProviders({ metadataKey: RunByLeader.KEY }).map((provider) => {
      const options = this.discovery.getMetadataByDecorator(RunByLeader, provider)!;
      const task = provider.instance as LeaderTask;
      return new PeriodicWork({ ...options, name: String(provider.name) }, (term) => task.run(term));
    });
  }
}
