import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { CommandResult } from '@weft/lab';

/** The clients that Debian packages (`python3-openstackclient`, `python3-neutronclient`), unmodified. */
export type StockProgram = 'openstack' | 'neutron';

const DRIVER = resolve(__dirname, '..', '..', 'src', 'stock', 'preloaded-client.py');

/**
 * A stock client that has loaded its modules already: each command runs in a process forked from it, with the arguments, environment,
 * output and exit code of a command of its own (preloaded-client.py). Commands run one after the other.
 */
export class PreloadedClient {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: { resolve(result: CommandResult): void; reject(error: Error): void }[] = [];
  private stderr = '';

  constructor(private readonly program: StockProgram) {
    const script = execFileSync('which', [program], { encoding: 'utf8' }).trim();
    this.child = spawn(interpreterOf(script), [DRIVER, script]);
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr = (this.stderr + chunk.toString()).slice(-4_000)));
    createInterface(this.child.stdout).on('line', (line) =>
      this.waiting.shift()?.resolve(JSON.parse(line) as CommandResult),
    );
    this.child.once('error', (error) => this.fail(error));
    this.child.once('close', (code) => this.fail(new Error(`${program} ended with code ${code}: ${this.stderr}`)));
  }

  run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        return reject(new Error(`${this.program} does not run: ${this.stderr}`));
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify({ argv, env })}\n`);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stdin.end();
    await closed;
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

/** What the first line of a script names: another Python on the path does not have the client's modules. */
function interpreterOf(script: string): string {
  const head = Buffer.alloc(256);
  const file = openSync(script, 'r');
  const length = readSync(file, head);
  closeSync(file);
  const [, interpreter] = /^#!\s*(\S+)/.exec(head.toString('utf8', 0, length)) ?? [];
  if (interpreter === undefined) throw new Error(`${script} is no script`);
  return interpreter;
}
