import type { NetlinkMessage } from '../netlink/message';
import type { Drift } from './drift';

/** Why an object is not in force; a subset of the codes that reports carry. */
export type StateReason = 'tap-missing' | 'group-unknown' | 'kernel-refused' | 'daemon-failed';

/** What a driver has last read back of one object. */
export type ObjectState =
  /** Desired, and read back as desired. */
  | { readonly state: 'in-sync' }
  /**
   * `pending`: on its way. `absent`: a device that is not ours to create is missing. `refused`: kernel or daemon refused it, the driver
   * tries again by its own back-off. `detail` is for a person.
   */
  | { readonly state: 'pending' | 'absent' | 'refused'; readonly reason?: StateReason; readonly detail?: string };

export const IN_SYNC: ObjectState = { state: 'in-sync' };

/** Refused with the failure's words if there is one, else pending. */
export const refusedOr = (failure: { readonly error: Error } | undefined, detail: string): ObjectState =>
  failure
    ? { state: 'refused', reason: 'kernel-refused', detail: failure.error.message }
    : { state: 'pending', detail };

/** Netlink notifications that a driver wants to observe. */
export interface Notifications {
  readonly family: number;
  readonly groups: readonly number[];
}

/**
 * One subsystem of the kernel, or one kind of daemon: holds what every owner desires of it and what was last read, and writes only the
 * difference. Nothing but a driver touches the kernel.
 *
 * A pass calls `resync`, `applyUpdates`, `applyDeletes` of all drivers, each step in the registry's order (deletes in reverse).
 */
export interface Driver<Spec = never> {
  readonly kind: string;
  /** Replaces all that `owner` desires; empty: nothing any more. Only records it. */
  setDesired(owner: string, objects: readonly Spec[]): void;
  /** Absent: the driver needs no notifications. */
  readonly notifications?: Notifications;
  /** A hint that something has changed. @returns whether it is news: a pass is due */
  observe?(message: NetlinkMessage): boolean;
  /** The kernel may differ from what was read: read it before the next write. */
  markDirty(): void;
  /** Reads what is dirty. @returns objects which were in sync and are not any more */
  resync(): readonly Drift[];
  /** Creates and changes. @returns the number of commands */
  applyUpdates(): number;
  /** Removes what bears our mark and nobody desires. @returns the number of commands */
  applyDeletes(): number;
  /** After all writes of a pass, whether or not it removes. */
  finish?(): void;
  /** Reads only what the driver knows: costs no system call. @param content the version of a part that must be in force */
  stateOf(key: string, content?: string): ObjectState;
  /** Objects that are still to be written. */
  readonly pending: number;
  /** Commands to kernel and daemons, ever. */
  readonly writes: number;
  /** When a failed object may be tried again, on the clock; null: nothing has failed. */
  nextRetryAt(): number | null;
  /** Releases sockets and timers; kernel objects and daemons stay. */
  close(): void;
}
