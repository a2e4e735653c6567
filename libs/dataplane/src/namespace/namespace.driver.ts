import { Backoff } from '@weft/reconcile';
import type { DriverContext } from '../driver/context';
import type { Drift } from '../driver/drift';
import { type Driver, IN_SYNC, type ObjectState } from '../driver/driver';
import { createNetns, deleteNetns, listNetns } from '../netns/netns';
import type { NamespaceSpec } from './namespace';
import { Namespace } from './namespace';

/** Nothing notifies of a namespace's removal: names are listed this often, ms. */
const RELIST_MS = 1_000;

/** Namespaces whose names begin with `prefix` are ours, and so are devices in them whose names begin with one of `devices`. */
export interface NamespaceMark {
  readonly prefix: string;
  readonly devices: readonly string[];
}

export interface NamespaceOptions {
  readonly marks: readonly NamespaceMark[];
  /** Something that must end first still lives in the namespace: it is not removed yet. */
  readonly isOccupied?: (name: string) => boolean;
}

/**
 * Named namespaces and their insides. Mark: the name's prefix, and in them the prefix of devices.
 *
 * Two steps of a pass: this driver creates namespaces and removes them, {@link interior} brings their insides into order. Between the two,
 * others plug devices into them.
 */
export class NamespaceDriver implements Driver<NamespaceSpec> {
  readonly kind = 'namespace';
  readonly interior: Driver = new NamespaceInterior(this);
  private readonly desired = new Map<string, { owner: string; spec: NamespaceSpec }>();
  private readonly open = new Map<string, Namespace>();
  private present: Set<string> | null = null;
  readonly failures: Backoff;
  private closedWrites = 0;
  private listedAt = -Infinity;

  constructor(
    private readonly context: DriverContext,
    private readonly options: NamespaceOptions,
  ) {
    this.failures = new Backoff(context.clock);
  }

  setDesired(owner: string, specs: readonly NamespaceSpec[]): void {
    for (const [name, entry] of this.desired)
      if (entry.owner === owner && !specs.some((spec) => spec.name === name)) this.desired.delete(name);
    for (const spec of specs) {
      this.desired.set(spec.name, { owner, spec });
      this.open.get(spec.name)?.setDesired(spec);
    }
  }

  /** Namespaces in which something may have changed are marked by their own notifications; this marks all. */
  markDirty(): void {
    this.present = null;
    for (const namespace of this.open.values()) namespace.markDirty();
  }

  resync(): Drift[] {
    const drift: Drift[] = [];
    const now = this.context.clock.now();
    if (this.present === null || now - this.listedAt >= RELIST_MS) {
      this.listedAt = now;
      this.present = new Set(listNetns().filter((name) => this.markOf(name) !== undefined));
      for (const [name, namespace] of this.open) {
        if (this.present.has(name)) continue;
        this.shut(name, namespace);
        const entry = this.desired.get(name);
        if (!entry) continue;
        drift.push({ kind: 'netns', what: name, owner: entry.owner, key: name });
        this.context.events.emit('namespace-remade', name);
        this.context.touched(entry.owner);
      }
    }
    for (const [name, namespace] of this.open) drift.push(...namespace.resync(this.desired.get(name)?.owner ?? null));
    return drift;
  }

  /** Creates the missing ones. */
  applyUpdates(): number {
    let commands = 0;
    for (const [name, { spec }] of this.desired) {
      if (this.open.has(name) || !this.failures.ready(name)) continue;
      try {
        if (!this.present?.has(name)) {
          createNetns(name);
          this.present?.add(name);
          commands++;
        }
        const namespace = this.enter(name, () => this.notified(name));
        this.open.set(name, namespace);
        namespace.setDesired(spec);
        namespace.resync(null);
      } catch (error) {
        this.failures.failed(name, error as Error);
      }
    }
    for (const [netns, namespace] of this.open) {
      for (const { name: device } of this.desired.get(netns)?.spec.devices ?? [])
        if (!namespace.has(device)) this.context.events.emit('namespace-lacks-device', { netns, device });
    }
    return commands;
  }

