import { isDeepStrictEqual } from 'node:util';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { Backoff } from '@weft/reconcile';
import type { DriverContext } from '../driver/context';
import type { Drift } from '../driver/drift';
import { type Driver, IN_SYNC, type ObjectState } from '../driver/driver';
import { findDaemons } from './dnsmasq.process';
import { DnsmasqServer } from './dnsmasq.server';
import type { DhcpServerSpec, DhcpServerState } from './dnsmasq.types';

interface Entry {
  /** Null: nobody desires it. */
  owner: string | null;
  readonly server: DnsmasqServer;
  desired: DhcpServerSpec | null;
  /** What the last finished pass was made for. */
  applied: DhcpServerSpec | null;
  loaded: ReadonlyMap<string, string>;
  refused: ReadonlyMap<string, string>;
  busy: boolean;
  /** A pass comes by itself when the server has rested. */
  resting: boolean;
}

/** How often the processes are looked at: a dead server is healed well within two seconds. */
const WATCH_MS = 500;
/** A server is left alone between passes, ms at most. */
const MAX_REST_MS = 1_000;

/**
 * DHCP servers, one dnsmasq for each network. Each network goes its own pace: passes of one are serialised, what changes
 * meanwhile is coalesced into the next pass, and a slow or failing one delays nobody.
 *
 * Mark: the directory `<root>/<network id>/` and the processes whose command line names a configuration file in it.
 */
export class DnsmasqDriver implements Driver<DhcpServerSpec> {
  readonly kind = 'dhcp';
  private readonly entries = new Map<string, Entry>();
  readonly failures: Backoff;
  private stopWatch: (() => void) | null = null;
  private stopped = false;
  private swept = false;
  private readonly pendingDrift: Drift[] = [];

  /** Files written, processes started or ended, ever. */
  writes = 0;

  /**
   * @param root directory of all servers' files
   * @param isReady whether the namespace is there and holds its addresses
   */
  constructor(
    private readonly root: string,
    private readonly context: DriverContext,
    private readonly isReady: (netns: string) => boolean,
  ) {
    this.failures = new Backoff(context.clock, Math.random, { baseMs: 50, maxMs: 30_000 });
    context.events.on('namespace-remade', (netns) => this.invalidate(netns));
    this.watch();
  }

  setDesired(owner: string, specs: readonly DhcpServerSpec[]): void {
    for (const [network, entry] of this.entries)
      if (entry.owner === owner && !specs.some((spec) => spec.network === network)) this.desire(network, null, null);
    for (const spec of specs) this.desire(spec.network, owner, spec);
  }

  /** Processes are watched, not read. */
  markDirty(): void {}

  /** Servers that died since the last pass: already being healed. */
  resync(): Drift[] {
    return this.pendingDrift.splice(0);
  }

  /** Starts what there is to do: it ends in the background, and a pass is due then. Commands are counted when they are done. */
  applyUpdates(): number {
    if (!this.swept) this.sweep();
    for (const [network, entry] of this.entries) this.step(network, entry);
    return 0;
  }

  /** A server that nobody desires is ended by its own step. */
  applyDeletes(): number {
    return 0;
  }

  /**
   * @param key a network: its server runs as desired; `<network> <port>`: it has loaded the port's reservation
   * @param content text of that reservation; absent: there is none to load
   */
  stateOf(key: string, content?: string): ObjectState {
    const [network, port] = key.split(' ') as [string, string?];
    const server = this.state(network);
    const refusal = port === undefined ? undefined : server.refused.get(port);
    if (refusal !== undefined) return { state: 'refused', reason: 'daemon-failed', detail: refusal };
    const held = port === undefined || content === undefined ? server.inSync : server.loaded.get(port) === content;
    if (held) return IN_SYNC;
    if (server.error) return { state: 'refused', reason: 'daemon-failed', detail: server.error.message };
    return { state: 'pending', detail: 'the DHCP server has not yet read it' };
  }

  private state(network: string): DhcpServerState {
    const entry = this.entries.get(network);
    const error = this.failures.get(network)?.error ?? null;
    if (!entry) return { loaded: new Map(), refused: new Map(), inSync: false, error };
    const inSync = error === null && entry.desired !== null && entry.applied === entry.desired;
    return { loaded: entry.loaded, refused: entry.refused, inSync, error };
  }

  /** True once no server of the network runs: its namespace may go. */
  isGone(network: string): boolean {
    return !this.entries.has(network);
  }

