import type { Fact, Heartbeat } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';
import {
  type AgentTransport,
  createPlanners,
  evaluate,
  FactStore,
  FeedClient,
  type FeedSink,
  HeartbeatSender,
  type NodeProfile,
  type OwnerKey,
  ownerOf,
  type Planner,
  ReportBuffer,
  Reporter,
  RequirementTracker,
} from '@weft/node-agent';

/**
 * An agent without a kernel: it attaches, follows and reports as a real one does, and finds everything proven at once. A thousand
 * of them fit one process and one connection: for benchmarks of the control plane.
 */
export class SimulatedAgent implements FeedSink {
  private readonly planners: readonly Planner[] = Object.values(createPlanners());
  readonly store = new FactStore(this.planners);
  private readonly reports: ReportBuffer;
  private readonly requirements: RequirementTracker;
  private readonly profile: NodeProfile;
  private readonly feed: FeedClient;
  private readonly reporter: Reporter;
  private readonly heartbeat: HeartbeatSender;
  private readonly startedAt = new Date().toISOString();
  private synced = false;
  /** Resolves at the first sync. */
  readonly ready: Promise<void>;
  private readonly resolveReady: () => void;

  constructor(host: string, tunnelIp: string, transport: AgentTransport, clock: Clock) {
    const capabilities = { vxlan: true, neighSuppress: true, vlan: '8021q', shaping: true, filter: true } as const;
    this.profile = {
      host,
      tunnelIp,
      bridgeMappings: {},
      metadata: true,
      dhcp: { leaseTime: 86_400, resolvers: [] },
      capabilities,
    };
    this.reports = new ReportBuffer(clock);
    this.requirements = new RequirementTracker(this.reports);
    this.reporter = new Reporter(transport, host, this.reports, clock);
    this.feed = new FeedClient(transport, host, this, clock);
    this.heartbeat = new HeartbeatSender(transport, clock, () => this.describe());
    let resolveReady!: () => void;
    this.ready = new Promise((resolve) => (resolveReady = resolve));
    this.resolveReady = resolveReady;
  }

  start(): void {
    this.heartbeat.start();
    this.feed.start();
  }

  async stop(): Promise<void> {
    this.heartbeat.stop();
    this.reporter.stop();
    await this.feed.stop();
  }

  digests(): Record<string, string> {
    return this.store.digests();
  }

  snapshot(reset: readonly string[], facts: readonly (readonly [string, Fact])[], prefixes: readonly string[]): void {
    this.report(this.store.applySnapshot(reset, facts, prefixes).owners);
  }

  delta(drop: readonly string[], facts: readonly (readonly [string, Fact])[]): void {
    this.report(this.store.applyDelta(drop, facts).owners);
  }

  inSync(inSync: boolean): void {
    if (inSync === this.synced) return;
    this.synced = inSync;
    this.heartbeat.beat();
    if (!inSync) return;
    this.reporter.resendAll();
    this.resolveReady();
  }

  private report(owners: Iterable<OwnerKey>): void {
    for (const owner of owners) {
      const { kind, id } = ownerOf(owner);
      const planner = this.planners.find((candidate) => candidate.kind === kind)!;
      this.requirements.set(owner, planner.plan(id, this.profile).requirements);
    }
    this.requirements.evaluate((requirement) => evaluate(requirement, () => ({ state: 'in-sync' })));
    this.reporter.kick();
  }

  private describe(): Heartbeat {
    const { host, tunnelIp, bridgeMappings } = this.profile;
    return {
      host,
      version: 'simulated',
      startedAt: this.startedAt,
      tunnelIp,
      bridgeMappings,
      roles: ['l2', 'dhcp', 'metadata'],
      availabilityZone: 'nova',
      inSync: this.synced,
      counts: { facts: this.store.size },
    };
  }
}
