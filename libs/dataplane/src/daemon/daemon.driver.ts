import { isDeepStrictEqual } from 'node:util';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { Backoff } from '@weft/reconcile';
import type { DriverContext } from '../driver/context';
import type { Drift } from '../driver/drift';
import { type Driver, IN_SYNC, type ObjectState } from '../driver/driver';
import { DaemonInstance } from './daemon.instance';
import type { DaemonKind, DaemonProof } from './daemon.kind';
import { findDaemons } from './daemon.process';

interface Entry<Spec> {
  /** Null: no owner desires it. */
  owner: string | null;
  readonly daemon: DaemonInstance<Spec>;
  desired: Spec | null;
  /** What the last finished pass was made for. */
  applied: Spec | null;
  proof: DaemonProof;
  busy: boolean;
  /** A pass comes by itself when the daemon has rested. */
  resting: boolean;
}

const NOTHING_PROVEN: DaemonProof = { loaded: new Map(), refused: new Map() };

/** How often processes are looked at: a daemon that has ended is healed well within two seconds. */
const WATCH_MS = 500;
/** A daemon is left alone between passes, ms at most. */
const MAX_REST_MS = 1_000;

/**
 * Daemons of one kind, one process for each specification. Each goes its own pace: passes of one are serialised, what changes meanwhile is
 * coalesced into the next pass, and a slow or failing one delays no other.
 *
 * Mark: the directory `<root>/<id>/` and the processes whose command line names a configuration file in it.
 */
export class DaemonDriver<Spec> implements Driver<Spec> {
  readonly kind: string;
  private readonly entries = new Map<string, Entry<Spec>>();
  readonly failures: Backoff;
  private stopWatch: (() => void) | null = null;
  private stopped = false;
  private swept = false;
  private readonly pendingDrift: Drift[] = [];

  /** Files written, processes started or ended, ever. */
  writes = 0;

  /**
   * @param root directory of all instances' files
   * @param isReady whether the namespace is there and holds its addresses
   */
  constructor(
    private readonly daemons: DaemonKind<Spec>,
    private readonly root: string,
    private readonly context: DriverContext,
    private readonly isReady: (netns: string) => boolean,
  ) {
    this.kind = daemons.kind;
    this.failures = new Backoff(context.clock, Math.random, { baseMs: 50, maxMs: 30_000 });
    context.events.on('namespace-remade', (netns) => this.invalidate(netns));
    this.watch();
  }

  setDesired(owner: string, specs: readonly Spec[]): void {
    for (const [id, entry] of this.entries)
      if (entry.owner === owner && !specs.some((spec) => this.daemons.id(spec) === id)) this.desire(id, null, null);
    for (const spec of specs) this.desire(this.daemons.id(spec), owner, spec);
  }

  /** Processes are watched, not read. */
  markDirty(): void {}

  /** Daemons that ended since the last pass: already being healed. */
  resync(): Drift[] {
    return this.pendingDrift.splice(0);
  }

  /** Starts what there is to do: it ends in the background, and a pass is due then. Commands are counted when they are done. */
  applyUpdates(): number {
    if (!this.swept) this.sweep();
    for (const [id, entry] of this.entries) this.step(id, entry);
    return 0;
  }

  /** A daemon that no owner desires is ended by its own step. */
  applyDeletes(): number {
    return 0;
  }

  /**
   * @param key an instance's id: it runs as desired; `<id> <part>`: it has loaded that part
   * @param content text of the part; absent: there is none to load
   */
  stateOf(key: string, content?: string): ObjectState {
    const [id, part] = key.split(' ') as [string, string?];
    const entry = this.entries.get(id);
    const refusal = part === undefined ? undefined : entry?.proof.refused.get(part);
    if (refusal !== undefined) return { state: 'refused', reason: 'daemon-failed', detail: refusal };
    const error = this.failures.get(id)?.error ?? null;
    const isCurrent = error === null && !!entry && entry.desired !== null && entry.applied === entry.desired;
    const isLoaded =
      part !== undefined && content !== undefined ? entry?.proof.loaded.get(part) === content : isCurrent;
    if (isLoaded) return IN_SYNC;
    if (error) return { state: 'refused', reason: 'daemon-failed', detail: error.message };
    return { state: 'pending', detail: `${this.daemons.program} has not yet read it` };
  }

  /** True once no process of this id runs: its namespace may be removed. */
  isGone(id: string): boolean {
    return !this.entries.has(id);
  }