  /** Removes those that nobody desires, once nothing lives in them any more. */
  applyDeletes(): number {
    return [...(this.present ?? [])]
      .filter((name) => !this.desired.has(name) && this.failures.ready(name) && !this.options.isOccupied?.(name))
      .reduce((commands, name) => commands + this.remove(name), 0);
  }

  /** Devices, addresses and routes inside. @returns the number of commands */
  applyInside(): number {
    let commands = 0;
    for (const [name, namespace] of this.open) {
      if (!this.desired.has(name) || !this.failures.ready(name)) continue;
      try {
        commands += namespace.apply();
        this.failures.forget(name);
      } catch (error) {
        this.failures.failed(name, error as Error);
      }
    }
    return commands;
  }

  /** Removes one; its devices go with it. @returns the number of commands. */
  private remove(name: string): number {
    let commands = 0;
    try {
      const namespace = this.open.get(name) ?? this.enter(name, () => undefined);
      try {
        // Not left to the kernel: a process of somebody else inside would keep the namespace, and our device plugged in.
        commands += namespace.unplug();
      } finally {
        this.shut(name, namespace);
      }
      deleteNetns(name);
      commands++;
      this.present?.delete(name);
      this.failures.forget(name);
    } catch (error) {
      this.failures.failed(name, error as Error);
    }
    return commands;
  }

  inSync(name: string): boolean {
    return this.open.get(name)?.inSync() ?? false;
  }

  stateOf(name: string): ObjectState {
    if (this.inSync(name)) return IN_SYNC;
    const detail = this.explain(name);
    return this.failures.get(name)
      ? { state: 'refused', reason: 'kernel-refused', detail }
      : { state: 'pending', detail };
  }

  explain(name: string): string {
    return this.failures.get(name)?.error.message ?? this.open.get(name)?.explain() ?? `no namespace ${name}`;
  }

  nextRetryAt(): number | null {
    const times = [this.failures.nextRetryAt(), ...[...this.open.values()].map((namespace) => namespace.nextRetryAt())];
    return times.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null);
  }

  get pending(): number {
    let pending = 0;
    for (const name of this.desired.keys()) if (!this.inSync(name)) pending++;
    return pending;
  }

  /** Requests written inside namespaces, ever. */
  get writes(): number {
    return [...this.open.values()].reduce((sum, namespace) => sum + namespace.writes, this.closedWrites);
  }

  /** Lets go of all namespaces; they stay. */
  close(): void {
    for (const [name, namespace] of [...this.open]) this.shut(name, namespace);
  }

  private markOf(name: string): NamespaceMark | undefined {
    return this.options.marks.find(({ prefix }) => name.startsWith(prefix));
  }

  private enter(name: string, onNotified: () => void): Namespace {
    return new Namespace(name, this.markOf(name)?.devices ?? [], this.context.clock, onNotified);
  }

  private notified(name: string): void {
    const owner = this.desired.get(name)?.owner;
    if (owner !== undefined) this.context.touched(owner);
    this.context.dirty();
  }

  private shut(name: string, namespace: Namespace): void {
    this.closedWrites += namespace.writes;
    namespace.close();
    this.open.delete(name);
  }
}

/** Brings the insides of namespaces into order, once devices have been plugged into them. */
class NamespaceInterior implements Driver {
  readonly kind = 'namespace-interior';
  readonly pending = 0;
  /** Counted by the driver of the namespaces, as are reads, failures and states. */
  readonly writes = 0;

  constructor(private readonly namespaces: NamespaceDriver) {}

  setDesired(): void {
    throw new Error('the inside of a namespace is desired as a part of it');
  }

  markDirty(): void {}

  resync(): readonly Drift[] {
    return [];
  }

  applyUpdates(): number {
    return this.namespaces.applyInside();
  }

  applyDeletes(): number {
    return 0;
  }

  stateOf(name: string): ObjectState {
    return this.namespaces.stateOf(name);
  }

  nextRetryAt(): number | null {
    return null;
  }

  close(): void {}
}
