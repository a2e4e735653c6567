import type { Drift } from './driver/drift';
import type { Driver, ObjectState } from './driver/driver';
import { NetlinkMonitor } from './netlink/monitor';

/** {@link Drift}, with the driver that found it. */
export interface DriverDrift extends Drift {
  readonly driver: string;
}

export interface PassResult {
  /** Commands to kernel and daemons. */
  readonly commands: number;
  readonly drift: readonly DriverDrift[];
  /** When a failed object may be tried again, on the clock; null: nothing has failed. */
  readonly retryAt: number | null;
}

/** What one owner desires: driver kind → objects. */
export type DesiredObjects = Readonly<Record<string, readonly unknown[] | undefined>>;

/**
 * The node's kernel and daemons as a whole: desired objects by owner in, one pass at a time, drift out. It knows of drivers only what
 * {@link Driver} says; their order is the list's: objects are created in it and removed in reverse.
 */
export class Dataplane {
  private readonly drivers: ReadonlyMap<string, Driver<unknown>>;
  private readonly monitors: readonly NetlinkMonitor[];
  /** Owner → kinds of drivers that hold objects of it. */
  private readonly kindsOf = new Map<string, ReadonlySet<string>>();

  /** @param onDirty a pass is due */
  constructor(
    drivers: readonly Driver<never>[],
    private readonly onDirty: () => void,
  ) {
    this.drivers = new Map(drivers.map((driver) => [driver.kind, driver as Driver<unknown>]));
    if (this.drivers.size !== drivers.length) throw new Error('two drivers of one kind');
    this.monitors = this.listen();
  }

  /** Replaces all that an owner desires. @throws Error for a kind that no driver is registered for */
  setDesired(owner: string, objects: DesiredObjects): void {
    const before = this.kindsOf.get(owner) ?? new Set();
    const kinds = new Set(Object.keys(objects).filter((kind) => objects[kind]!.length > 0));
    for (const kind of new Set([...before, ...kinds])) this.driver(kind).setDesired(owner, objects[kind] ?? []);
    if (kinds.size > 0) this.kindsOf.set(owner, kinds);
    else this.kindsOf.delete(owner);
  }

  /**
   * Reads what is dirty, creates and changes, then removes.
   * @param sweep false leaves what nobody desires alone (state restored from disk: it may be old)
   */
  pass(sweep: boolean): PassResult {
    const drivers = [...this.drivers.values()];
    const drift = drivers.flatMap((driver) => driver.resync().map((found) => ({ ...found, driver: driver.kind })));
    let commands = 0;
    for (const driver of drivers) commands += driver.applyUpdates();
    if (sweep) for (const driver of drivers.toReversed()) commands += driver.applyDeletes();
    for (const driver of drivers) driver.finish?.();
    return { commands, drift, retryAt: earliest(drivers.map((driver) => driver.nextRetryAt())) };
  }

  /** What was last read of an object. */
  stateOf(kind: string, key: string, content?: string): ObjectState {
    return this.driver(kind).stateOf(key, content);
  }

  /** Everything may have changed: notifications were lost, or a long time has passed. */
  markDirty(): void {
    for (const driver of this.drivers.values()) driver.markDirty();
    this.onDirty();
  }

  get pending(): number {
    return sum([...this.drivers.values()].map(({ pending }) => pending));
  }

  get writes(): number {
    return sum([...this.drivers.values()].map(({ writes }) => writes));
  }

  /** Releases everything; kernel and daemons stay as they are. */
  close(): void {
    for (const monitor of this.monitors) monitor.close();
    for (const driver of [...this.drivers.values()].toReversed()) driver.close();
  }

  private driver(kind: string): Driver<unknown> {
    const driver = this.drivers.get(kind);
    if (!driver) throw new Error(`no driver of kind ${kind}`);
    return driver;
  }

  /** One socket per netlink family, with the groups of all drivers that observe it. */
  private listen(): NetlinkMonitor[] {
    const observers = [...this.drivers.values()].filter(({ notifications }) => notifications !== undefined);
    return [...new Set(observers.map(({ notifications }) => notifications!.family))].map((family) => {
      const drivers = observers.filter(({ notifications }) => notifications!.family === family);
      const groups = new Set(drivers.flatMap(({ notifications }) => notifications!.groups));
      return new NetlinkMonitor(
        family,
        [...groups],
        (message) => {
          const news = drivers.map((driver) => driver.observe!(message));
          if (news.includes(true)) this.onDirty();
        },
        () => this.markDirty(),
      );
    });
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const earliest = (times: readonly (number | null)[]): number | null => {
  const set = times.filter((time) => time !== null);
  return set.length > 0 ? Math.min(...set) : null;
};
