import type { Fact, Heartbeat } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';
import { logger } from '@weft/telemetry';
import type { AgentConfig } from './config';
import { NodeReconciler } from './node.reconciler';
import { createPlanners } from './planners';
import { CountFile } from './report/count.file';
import { HeartbeatSender } from './report/heartbeat';
import { ReportBuffer } from './report/report.buffer';
import { Reporter } from './report/reporter';
import { TrafficReporter } from './report/traffic.reporter';
import { FactStore } from './state/fact.store';
import type { FactEntry } from './state/fact.store';
import { StateFile } from './state/state.file';
import type { FeedSink } from './sync/feed.client';
import { FeedClient } from './sync/feed.client';
import type { AgentTransport } from './transport';

const log = logger('agent');

/** A node agent, put together: feed → store → kernel → reports. */
export class NodeAgent implements FeedSink {
  private readonly planners = createPlanners();
  private readonly store = new FactStore(Object.values(this.planners));
  private readonly file: StateFile;
  private readonly feed: FeedClient;
  private readonly reports: ReportBuffer;
  private readonly reporter: Reporter;
  private readonly traffic: TrafficReporter;
  private readonly heartbeat: HeartbeatSender;
  readonly reconciler: NodeReconciler;
  private readonly startedAt = new Date().toISOString();
  private isInSync = false;
  private cancelRestore: (() => void) | null = null;

  constructor(
    private readonly config: AgentConfig,
    private readonly version: string,
    transport: AgentTransport,
    private readonly clock: Clock,
  ) {
    this.file = new StateFile(config.stateDir, clock, () => this.store.entries());
    this.reports = new ReportBuffer(clock);
    this.reporter = new Reporter(transport, config.host, this.reports, clock);
    this.reconciler = new NodeReconciler({
      config,
      planners: this.planners,
      store: this.store,
      reports: this.reports,
      clock,
      onReports: () => this.reporter.kick(),
      onDrop: (sample) => this.traffic.sample(sample),
    });
    this.traffic = new TrafficReporter({
      transport,
      host: config.host,
      file: new CountFile(config.stateDir),
      clock,
      counts: () => this.reconciler.drivers.filter?.counts() ?? null,
      portOf: (device) => this.reconciler.portOf(device),
    });
    this.feed = new FeedClient(transport, config.host, this, clock);
    this.heartbeat = new HeartbeatSender(transport, clock, () => this.describe());
  }

  start(): void {
    for (const [key, fact] of this.file.load()) this.reconciler.changed(this.store.put(key, fact));
    log.info({ facts: this.store.size }, 'facts on disk loaded');
    if (this.store.size > 0)
      this.cancelRestore = this.clock.after(this.config.restoreWaitMs, () => {
        log.warn('the control plane is silent: restoring from the facts on disk');
        this.reconciler.begin('disk');
      });
    this.heartbeat.start();
    this.traffic.start();
    this.feed.start();
  }

  /** Ends; bridges go on forwarding and DHCP servers serving. */
  async stop(): Promise<void> {
    this.cancelRestore?.();
    this.heartbeat.stop();
    this.traffic.stop();
    await this.feed.stop();
    await this.reconciler.stop();
    this.reporter.stop();
    this.file.flush();
  }

  describe(): Heartbeat {
    const { host, tunnelIp, bridgeMappings, roles, availabilityZone } = this.config;
    const { version, startedAt, isInSync: inSync } = this;
    return {
      host,
      version,
      startedAt,
      tunnelIp,
      bridgeMappings,
      roles,
      availabilityZone,
      inSync,
      capabilities: { ...this.reconciler.capabilities },
      counts: this.reconciler.counts,
    };
  }

  digests(): Record<string, string> {
    return this.store.digests();
  }

  snapshot(reset: readonly string[], facts: readonly FactEntry[], prefixes: readonly string[]): void {
    const { owners } = this.store.applySnapshot(reset, facts, prefixes);
    this.reconciler.changed(owners, tracesOf(facts));
    this.file.replace();
  }

  delta(drop: readonly string[], facts: readonly FactEntry[]): void {
    const { owners, removed } = this.store.applyDelta(drop, facts);
    const changes = facts.map(([key, fact]) => [key, fact.value === null ? null : fact] as const);
    this.file.record([...removed.map((key) => [key, null] as const), ...changes]);
    this.reconciler.changed(owners, tracesOf(facts));
  }

  inSync(inSync: boolean): void {
    if (this.isInSync === inSync) return;
    this.isInSync = inSync;
    if (inSync) {
      this.cancelRestore?.();
      this.reconciler.begin('feed');
      // The owner may have been restored to an older state: it hears everything again.
      this.reporter.resendAll();
    }
    this.heartbeat.beat();
  }
}

const tracesOf = (facts: readonly (readonly [string, Fact])[]): Set<string> =>
  new Set(facts.flatMap(([, { trace }]) => trace ?? []));
