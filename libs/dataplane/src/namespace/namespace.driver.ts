import type { Clock } from '@weft/reconcile';
import { Backoff } from '@weft/reconcile';
import type { Drift } from '../driver/drift';
import { createNetns, deleteNetns, listNetns } from '../netns/netns';
import type { NamespaceSpec } from './namespace';
import { Namespace } from './namespace';

/** What happened to namespaces themselves in one pass. */
export interface NamespaceChange {
  readonly drift: Drift[];
  /** Namespaces that are new under their name: whatever lived in the old one has to be made again. */
  readonly remade: string[];
}

/**
 * Named namespaces and their insides. Mark: the name's prefix. One owner has at most one namespace.
 *
 * Order of calls in a pass: `resync`, `create`, (others plug devices in), `applyInside`, …, `applyDeletes`.
 */
export class NamespaceDriver {
  private readonly desired = new Map<string, { owner: string; spec: NamespaceSpec }>();
  private readonly open = new Map<string, Namespace>();
  private present: Set<string> | null = null;
  readonly failures: Backoff;
  private closedWrites = 0;

  /**
   * @param prefix names that begin with it are ours.
   * @param onNotified something inside one of them changed.
   */
  constructor(
    private readonly prefix: string,
    private readonly clock: Clock,
    private readonly onNotified: (name: string) => void,
  ) {
    this.failures = new Backoff(clock);
  }

  setDesired(owner: string, spec: NamespaceSpec | null): void {
    for (const [name, entry] of this.desired)
      if (entry.owner === owner && name !== spec?.name) this.desired.delete(name);
    if (!spec) return;
    this.desired.set(spec.name, { owner, spec });
    this.open.get(spec.name)?.setDesired(spec);
  }

  /** Namespaces in which something may have changed are marked by their own notifications; this marks all. */
  markDirty(): void {
    this.present = null;
    for (const namespace of this.open.values()) namespace.markDirty();
  }

  /** Names are cheap to list, and nothing notifies of their removal: `relist` looks. */
  resync(relist: boolean): NamespaceChange {
    const drift: Drift[] = [];
    const remade: string[] = [];
    if (this.present === null || relist) {
      this.present = new Set(listNetns().filter((name) => name.startsWith(this.prefix)));
      for (const [name, namespace] of this.open) {
        if (this.present.has(name)) continue;
        this.shut(name, namespace);
        const entry = this.desired.get(name);
        if (!entry) continue;
        drift.push({ kind: 'netns', what: name, owner: entry.owner, key: name });
        remade.push(name);
      }
    }
    for (const [name, namespace] of this.open) drift.push(...namespace.resync(this.desired.get(name)?.owner ?? ''));
    return { drift, remade };
  }

  /** Makes the missing ones. @returns the number of commands. */
  create(): number {
    let commands = 0;
    for (const [name, { spec }] of this.desired) {
      if (this.open.has(name) || !this.failures.ready(name)) continue;
      try {
        if (!this.present?.has(name)) {
          createNetns(name);
          this.present?.add(name);
          commands++;
        }
        const namespace = new Namespace(name, this.clock, () => this.onNotified(name));
        this.open.set(name, namespace);
        namespace.setDesired(spec);
        namespace.resync('');
      } catch (error) {
        this.failures.failed(name, error as Error);
      }
    }
    return commands;
  }

  /** Namespaces that are there, without the device that should have been plugged into them. */
  missingDevices(): { netns: string; device: string }[] {
    return [...this.open].flatMap(([netns, namespace]) => {
      const device = this.desired.get(netns)?.spec.device.name;
      return device === undefined || namespace.has(device) ? [] : [{ netns, device }];
    });
  }

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

  /** Ours, there, and unwanted. What lives in them must be ended before {@link remove}. */
  unwanted(): string[] {
    return [...(this.present ?? [])].filter((name) => !this.desired.has(name) && this.failures.ready(name));
  }

  /** Removes one; its devices go with it. @returns the number of commands. */
  remove(name: string): number {
    let commands = 0;
    try {
      const namespace = this.open.get(name) ?? new Namespace(name, this.clock, () => undefined);
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

  private shut(name: string, namespace: Namespace): void {
    this.closedWrites += namespace.writes;
    namespace.close();
    this.open.delete(name);
  }
}
