import { isDeepStrictEqual } from 'node:util';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import type { Clock } from '@weft/reconcile';
import { Backoff } from '@weft/reconcile';
import type { Drift } from '../driver/drift';
import { findDaemons } from './dnsmasq.process';
import { DnsmasqServer } from './dnsmasq.server';
import type { DhcpServerSpec, DhcpServerState } from './dnsmasq.types';

interface Entry {
  readonly server: DnsmasqServer;
  desired: DhcpServerSpec | null;
  /** What the last finished pass was made for. */
  applied: DhcpServerSpec | null;
  loaded: ReadonlyMap<string, string>;
  refused: ReadonlyMap<string, string>;
  busy: boolean;
  /** A pass comes by itself when the server has rested. */
  resting: boolean;
  /** The namespace is there and holds its addresses. */
  ready: boolean;
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
export class DnsmasqDriver {
  private readonly entries = new Map<string, Entry>();
  readonly failures: Backoff;
  private stopWatch: (() => void) | null = null;
  private stopped = false;
  private swept = false;
  private readonly pendingDrift: Drift[] = [];

  /** Files written, processes started or ended, ever. */
  commands = 0;

  /** @param onChange the state of a network's server has changed. */
  constructor(
    private readonly root: string,
    private readonly clock: Clock,
    private readonly onChange: (network: string) => void,
  ) {
    this.failures = new Backoff(clock, Math.random, { baseMs: 50, maxMs: 30_000 });
    this.watch();
  }

  setDesired(network: string, spec: DhcpServerSpec | null): void {
    const entry = this.entries.get(network);
    if (!entry && !spec) return;
    if (entry) {
      if (isDeepStrictEqual(entry.desired, spec)) return;
      this.failures.forget(network);
      entry.desired = spec;
    } else {
      this.entries.set(network, this.newEntry(network, spec, []));
    }
  }

  /**
   * Starts what there is to do; it ends in the background and calls `onChange`.
   * @param ready whether the ground on which a network's server stands (namespace, addresses) is there.
   */
  apply(ready: (network: string) => boolean): void {
    if (!this.swept) this.sweep();
    for (const [network, entry] of this.entries) {
      entry.ready = ready(network);
      this.step(network, entry);
    }
  }

  /** The namespace of the network was made again: a process in the old one is of no use. */
  invalidate(network: string): void {
    const entry = this.entries.get(network);
    if (!entry) return;
    entry.applied = null;
    entry.loaded = new Map();
  }

  state(network: string): DhcpServerState {
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

  /** A server died since the last call: already being healed. */
  takeDrift(): Drift[] {
    return this.pendingDrift.splice(0);
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
      const desired = this.entries.get(network)?.desired ?? null;
      this.entries.set(network, this.newEntry(network, desired, found));
    }
  }

  private newEntry(network: string, desired: DhcpServerSpec | null, found: ReturnType<typeof findDaemons>): Entry {
    const server = new DnsmasqServer(this.root, network, found);
    return {
      server,
      desired,
      applied: null,
      loaded: new Map(),
      refused: new Map(),
      busy: false,
      resting: false,
      ready: false,
    };
  }

  private step(network: string, entry: Entry): void {
    if (entry.busy || this.stopped || !this.failures.ready(network)) return;
    const spec = entry.desired;
    if (spec !== null && (entry.applied === spec || !entry.ready || entry.resting)) return;
    entry.busy = true;
    const began = this.clock.now();
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
        if (entry.desired !== spec) this.rest(network, entry, this.clock.now() - began);
        this.onChange(network);
      });
  }

  /** A server that reads its files answers nobody: it is left alone for as long as that took, and what changes meanwhile is one pass. */
  private rest(network: string, entry: Entry, took: number): void {
    entry.resting = true;
    this.clock.after(Math.min(took, MAX_REST_MS), () => {
      entry.resting = false;
      // Removed entries are gone for good: a network that comes back has a new one.
      if (this.entries.get(network) === entry) this.step(network, entry);
    });
  }

  private async serve(entry: Entry, spec: DhcpServerSpec): Promise<void> {
    const pass = await entry.server.reconcile(spec);
    this.commands += pass.commands;
    entry.loaded = pass.loaded;
    entry.refused = pass.refused;
    entry.applied = spec;
  }

  private async remove(network: string, entry: Entry): Promise<void> {
    this.commands++;
    await entry.server.remove();
    if (entry.desired === null) this.entries.delete(network);
  }

  private watch(): void {
    this.stopWatch = this.clock.after(WATCH_MS, () => {
      for (const [network, entry] of this.entries) {
        if (entry.busy || entry.desired === null || entry.applied === null || entry.server.isRunning()) continue;
        entry.applied = null;
        entry.loaded = new Map();
        this.pendingDrift.push({
          kind: 'daemon',
          what: `dnsmasq of ${entry.desired.netns}`,
          owner: network,
          key: network,
        });
        this.onChange(network);
      }
      if (!this.stopped) this.watch();
    });
  }
}
