import type { Clock } from '@weft/reconcile';
import { Backoff, DeltaTracker, OwnedSet } from '@weft/reconcile';
import type { NetlinkMessage, NetlinkRequest } from '../netlink/message';
import type { NetlinkSocket } from '../netlink/socket';
import type { Drift } from './drift';
import { type Driver, IN_SYNC, type Notifications, type ObjectState, refusedOr } from './driver';
import { MissingDevice } from './refusal';

/** One table of the kernel: how to read, compare and write its objects. Stateless; the driver holds the state. */
export interface KernelTable<T> {
  /** Kind of its driver, and word for reports: `fdb`, `neighbour`, `address`, `route`. */
  readonly kind: string;
  /** The kernel's own index of the object, by names, not by numbers which a restart changes. */
  key(object: T): string;
  equal(desired: T, actual: T): boolean;
  /** Everything in the kernel that bears our mark. */
  read(): Iterable<T>;
  /**
   * Several requests are sent in order; the object is there when none was refused.
   * @throws MissingDevice when what it stands on is not there.
   */
  write(desired: T): NetlinkRequest | readonly NetlinkRequest[];
  remove(actual: T): NetlinkRequest;
  describe(object: T): string;
  /** Absent: nothing notifies of this table. */
  readonly notifications?: Notifications;
  /** What a notification says: which object is there, or is not; `unclear`: the table must be read; null: it is of another table. */
  interpret?(message: NetlinkMessage): { readonly object: T; readonly present: boolean } | 'unclear' | null;
}

/**
 * Reconciles one {@link KernelTable}: desired objects by owner, actual ones as read or acknowledged, and only the difference
 * is written. Each object fails by itself and is tried again by its own back-off.
 */
export class KernelDriver<T> implements Driver<T> {
  private readonly tracker: DeltaTracker<T>;
  private readonly owned: OwnedSet<T>;
  readonly failures: Backoff;
  private dirty = true;
  /** Requests sent, ever. */
  writes = 0;
  /** Objects whose device is not there: their device's driver knows why. */
  private readonly waiting = new Set<string>();

  constructor(
    private readonly socket: NetlinkSocket,
    readonly table: KernelTable<T>,
    clock: Clock,
    random?: () => number,
  ) {
    this.tracker = new DeltaTracker<T>((desired, actual) => table.equal(desired, actual));
    this.owned = new OwnedSet<T>(this.tracker);
    this.failures = new Backoff(clock, random);
  }

  get kind(): string {
    return this.table.kind;
  }

  get notifications(): Notifications | undefined {
    return this.table.notifications;
  }

  setDesired(owner: string, objects: Iterable<T>): void {
    this.owned.setDesired(owner, new Map([...objects].map((object) => [this.table.key(object), object])));
  }

  /** The kernel may differ from what we believe: read it before the next write. */
  markDirty(): void {
    this.dirty = true;
  }

  /** A notification of what is known already is no news; all else marks dirty. */
  observe(message: NetlinkMessage): boolean {
    const seen = this.table.interpret?.(message) ?? null;
    if (seen === null || (seen !== 'unclear' && !this.isNews(seen.object, seen.present))) return false;
    this.dirty = true;
    return true;
  }

  /** Reads the kernel if it is dirty. @returns what others have changed since. */
  resync(): Drift[] {
    if (!this.dirty) return [];
    this.dirty = false;
    const entries = [...this.table.read()].map((object) => [this.table.key(object), object] as const);
    return this.tracker.replaceActual(entries).map((key) => ({
      kind: this.table.kind,
      what: this.table.describe(this.tracker.getDesired(key) as T),
      owner: this.owned.ownerOf(key) ?? null,
      key,
    }));
  }

  /** Makes and changes. @returns the number of commands sent to the kernel. */
  applyUpdates(): number {
    const requests: NetlinkRequest[] = [];
    const keys: string[] = [];
    this.waiting.clear();
    for (const { key, desired } of this.tracker.pendingUpdates()) {
      if (!this.failures.ready(key)) continue;
      try {
        for (const request of [this.table.write(desired)].flat()) {
          requests.push(request);
          keys.push(key);
        }
      } catch (error) {
        // It waits for its device, which has a driver with a back-off of its own: not a failure of the object.
        if (error instanceof MissingDevice) this.waiting.add(key);
        else this.failures.failed(key, error as Error);
      }
    }
    this.settle(keys, requests, (key) => this.tracker.setActual(key, this.tracker.getDesired(key) as T));
    return requests.length;
  }

  /** Removes what is ours and unwanted. @returns the number of commands sent to the kernel. */
  applyDeletes(): number {
    const requests: NetlinkRequest[] = [];
    const keys: string[] = [];
    for (const { key, actual } of this.tracker.pendingDeletes()) {
      if (!this.failures.ready(key)) continue;
      try {
        requests.push(this.table.remove(actual));
        keys.push(key);
      } catch (error) {
        if (!(error instanceof MissingDevice)) throw error;
        // Its device is gone, and the object with it.
        this.tracker.deleteActual(key);
      }
    }
    this.settle(keys, requests, (key) => this.tracker.deleteActual(key), [
      'ENOENT',
      'ESRCH',
      'ENODEV',
      'EADDRNOTAVAIL',
    ]);
    return requests.length;
  }

  /** Desired and there. */
  inSync(key: string): boolean {
    return this.tracker.inSync(key);
  }

  stateOf(key: string): ObjectState {
    return this.inSync(key) ? IN_SYNC : refusedOr(this.failures.get(key), `${this.kind} of ${key}`);
  }

  nextRetryAt(): number | null {
    return this.failures.nextRetryAt();
  }

  /** The socket belongs to whoever created the driver. */
  close(): void {}

  get pending(): number {
    return this.tracker.pending - this.waiting.size;
  }

  private isNews(object: T, present: boolean): boolean {
    const actual = this.tracker.getActual(this.table.key(object));
    return present ? actual === undefined || !this.table.equal(actual, object) : actual !== undefined;
  }

  private settle(
    keys: readonly string[],
    requests: readonly NetlinkRequest[],
    done: (key: string) => void,
    alreadyDone: readonly string[] = [],
  ): void {
    if (requests.length === 0) return;
    this.writes += requests.length;
    const errors = new Map<string, Error | null>(keys.map((key) => [key, null]));
    this.socket.transact(requests).forEach((error, i) => {
      if (error && !alreadyDone.includes(error.code)) errors.set(keys[i] as string, error);
    });
    for (const [key, error] of errors) {
      if (error) {
        this.failures.failed(key, error);
        continue;
      }
      this.failures.forget(key);
      done(key);
    }
  }
}