  nextRetryAt(): number | null {
    return this.failures.nextRetryAt();
  }

  get pending(): number {
    return [...this.entries.values()].filter((entry) => entry.applied !== entry.desired || entry.desired === null)
      .length;
  }

  /** Lets go of the servers; they go on serving. */
  close(): void {
    this.stopped = true;
    this.stopWatch?.();
  }

  private desire(network: string, owner: string | null, spec: DhcpServerSpec | null): void {
    const entry = this.entries.get(network);
    if (!entry) return void this.entries.set(network, this.newEntry(network, owner, spec, []));
    entry.owner = owner;
    if (isDeepStrictEqual(entry.desired, spec)) return;
    this.failures.forget(network);
    entry.desired = spec;
  }

  /** The namespace was made again: a process in the old one is of no use. */
  private invalidate(netns: string): void {
    for (const entry of this.entries.values()) {
      if (entry.desired?.netns !== netns) continue;
      entry.applied = null;
      entry.loaded = new Map();
    }
  }

  /** First pass: adopt the servers that run, and let those that nobody wants be removed like any other. */
  private sweep(): void {
    this.swept = true;
    mkdirSync(this.root, { recursive: true, mode: 0o755 });
    const found = findDaemons(this.root);
    const known = new Set([
      ...found.map(({ network }) => network),
      ...(existsSync(this.root) ? readdirSync(this.root) : []),
    ]);
    for (const network of new Set([...known, ...this.entries.keys()])) {
      const { owner = null, desired = null } = this.entries.get(network) ?? {};
      this.entries.set(network, this.newEntry(network, owner, desired, found));
    }
  }

  private newEntry(
    network: string,
    owner: string | null,
    desired: DhcpServerSpec | null,
    found: ReturnType<typeof findDaemons>,
  ): Entry {
    const server = new DnsmasqServer(this.root, network, found);
    return {
      owner,
      server,
      desired,
      applied: null,
      loaded: new Map(),
      refused: new Map(),
      busy: false,
      resting: false,
    };
  }

  private step(network: string, entry: Entry): void {
    if (entry.busy || this.stopped || !this.failures.ready(network)) return;
    const spec = entry.desired;
    if (spec !== null && (entry.applied === spec || entry.resting || !this.isReady(spec.netns))) return;
    entry.busy = true;
    const began = this.context.clock.now();
    const work = spec ? this.serve(entry, spec) : this.remove(network, entry);
    void work
      .then(
        () => this.failures.forget(network),
        (error: unknown) => {
          entry.applied = null;
          this.failures.failed(network, error as Error);
        },
      )
      .then(() => {
        entry.busy = false;
        if (this.stopped) return;
        // More has changed meanwhile, and more will.
        if (entry.desired !== spec) this.rest(network, entry, this.context.clock.now() - began);
        this.changed(entry);
      });
  }

  /** A server that reads its files answers nobody: it is left alone for as long as that took, and what changes meanwhile is one pass. */
  private rest(network: string, entry: Entry, took: number): void {
    entry.resting = true;
    this.context.clock.after(Math.min(took, MAX_REST_MS), () => {
      entry.resting = false;
      // Removed entries are gone for good: a network that comes back has a new one.
      if (this.entries.get(network) === entry) this.step(network, entry);
    });
  }

  private changed({ owner }: Entry): void {
    if (owner !== null) this.context.touched(owner);
    this.context.dirty();
  }

  private async serve(entry: Entry, spec: DhcpServerSpec): Promise<void> {
    const pass = await entry.server.reconcile(spec);
    this.writes += pass.commands;
    entry.loaded = pass.loaded;
    entry.refused = pass.refused;
    entry.applied = spec;
  }

  private async remove(network: string, entry: Entry): Promise<void> {
    this.writes++;
    await entry.server.remove();
    if (entry.desired === null) this.entries.delete(network);
  }

  private watch(): void {
    this.stopWatch = this.context.clock.after(WATCH_MS, () => {
      for (const [network, entry] of this.entries) {
        if (entry.busy || entry.desired === null || entry.applied === null || entry.server.isRunning()) continue;
        entry.applied = null;
        entry.loaded = new Map();
        this.pendingDrift.push({
          kind: 'daemon',
          what: `dnsmasq of ${entry.desired.netns}`,
          owner: entry.owner,
          key: network,
        });
        this.changed(entry);
      }
      if (!this.stopped) this.watch();
    });
  }
}
