import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { end, processInfo, signal, gone, stillRuns } from '@weft/lab';
import type { ProcessInfo } from '@weft/lab';
import { Failure } from '@weft/lab';

/** What a running supervisor tells the other commands. Holds no secrets but is 0600 as everything here. */
export interface RunFile {
  readonly pid: number;
  /** Clock ticks since boot: tells the supervisor from a later process of the same pid. */
  readonly startTime: string;
  readonly state: 'starting' | 'ready' | 'stopping';
  readonly apiUrl: string;
  readonly authUrl: string;
  /** Null until the broker is up. */
  readonly natsUrl: string | null;
  /** Directory of the broker's credentials; null: it lets everybody in, or the URL says as whom. */
  readonly natsCredentials: string | null;
  readonly hosts: number;
}

const read = (path: string): RunFile | null => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // Half-written by a machine that lost power: as good as none, and the claim below replaces it.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

const supervisorOf = (run: RunFile): ProcessInfo | null => {
  const info = processInfo(run.pid);
  return info?.startTime === run.startTime ? info : null;
};

/** The running supervisor's file; null when none runs, whatever an earlier one has left. */
export function runningSupervisor(path: string): (RunFile & { readonly process: ProcessInfo }) | null {
  const run = read(path);
  const info = run && supervisorOf(run);
  return run && info ? { ...run, process: info } : null;
}

/** This process's claim on the state directory. */
export class Claim {
  private constructor(
    private readonly path: string,
    private current: RunFile,
  ) {}

  /**
   * Claims the directory for this process; of two that try at once, one wins (a hard link is made or is not).
   * @throws Failure when a supervisor runs
   */
  static take(path: string, run: Omit<RunFile, 'pid' | 'startTime'>): Claim {
    const self = processInfo(process.pid);
    const mine: RunFile = { ...run, pid: process.pid, startTime: self?.startTime ?? '' };
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
    try {
      for (let attempt = 0; attempt < 3; attempt++) {
        try {
          linkSync(draft, path);
          return new Claim(path, mine);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        }
        const running = runningSupervisor(path);
        if (running)
          throw new Failure(`Weft runs already (pid ${running.pid}, ${running.apiUrl}); npm run stop ends it.`);
        takeAway(path);
      }
      throw new Failure(`${path} changes hands all the time: is another start going on?`);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  update(change: Partial<Omit<RunFile, 'pid' | 'startTime'>>): void {
    this.current = { ...this.current, ...change };
    writeFileSync(`${this.path}.new`, JSON.stringify(this.current), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

/** Removes a dead supervisor's file; one that came to life meanwhile is put back. */
function takeAway(path: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const run = read(aside);
  if (run && supervisorOf(run)) linkSync(aside, path);
  rmSync(aside, { force: true });
}

/** Asks a running supervisor to end and waits; it ends everything in order, which may take a while. */
export async function endSupervisor(info: ProcessInfo): Promise<void> {
  signal(info, 'SIGTERM');
  if (await gone(info, 60_000)) return;
  if (stillRuns(info)) await end(info, 'SIGKILL');
}
