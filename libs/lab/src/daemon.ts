import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { ProcessInfo } from './process';
import { end, processInfo } from './process';

/** Dies with this process: no test and no supervisor, however it ends, leaves a server behind. */
export const dieWithParent = (signalName: 'KILL' | 'TERM' | 'INT'): string[] => [
  'setpriv',
  `--pdeathsig=${signalName}`,
];

/** A server of ours, started here. */
export interface Daemon {
  readonly info: ProcessInfo;
  /** Resolves when it ends, for whatever reason. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  end(first?: NodeJS.Signals): Promise<void>;
}

/** Starts a server with its output appended to `logFile`. */
export async function startDaemon(
  argv: readonly string[],
  options: { readonly logFile: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Daemon> {
  const [command, ...args] = argv;
  if (command === undefined) throw new TypeError('empty command');
  const log = openSync(options.logFile, 'a', 0o600);
  const child: ChildProcess = spawn(command, args, {
    // Its own session: Ctrl-C on the terminal reaches the supervisor only, which ends things in order.
    detached: true,
    stdio: ['ignore', log, log],
    env: options.env ?? process.env,
  });
  closeSync(log);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  // A server is no reason for its starter to live on: it dies with it.
  child.unref();
  const info = child.pid === undefined ? null : processInfo(child.pid);
  if (info === null) throw new Error(`${command} ended at once; see ${options.logFile}`);
  return { info, exited, end: (first) => end(info, first) };
}
