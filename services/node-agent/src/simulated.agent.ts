import type { Fact, Heartbeat } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';
import { compileNetwork } from './managers/network.compiler';
import type { Claim, NodeProfile } from './managers/plan.types';
import { isVerdict } from './managers/plan.types';
import { HeartbeatSender } from './report/heartbeat';
import { ReportBook } from './report/report.book';
import { Reporter } from './report/reporter';
import { FactStore } from './state/fact.store';
import type { FeedSink } from './sync/feed.client';
import { FeedClient } from './sync/feed.client';
import type { AgentTransport } from './transport';

/**
 * An agent without a kernel: it attaches, follows and reports as a real one does, and finds everything proven at once. A thousand
 * of them fit one process and one connection: for benchmarks of the control plane.
 */
export class SimulatedAgent implements FeedSink {
  readonly store = new FactStore();
  readonly book: ReportBook;
  private readonly profile: NodeProfile;
  private readonly feed: FeedClient;
  private readonly reporter: Reporter;
  private readonly heartbeat: HeartbeatSender;
  private readonly startedAt = new Date().toISOString();
  private readonly claims = new Map<string, readonly Claim[]>();
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
    this.book = new ReportBook(clock);
    this.reporter = new Reporter(transport, host, this.book, clock);
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
    this.report(this.store.applySnapshot(reset, facts, prefixes));
  }

  delta(drop: readonly string[], facts: readonly (readonly [string, Fact])[]): void {
    this.report(this.store.applyDelta(drop, facts));
  }

  inSync(inSync: boolean): void {
    if (inSync === this.synced) return;
    this.synced = inSync;
    this.heartbeat.beat();
    if (!inSync) return;
    this.reporter.resendAll();
    this.resolveReady();
  }

  private report(networks: Iterable<string>): void {
    for (const network of networks) {
      const { claims } = compileNetwork(this.store.view(network), this.profile);
      const present = new Set(claims.map(({ component, port }) => `${component}|${port}`));
      for (const { port, component } of this.claims.get(network) ?? [])
        if (!present.has(`${component}|${port}`)) this.book.forget(port, component);
      this.claims.set(network, claims);
      for (const { port, component, generation, rests, trace } of claims) {
        const verdict = isVerdict(rests) ? rests : { state: 'proven' as const };
        this.book.put({ object: 'port', id: port, component, generation, ...verdict }, trace);
      }
    }
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
