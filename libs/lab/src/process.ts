import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process as `/proc` shows it. `startTime` (clock ticks since boot) tells a process from a later one of the same pid. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly startTime: string;
  readonly command: readonly string[];
}

const readProc = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Gone between two looks, or another user's: not a process that we can speak of.
    return null;
  }
};

/** The kernel's flag of a process that has begun to exit (include/linux/sched.h). */
const PF_EXITING = 0x4;

/** Null: no such process, or only its zombie is left. */
export function processInfo(pid: number): ProcessInfo | null {
  const stat = readProc(`/proc/${pid}/stat`);
  const command = readProc(`/proc/${pid}/cmdline`);
  if (stat === null || command === null) return null;
  // The second field is "(name)" and may hold blanks and parentheses: count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  if (state === undefined || parent === undefined || state === 'Z' || state === 'X') return null;
  // The first process of a PID namespace, killed, has let go of everything, but waits until the parents of all others in it have reaped
  // them. Where PID 1 of the machine is no init (a container without one), that may be never.
  if (state === 'S' && (Number(fields[6]) & PF_EXITING) !== 0) return null;
  return { pid, parent: Number(parent), startTime: fields[19] ?? '', command: command.split('\0').slice(0, -1) };
}

/** Every process that this one may see. */
export const allProcesses = (): ProcessInfo[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processInfo(Number(name)))
    .filter((info) => info !== null);

/** Its environment, as it was when it began; null when it may not be read. */
export function processEnvironment(pid: number): ReadonlyMap<string, string> | null {
  const text = readProc(`/proc/${pid}/environ`);
  if (text === null) return null;
  return new Map(
    text
      .split('\0')
      .filter((entry) => entry.includes('='))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

export const childrenOf = (pid: number): ProcessInfo[] => allProcesses().filter((info) => info.parent === pid);

/** The same process, not merely the same number. */
export const stillRuns = (info: ProcessInfo): boolean => processInfo(info.pid)?.startTime === info.startTime;

/** Sends a signal to exactly this process; a process that has ended already is no error. */
export function signal(info: ProcessInfo, name: NodeJS.Signals): void {
  if (!stillRuns(info)) return;
  try {
    process.kill(info.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until it is gone. False: it still runs after `timeoutMs`. */
export async function gone(info: ProcessInfo, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (stillRuns(info)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** On a busy machine even a killed process takes its time. */
const KILLED_MS = 20_000;

/** Asks politely, waits, then kills. `first` is the polite signal of that program. */
export async function end(info: ProcessInfo, first: NodeJS.Signals = 'SIGTERM', graceMs = 5_000): Promise<void> {
  signal(info, first);
  if (await gone(info, graceMs)) return;
  signal(info, 'SIGKILL');
  if (!(await gone(info, KILLED_MS)))
    throw new Error(`process ${info.pid} survives SIGKILL: ${info.command.join(' ')}`);
}
