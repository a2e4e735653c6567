import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { childrenOf, dieWithParent, end, processInfo } from '@weft/lab';
import { RotatingLog } from '@weft/telemetry';

/** A process to keep running. */
export interface ProcessSpec {
  /** Unique within a cloud; names the log file. */
  readonly name: string;
  /** Computed at each start: a host that was made anew has another pid. May mend what the process stands on. */
  readonly argv: () => readonly string[] | Promise<readonly string[]>;
  readonly env: NodeJS.ProcessEnv;
  /** The command runs behind `nsenter`, which does not pass signals on. */
  readonly onHost: boolean;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
/** A process that ran this long had started well: the next failure begins with the shortest delay again. */
const STEADY_MS = 30_000;
const GRACE_MS = 10_000;

/**
 * Keeps one process running: started again when it ends, with exponential back-off, until {@link stop}. Its output goes to
 * a log of bounded size. It dies with the supervisor, however that ends.
 */
export class SupervisedProcess {
  /** Starts after the first. */
  restarts = 0;
  private child: ChildProcess | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopping = false;
  private stopped = false;
  private delayMs = FIRST_DELAY_MS;
  private readonly log: RotatingLog;

  constructor(
    readonly spec: ProcessSpec,
    logFile: string,
    private readonly say: (line: string) => void,
  ) {
    this.log = new RotatingLog(logFile);
  }

  get name(): string {
    return this.spec.name;
  }

  /** The running process's pid in the machine's own numbering; null between two lives. */
  get pid(): number | null {
    const outer = this.child?.pid;
    if (outer === undefined) return null;
    return this.spec.onHost ? (childrenOf(outer)[0]?.pid ?? null) : outer;
  }

  start(): void {
    void this.launch();
  }

  private async launch(): Promise<void> {
    const startedAt = Date.now();
    const again = (why: string) => {
      this.child = null;
      if (this.stopping) return;
      if (Date.now() - startedAt > STEADY_MS) this.delayMs = FIRST_DELAY_MS;
      this.restarts++;
      this.say(`${this.name} ${why}; started again in ${this.delayMs} ms (see ${this.log.path})`);
      this.timer = setTimeout(() => this.start(), this.delayMs);
      this.delayMs = Math.min(this.delayMs * 2, LONGEST_DELAY_MS);
    };
    let argv: readonly string[];
    try {
      argv = await this.spec.argv();
    } catch (error) {
      return again(`could not be started: ${(error as Error).message}`);
    }
    if (this.stopping) return;
    const [command = '', ...args] = [...dieWithParent('TERM'), ...argv];
    const child = spawn(command, args, {
      env: { ...this.spec.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own session: Ctrl-C on the terminal reaches the supervisor only, which ends things in order.
      detached: true,
      cwd: '/',
    });
    this.child = child;
    const keep = (chunk: Buffer) => {
      if (!this.stopped) this.log.write(chunk);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => again(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => again(signal === null ? `ended with code ${code}` : `was ended by ${signal}`));
  }

  /** SIGTERM, then SIGKILL after a grace of 10 s. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.timer) clearTimeout(this.timer);
    const outer = this.child?.pid === undefined ? null : processInfo(this.child.pid);
    const inner = this.pid === null ? null : processInfo(this.pid);
    if (inner) await end(inner, 'SIGTERM', GRACE_MS);
    // nsenter ends by itself once the process behind it has; what it would have said is in the log by then.
    if (outer) await end(outer, 'SIGTERM', GRACE_MS);
    this.stopped = true;
    this.log.close();
  }
}
