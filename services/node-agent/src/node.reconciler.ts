import type { DriftReport, DropSample } from '@weft/contracts';
import { Dataplane, type DriverDrift, EventHub, probeCapabilities, type Sample } from '@weft/dataplane';
import { canonicalIp } from '@weft/net';
import { ApplyLoop, type Clock } from '@weft/reconcile';
import { instruments, logger, span } from '@weft/telemetry';
import type { AgentConfig } from './config';
import { createDrivers, type NodeDrivers } from './dataplane/drivers';
import { MetadataEndpoints } from './metadata/metadata.endpoints';
import { MetadataService } from './metadata/metadata.service';
import { StaticSource } from './metadata/static.source';
import { UpstreamSource } from './metadata/upstream.source';
import { tapName } from './names';
import type { Planners } from './planners';
import type { NodeProfile, OwnerKey } from './planners/planner';
import type { ReportBuffer } from './report/report.buffer';
import { hostResolvers } from './resolvers';
import { type FactStore, ownerOf } from './state/fact.store';
import { evaluate } from './verify/evaluate';
import { RequirementTracker } from './verify/requirement.tracker';

const log = logger('node');

/** Passes are at least this far apart, ms: a storm of notifications costs one pass each. */
const PASS_INTERVAL_MS = 5;
/** A look at what nothing notifies of (namespaces), ms. */
const POLL_MS = 1_000;
/** Spans of one pass, at most. */
const MAX_TRACES = 32;
/** Everything is read again, in case a notification was missed, ms. */
const RESYNC_MS = 60_000;

export type ReconcilerConfig = Pick<
  AgentConfig,
  | 'host'
  | 'tunnelIp'
  | 'bridgeMappings'
  | 'stateDir'
  | 'metadataDir'
  | 'metadataUpstream'
  | 'availabilityZone'
  | 'roles'
  | 'dhcp'
>;

export interface ReconcilerDeps {
  readonly config: ReconcilerConfig;
  readonly planners: Planners;
  readonly store: FactStore;
  readonly reports: ReportBuffer;
  readonly clock: Clock;
  /** The buffer may have something to send. */
  readonly onReports: () => void;
  /** A packet of a port here was dropped. */
  readonly onDrop: (sample: DropSample) => void;
}

/** The agent without its broker: planners over a store of facts, the kernel, reports. Nothing is written before {@link begin}. */
export class NodeReconciler {
  readonly drivers: NodeDrivers;
  readonly dataplane: Dataplane;
  private readonly profile: NodeProfile;
  private readonly loop: ApplyLoop;
  private readonly dirty = new Set<OwnerKey>();
  private readonly requirements: RequirementTracker;
  private readonly openDrift = new Map<string, { readonly drift: DriverDrift; readonly foundAt: string }>();
  private readonly timers: (() => void)[] = [];
  private mode: 'waiting' | 'restored' | 'synced' = 'waiting';
  /** Of the changes that wait for the next pass. */
  private readonly traces = new Set<string>();

  constructor(private readonly deps: ReconcilerDeps) {
    const { config, clock, reports } = deps;
    this.profile = profileOf(config);
    log.info({ capabilities: this.profile.capabilities }, 'kernel probed');
    this.requirements = new RequirementTracker(reports);
    this.loop = new ApplyLoop(
      clock,
      PASS_INTERVAL_MS,
      () => this.pass(),
      (error) => log.error({ err: error }, 'a pass failed'),
    );
    const dirty = () => this.loop.kick();
    const touched = (owner: string) => this.requirements.touch(owner);
    this.drivers = createDrivers(
      { clock, events: new EventHub(), touched, dirty },
      {
        stateDir: config.stateDir,
        nics: new Set(Object.values(config.bridgeMappings)),
        filters: this.profile.capabilities.filter,
        metadata: (context, isReady) => new MetadataEndpoints(metadataService(deps).handle, context, isReady),
        onDrop: (device, sample) => this.dropped(device, sample),
      },
    );
    this.dataplane = new Dataplane(this.drivers.list, dirty);
    instruments().pendingObjects.addCallback((result) => result.observe(this.dataplane.pending));
  }

  /** Facts of these owners have changed. Only notes it; the work is done in the next pass. */
  changed(owners: Iterable<OwnerKey>, traces: Iterable<string> = []): void {
    for (const owner of owners) this.dirty.add(owner);
    for (const trace of traces) if (this.traces.size < MAX_TRACES) this.traces.add(trace);
    if (this.dirty.size > 0) this.loop.kick();
  }

  /**
   * The store holds what must be: write from now on.
   * @param authority `disk` creates and changes but removes nothing, as it may be old; `feed` also sweeps.
   */
  begin(authority: 'disk' | 'feed'): void {
    if (this.mode === 'synced') return;
    const first = this.mode === 'waiting';
    this.mode = authority === 'feed' ? 'synced' : 'restored';
    if (first) {
      this.every(POLL_MS, () => this.loop.kick());
      this.every(RESYNC_MS, () => this.dataplane.markDirty());
    }
    this.loop.kick();
  }

  /** Resolves when nothing is left to do at once (tests). */
  async idle(): Promise<void> {
    await this.loop.idle();
  }

