import { closeSync, existsSync, mkdirSync, openSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { SystemError, libc } from '../ffi/libc';

const CLONE_NEWNET = 0x40000000;
const MS = { BIND: 0x1000, REC: 0x4000, SHARED: 1 << 20 } as const;
const MNT_DETACH = 2;
/** Where iproute2 keeps named namespaces, so that `ip netns` shows ours. */
export const NETNS_DIR = '/run/netns';
/** The thread's own namespace: `/proc/self` would be that of the main thread. */
const CURRENT = '/proc/thread-self/ns/net';

export const netnsPath = (name: string): string => `${NETNS_DIR}/${name}`;

/**
 * Runs `fn` in a network namespace and comes back, whatever happens. `fn` must be synchronous: the namespace belongs to the thread,
 * and anything else that ran on it in between would land there, too. Sockets opened and children spawned inside stay there.
 * @throws SystemError `ENOENT` when there is no such namespace.
 */
export function inNetns<T>(name: string | null, fn: () => T extends Promise<unknown> ? never : T): T {
  if (name === null) return fn();
  return enter((fd) => libc('setns', fd, CLONE_NEWNET), name, fn);
}

/** Runs `fn` in a fresh, nameless namespace which vanishes afterwards: for probing what the kernel can do. */
export function inScratchNetns<T>(fn: () => T extends Promise<unknown> ? never : T): T {
  return enter(() => libc('unshare', CLONE_NEWNET), null, fn);
}

function enter<T>(change: (fd: number) => void, name: string | null, fn: () => T): T {
  const target = name === null ? -1 : openNetns(name);
  const home = openSync(CURRENT, 'r');
  try {
    change(target);
    try {
      return fn();
    } finally {
      libc('setns', home, CLONE_NEWNET);
    }
  } finally {
    closeSync(home);
    if (target >= 0) closeSync(target);
  }
}

/** An open descriptor keeps the namespace alive: close it. */
export function openNetns(name: string): number {
  try {
    return openSync(netnsPath(name), 'r');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new SystemError('open', 2, `no namespace ${name}`)
      : error;
  }
}

export function listNetns(): string[] {
  return existsSync(NETNS_DIR) ? readdirSync(NETNS_DIR) : [];
}

/** As `ip netns add`: a namespace held by a bind mount, visible to every process that shares the mount. */
export function createNetns(name: string): void {
  mkdirSync(NETNS_DIR, { recursive: true });
  shareMount();
  writeFileSync(netnsPath(name), '', { flag: 'wx', mode: 0o444 });
  try {
    enter(
      () => libc('unshare', CLONE_NEWNET),
      null,
      () => libc('mount', CURRENT, netnsPath(name), null, MS.BIND, null),
    );
  } catch (error) {
    unlinkSync(netnsPath(name));
    throw error;
  }
}

/** Takes the name away; the kernel frees the namespace when the last process and descriptor in it are gone. */
export function deleteNetns(name: string): void {
  try {
    libc('umount2', netnsPath(name), MNT_DETACH);
  } catch (error) {
    // A file without a namespace behind it (a creation cut short): only the file is left to remove.
    if (!(error instanceof SystemError) || error.code !== 'EINVAL') throw error;
  }
  unlinkSync(netnsPath(name));
}

/** Bind mounts below must reach other mount namespaces and be removable from them (as iproute2 does it). */
function shareMount(): void {
  try {
    libc('mount', '', NETNS_DIR, 'none', MS.SHARED | MS.REC, null);
  } catch (error) {
    if (!(error instanceof SystemError) || error.code !== 'EINVAL') throw error;
    libc('mount', NETNS_DIR, NETNS_DIR, 'none', MS.BIND | MS.REC, null);
    libc('mount', '', NETNS_DIR, 'none', MS.SHARED | MS.REC, null);
  }
}