  nextRetryAt(): number | null {
    return this.failures.nextRetryAt();
  }

  get pending(): number {
    return [...this.entries.values()].filter((entry) => entry.applied !== entry.desired || entry.desired === null)
      .length;
  }

  /** Stops watching; the daemons run on. */
  close(): void {
    this.stopped = true;
    this.stopWatch?.();
  }

  private desire(id: string, owner: string | null, spec: Spec | null): void {
    const entry = this.entries.get(id);
    if (!entry) return void this.entries.set(id, this.newEntry(id, owner, spec, []));
    entry.owner = owner;
    if (isDeepStrictEqual(entry.desired, spec)) return;
    this.failures.forget(id);
    entry.desired = spec;
  }

  /** The namespace was created again: a process in the old one is of no use. */
  private invalidate(netns: string): void {
    for (const entry of this.entries.values()) {
      if (entry.desired === null || this.daemons.netns(entry.desired) !== netns) continue;
      entry.applied = null;
      entry.proof = NOTHING_PROVEN;
    }
  }

  /** First pass: adopts the daemons that run; those that no owner desires are removed like any other. */
  private sweep(): void {
    this.swept = true;
    mkdirSync(this.root, { recursive: true, mode: 0o755 });
    const found = findDaemons(this.root);
    const present = new Set([...found.map(({ id }) => id), ...(existsSync(this.root) ? readdirSync(this.root) : [])]);
    for (const id of new Set([...present, ...this.entries.keys()])) {
      const { owner = null, desired = null } = this.entries.get(id) ?? {};
      this.entries.set(id, this.newEntry(id, owner, desired, found));
    }
  }

  private newEntry(
    id: string,
    owner: string | null,
    desired: Spec | null,
    found: ReturnType<typeof findDaemons>,
  ): Entry<Spec> {
    return {
      owner,
      daemon: new DaemonInstance(this.daemons, this.root, id, found),
      desired,
      applied: null,
      proof: NOTHING_PROVEN,
      busy: false,
      resting: false,
    };
  }

  private step(id: string, entry: Entry<Spec>): void {
    if (entry.busy || this.stopped || !this.failures.ready(id)) return;
    const spec = entry.desired;
    if (spec !== null && (entry.applied === spec || entry.resting || !this.isReady(this.daemons.netns(spec)))) return;
    entry.busy = true;
    const began = this.context.clock.now();
    const work = spec ? this.serve(entry, spec) : this.remove(id, entry);
    void work
      .then(
        () => this.failures.forget(id),
        (error: unknown) => {
          entry.applied = null;
          this.failures.failed(id, error as Error);
        },
      )
      .then(() => {
        entry.busy = false;
        if (this.stopped) return;
        // More has changed meanwhile, and more will.
        if (entry.desired !== spec) this.rest(id, entry, this.context.clock.now() - began);
        this.changed(entry);
      });
  }

  /** A daemon that reads its files may answer no request: it is left alone for as long as that took, and what changes meanwhile is one pass. */
  private rest(id: string, entry: Entry<Spec>, took: number): void {
    entry.resting = true;
    this.context.clock.after(Math.min(took, MAX_REST_MS), () => {
      entry.resting = false;
      // A removed entry is not used again: an id that comes back has a new one.
      if (this.entries.get(id) === entry) this.step(id, entry);
    });
  }

  private changed({ owner }: Entry<Spec>): void {
    if (owner !== null) this.context.touched(owner);
    this.context.dirty();
  }

  private async serve(entry: Entry<Spec>, spec: Spec): Promise<void> {
    const { commands, ...proof } = await entry.daemon.reconcile(spec);
    this.writes += commands;
    entry.proof = proof;
    entry.applied = spec;
  }

  private async remove(id: string, entry: Entry<Spec>): Promise<void> {
    this.writes++;
    await entry.daemon.remove();
    if (entry.desired === null) this.entries.delete(id);
  }

  private watch(): void {
    this.stopWatch = this.context.clock.after(WATCH_MS, () => {
      for (const [id, entry] of this.entries) {
        if (entry.busy || entry.desired === null || entry.applied === null || entry.daemon.isRunning()) continue;
        entry.applied = null;
        entry.proof = NOTHING_PROVEN;
        this.pendingDrift.push({
          kind: 'daemon',
          what: `${this.daemons.program} of ${this.daemons.netns(entry.desired)}`,
          owner: entry.owner,
          key: id,
        });
        this.changed(entry);
      }
      if (!this.stopped) this.watch();
    });
  }
}
