import type { DriftReport, DropSample } from '@weft/contracts';
import type { Drift, Sample } from '@weft/dataplane';
import { FILTER_TABLE, probeCapabilities } from '@weft/dataplane';
import { canonicalIp } from '@weft/net';
import type { Clock } from '@weft/reconcile';
import { ApplyLoop } from '@weft/reconcile';
import { instruments, logger, span } from '@weft/telemetry';
import { Dataplane } from './apply/dataplane';
import type { AgentConfig } from './config';
import { compileNetwork } from './managers/network.compiler';
import type { NodeProfile } from './managers/plan.types';
import { MetadataEndpoints } from './metadata/metadata.endpoints';
import { MetadataService } from './metadata/metadata.service';
import { StaticSource } from './metadata/static.source';
import { UpstreamSource } from './metadata/upstream.source';
import type { ReportBook } from './report/report.book';
import { hostResolvers } from './resolvers';
import { tapName } from './names';
import type { FactStore } from './state/fact.store';
import { ClaimBook } from './verify/claim.book';
import { prove } from './verify/prover';

const log = logger('node');

/** Passes are at least this far apart, ms: a storm of notifications costs one pass each. */
const PASS_INTERVAL_MS = 5;
/** A look at what nothing notifies of (namespaces), ms. */
const LOOK_MS = 1_000;
/** Spans of one pass, at most. */
const MAX_TRACES = 32;
/** Everything is read again, in case a notification was missed, ms. */
const RESYNC_MS = 60_000;

export type CoreConfig = Pick<
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

/**
 * The agent without its broker: facts in a store, the kernel, reports in a book. Nothing is written before {@link begin}.
 */
export class NodeCore {
  readonly dataplane: Dataplane;
  private readonly metadata: MetadataEndpoints;
  private readonly profile: NodeProfile;
  private readonly loop: ApplyLoop;
  private readonly dirty = new Set<string>();
  private readonly claims: ClaimBook;
  private readonly openDrift = new Map<string, { drift: Drift; foundAt: string }>();
  private readonly timers: (() => void)[] = [];
  private mode: 'waiting' | 'restored' | 'synced' = 'waiting';
  /** Of the changes that wait for the next pass. */
  private readonly traces = new Set<string>();

  constructor(
    config: CoreConfig,
    private readonly store: FactStore,
    private readonly book: ReportBook,
    private readonly clock: Clock,
    /** The book may have something to send. */
    private readonly onReports: () => void,
    /** A packet of a port here was dropped. */
    private readonly onDrop: (sample: DropSample) => void = () => undefined,
  ) {
    this.profile = {
      host: config.host,
      tunnelIp: config.tunnelIp === null ? null : canonicalIp(config.tunnelIp),
      bridgeMappings: config.bridgeMappings,
      metadata: config.roles.includes('metadata'),
      dhcp: { ...config.dhcp, resolvers: config.dhcp.resolvers ?? hostResolvers() },
      capabilities: probeCapabilities(),
    };
    log.info({ capabilities: this.profile.capabilities }, 'kernel probed');
    this.claims = new ClaimBook(book);
    const { metadataDir, metadataUpstream, availabilityZone } = config;
    const source = metadataUpstream
      ? new UpstreamSource(metadataUpstream)
      : new StaticSource(metadataDir, (id) => store.view(id), availabilityZone);
    this.metadata = new MetadataEndpoints(new MetadataService(store, source).handle, clock);
    this.loop = new ApplyLoop(
      clock,
      PASS_INTERVAL_MS,
      () => this.pass(),
      (error) => log.error({ err: error }, 'a pass failed'),
    );
    this.dataplane = new Dataplane(
      {
        stateDir: config.stateDir,
        nics: new Set(Object.values(config.bridgeMappings)),
        filters: this.profile.capabilities.filter,
        clock,
        onDirty: () => this.loop.kick(),
        onTouched: (network) => this.claims.touch(network),
        onDrop: (device, sample) => this.dropped(device, sample),
      },
      this.metadata,
    );
    instruments().pendingObjects.addCallback((result) => result.observe(this.dataplane.pending));
  }

  /** Facts of these networks have changed. Only notes it; the work is done in the next pass. */
  changed(networks: Iterable<string>, traces: Iterable<string> = []): void {
    for (const network of networks) this.dirty.add(network);
    for (const trace of traces) if (this.traces.size < MAX_TRACES) this.traces.add(trace);
    if (this.dirty.size > 0 || this.store.security.changed) this.loop.kick();
  }

