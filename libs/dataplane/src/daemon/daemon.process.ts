import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { inNetns, netnsPath } from '../netns/netns';

/** Identifies a process: a pid alone may have been given to another one by now. */
export interface ProcessRef {
  readonly pid: number;
  /** Clock ticks since boot, from /proc/<pid>/stat. */
  readonly startTime: string;
}

/** Null: there is no such process, or it is a zombie (dead, only not yet reaped). */
export function processRef(pid: number): ProcessRef | null {
  const stat = processStat(pid);
  return stat && { pid, startTime: stat.startTime };
}

function processStat(pid: number): { readonly state: string; readonly startTime: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may contain anything: what follows the last one is fixed.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0] ?? '';
    return state === 'Z' || state === 'X' ? null : { state, startTime: fields[19] ?? '' };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

export const isAlive = (ref: ProcessRef): boolean => processRef(ref.pid)?.startTime === ref.startTime;

/** Alive, but halted by a signal: it serves no request and does not notice. */
export const isHalted = (ref: ProcessRef): boolean => isAlive(ref) && processStat(ref.pid)?.state === 'T';

/** A daemon of ours, found by its mark: a configuration file `<root>/<id>/conf.<hash>` on its command line. */
export interface FoundDaemon extends ProcessRef {
  readonly id: string;
  readonly confName: string;
  /** Inode of its network namespace. */
  readonly netns: number;
}

/** The path alone, or as the value of an option. */
const MARK = /(?:^|\0)(?:--?[\w-]+=)?(\/[^\0]+)\/([^/\0]+)\/(conf\.[0-9a-f]+)(?:\0|$)/;

/** Looks through /proc for processes which were started from below `root`. */
export function findDaemons(root: string): FoundDaemon[] {
  const found: FoundDaemon[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const mark = MARK.exec(readFileSync(`/proc/${entry}/cmdline`, 'utf8'));
      if (mark?.[1] !== root) continue;
      const ref = processRef(Number(entry));
      const netns = statSync(`/proc/${entry}/ns/net`).ino;
      if (ref) found.push({ ...ref, id: mark[2] as string, confName: mark[3] as string, netns });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return found;
}

/** Inode of a named namespace: tells whether a process lives in it. */
export const netnsInode = (name: string): number => statSync(netnsPath(name)).ino;

/**
 * Starts a daemon in a namespace and waits until it has put itself into the background.
 * @throws Error with its output when it refuses to start.
 */
export function startDaemon(netns: string, command: string, args: readonly string[]): Promise<void> {
  return run(netns, command, args);
}

/** Runs a short helper in a namespace. @throws Error with its output when it fails. */
export function run(netns: string, command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // The child is forked by this thread while it is in the namespace, and stays there.
    const child = inNetns(netns, () => spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' }));
    let words = '';
    child.stderr?.on('data', (data: Buffer) => (words += data.toString('utf8')));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command}: ${words.trim() || `ended with ${code ?? signal}`}`));
    });
  });
}

/** Ends a process: SIGTERM, and SIGKILL after `graceMs`. Resolves when it has ended. */
export async function terminate(ref: ProcessRef, graceMs = 1_000): Promise<void> {
  for (let waited = 0; isAlive(ref); waited += 5) {
    if (waited === 0) signal(ref, 'SIGTERM');
    // One that is halted handles no SIGTERM.
    if (waited === graceMs || (waited === 0 && isHalted(ref))) signal(ref, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** @returns whether the process was there to receive it */
export function signal(ref: ProcessRef, name: NodeJS.Signals): boolean {
  if (!isAlive(ref)) return false;
  try {
    return process.kill(ref.pid, name);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

const isGone = (error: unknown): boolean => ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
