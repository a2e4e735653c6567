import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { childrenOf, signal } from './process';

/**
 * A process inside a host. `nsenter` stays in front of it in the outer PID namespace, does not pass signals on, and
 * ends with its exit code: signals go to the process behind it, by its own outer pid.
 */
export class HostProcess {
  readonly child: ChildProcess;

  constructor(argv: readonly string[], options: SpawnOptions) {
    const [command = '', ...args] = argv;
    this.child = spawn(command, args, { cwd: '/', ...options });
  }

  /** Outer pid of the process itself (not of nsenter); null when it has ended or not begun. */
  get pid(): number | null {
    return this.child.pid === undefined ? null : (childrenOf(this.child.pid)[0]?.pid ?? null);
  }

  /** Signals the process itself; no error when it has ended. */
  kill(name: NodeJS.Signals = 'SIGTERM'): void {
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const inner = childrenOf(this.child.pid);
    for (const info of inner) signal(info, name);
    if (inner.length === 0) this.child.kill(name);
  }

  /** Resolves at its end. */
  readonly exited = (): Promise<{ code: number | null; signal: NodeJS.Signals | null }> =>
    new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        resolve({ code: this.child.exitCode, signal: this.child.signalCode });
      else this.child.once('exit', (code, signalName) => resolve({ code, signal: signalName }));
    });
}