  get capabilities(): NodeProfile['capabilities'] {
    return this.profile.capabilities;
  }

  get counts(): Record<string, number> {
    return {
      facts: this.deps.store.size,
      networks: this.requirements.size,
      ports: this.requirements.count('wired'),
      pending: this.dataplane.pending,
      writes: this.dataplane.writes,
      unacknowledged: this.deps.reports.unacknowledged,
    };
  }

  /** Ends the work; the kernel and the daemons stay as they are. */
  async stop(): Promise<void> {
    for (const cancel of this.timers) cancel();
    await this.loop.stop();
    this.dataplane.close();
    this.drivers.close();
  }

  /** The port of a device of an instance here. */
  portOf(device: string): string | undefined {
    return this.deps.planners.network.networks.assignedPort(tapName, device);
  }

  private dropped(name: string, { device: _, ...sample }: Sample): void {
    const port = this.portOf(name);
    if (port !== undefined) this.deps.onDrop({ port, at: new Date().toISOString(), ...sample });
  }

  private async pass(): Promise<number | null> {
    if (this.mode === 'waiting') return null;
    const traces = [...this.traces];
    this.traces.clear();
    const attributes = { 'weft.host': this.profile.host, 'weft.owners': this.dirty.size };
    // Changes of several requests may be applied by one transaction: each trace shows it.
    const pass = traces.reduce<() => Promise<number | null>>(
      (inner, parent) => () =>
        span('node.apply', { parent, attributes }, async (active) => {
          const before = this.dataplane.writes;
          const retryAt = await inner();
          active.setAttribute('weft.commands', this.dataplane.writes - before);
          return retryAt;
        }),
      async () => this.transaction(),
    );
    return pass();
  }

  private transaction(): number | null {
    const began = performance.now();
    this.plan();
    const { commands, drift, retryAt } = this.dataplane.pass(this.mode === 'synced');
    this.requirements.evaluate((requirement) =>
      evaluate(requirement, ({ driver, key, content }) => this.dataplane.stateOf(driver, key, content)),
    );
    this.followDrift(drift);
    if (commands > 0) instruments().applyDuration.record((performance.now() - began) / 1000);
    this.deps.onReports();
    return retryAt;
  }

  private plan(): void {
    const planners = new Map(Object.values(this.deps.planners).map((planner) => [planner.kind, planner]));
    for (const owner of this.dirty) {
      const { kind, id } = ownerOf(owner);
      const { objects, requirements } = planners.get(kind)!.plan(id, this.profile);
      this.dataplane.setDesired(owner, objects);
      this.requirements.set(owner, requirements);
    }
    this.dirty.clear();
  }

  private followDrift(found: readonly DriverDrift[]): void {
    for (const drift of found) {
      const key = `${drift.kind}|${drift.key}`;
      if (this.openDrift.has(key)) continue;
      const foundAt = new Date().toISOString();
      this.openDrift.set(key, { drift, foundAt });
      instruments().drift.add(1, { kind: drift.kind });
      log.warn({ kind: drift.kind, what: drift.what, owner: drift.owner }, 'drift detected');
      if (!this.isHealed(drift)) this.deps.reports.addDrift(driftReport(drift, foundAt));
    }
    for (const [key, { drift, foundAt }] of this.openDrift) {
      if (!this.isHealed(drift)) continue;
      this.openDrift.delete(key);
      this.deps.reports.addDrift({ ...driftReport(drift, foundAt), healedAt: new Date().toISOString() });
    }
  }

  /** In force again, or not desired any more. */
  private isHealed({ driver, key, owner }: DriverDrift): boolean {
    if (owner !== null && !this.requirements.has(owner)) return true;
    return this.dataplane.stateOf(driver, key).state === 'in-sync';
  }

  private every(ms: number, work: () => void): void {
    const index = this.timers.length;
    const next = () => {
      this.timers[index] = this.deps.clock.after(ms, () => {
        work();
        next();
      });
    };
    next();
  }
}

const profileOf = (config: ReconcilerConfig): NodeProfile => ({
  host: config.host,
  tunnelIp: config.tunnelIp === null ? null : canonicalIp(config.tunnelIp),
  bridgeMappings: config.bridgeMappings,
  metadata: config.roles.includes('metadata'),
  dhcp: { ...config.dhcp, resolvers: config.dhcp.resolvers ?? hostResolvers() },
  capabilities: probeCapabilities(),
});

function metadataService({ config, planners }: ReconcilerDeps): MetadataService {
  const { networks } = planners.network;
  const { metadataDir, metadataUpstream, availabilityZone } = config;
  const source = metadataUpstream
    ? new UpstreamSource(metadataUpstream)
    : new StaticSource(metadataDir, (id) => networks.view(id), availabilityZone);
  return new MetadataService(networks, source);
}

/** Drift of an object that several owners share is the node's own: it names no network. */
function driftReport({ kind, what, owner }: DriverDrift, foundAt: string): DriftReport {
  const of = owner === null ? null : ownerOf(owner as OwnerKey);
  return { kind, what, ...(of?.kind === 'network' && { network: of.id }), foundAt };
}