  /**
   * The store holds what must be: write from now on.
   * @param authority `disk` makes and changes but removes nothing, as it may be old; `feed` also sweeps.
   */
  begin(authority: 'disk' | 'feed'): void {
    if (this.mode === 'synced') return;
    const first = this.mode === 'waiting';
    this.mode = authority === 'feed' ? 'synced' : 'restored';
    if (first) {
      for (const network of this.store.networkIds()) this.dirty.add(network);
      this.every(LOOK_MS, () => this.loop.kick());
      this.every(RESYNC_MS, () => this.dataplane.readAllAgain());
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
      facts: this.store.size,
      networks: this.claims.size,
      ports: this.claims.count('wired'),
      pending: this.dataplane.pending,
      writes: this.dataplane.writes,
      unacknowledged: this.book.unacknowledged,
    };
  }

  /** Ends the work and lets go; the dataplane stays as it is. */
  async stop(): Promise<void> {
    for (const cancel of this.timers) cancel();
    await this.loop.stop();
    this.metadata.close();
    this.dataplane.close();
  }

  /** The port of a device of an instance here. */
  portOf(device: string): string | undefined {
    return this.store.assignedPort(tapName, device);
  }

  private dropped(name: string, { device: _, ...sample }: Sample): void {
    const port = this.portOf(name);
    if (port !== undefined) this.onDrop({ port, at: new Date().toISOString(), ...sample });
  }

  private async pass(): Promise<number | null> {
    if (this.mode === 'waiting') return null;
    const traces = [...this.traces];
    this.traces.clear();
    const attributes = { 'weft.host': this.profile.host, 'weft.networks': this.dirty.size };
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
    this.compile();
    this.passSecurity();
    const { commands, drift, retryAt } = this.dataplane.pass(this.mode === 'synced');
    for (const network of this.dataplane.links.takeTouched()) this.claims.touch(network);
    this.claims.prove((claim) => prove(claim, this.dataplane));
    this.followDrift(drift);
    if (commands > 0) instruments().applyDuration.record((performance.now() - began) / 1000);
    this.onReports();
    return retryAt;
  }

  private compile(): void {
    for (const network of this.dirty) {
      const plan = compileNetwork(this.store.view(network), this.profile);
      this.dataplane.setPlan(network, plan);
      this.claims.set(network, plan.claims);
    }
    this.dirty.clear();
  }

  /** Groups, members and address groups, to the one driver that they concern. */
  private passSecurity(): void {
    const { filter } = this.dataplane;
    const { groups, addressGroups, members } = this.store.security.take();
    for (const [id, group] of groups) {
      filter.setGroup(id, group);
      for (const network of filter.facts.networksOf(id)) this.claims.touch(network);
    }
    for (const [id, group] of addressGroups) filter.setAddressGroup(id, group?.addresses ?? null);
    for (const { group, port, fact } of members) filter.setMember(group, port, fact?.addresses ?? null);
  }

  private followDrift(found: readonly Drift[]): void {
    for (const drift of found) {
      const key = `${drift.kind}|${drift.key}`;
      if (this.openDrift.has(key)) continue;
      const foundAt = new Date().toISOString();
      this.openDrift.set(key, { drift, foundAt });
      instruments().drift.add(1, { kind: drift.kind });
      log.warn({ kind: drift.kind, what: drift.what, network: drift.owner }, 'found other than it must be');
      if (!this.isRight(drift)) this.book.addDrift(driftReport(drift, foundAt));
    }
    for (const [key, { drift, foundAt }] of this.openDrift) {
      if (!this.isRight(drift)) continue;
      this.openDrift.delete(key);
      this.book.addDrift({ ...driftReport(drift, foundAt), healedAt: new Date().toISOString() });
    }
  }

  /** Mended, or not wanted any more. */
  private isRight({ kind, key, owner }: Drift): boolean {
    if (!this.claims.has(owner)) return true;
    const { links, buckets, redirects, frames, filter, forwarding, neighbours, namespaces, dhcp } = this.dataplane;
    if (kind === 'rate') return buckets.inSync(key);
    if (kind === 'redirect') return redirects.inSync(key);
    if (kind === 'filter') return key === FILTER_TABLE ? filter.healthy : frames.inSync();
    if (kind === 'fdb') return forwarding.inSync(key);
    if (kind === 'neighbour') return neighbours.inSync(key);
    if (kind === 'daemon') return dhcp.state(key).inSync;
    return links.inSync(key) || namespaces.inSync(key);
  }

  private every(ms: number, work: () => void): void {
    const index = this.timers.length;
    const next = () => {
      this.timers[index] = this.clock.after(ms, () => {
        work();
        next();
      });
    };
    next();
  }
}

const driftReport = (drift: Drift, foundAt: string): DriftReport => ({
  kind: drift.kind,
  what: drift.what,
  network: drift.owner,
  foundAt,
});
