import { spawn } from 'node:child_process';

/** What a command said and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds; the command is killed after it. Default 60 s: nothing here waits for a person. */
  readonly timeoutMs?: number;
  /** Asks the command to end; what it then answers is the answer. */
  readonly signal?: AbortSignal;
}

/** A command failed. The message holds the command's own last words, because they are what an operator needs. */
export class CommandError extends Error {
  constructor(
    readonly argv: readonly string[],
    readonly result: CommandResult,
  ) {
    const words = (result.stderr || result.stdout).trim().split('\n').slice(-5).join('\n');
    super(`${argv.join(' ')} failed (${result.code}): ${words || 'no output'}`);
    this.name = 'CommandError';
  }
}

/** Runs a command to its end without a shell and answers whatever its exit code is. Throws only if it cannot start. */
export function attempt(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [command, ...args] = argv;
  if (command === undefined) throw new TypeError('empty command');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: options.env ?? process.env, cwd: options.cwd, stdio: 'pipe' });
    const giveUp = () => void child.kill('SIGTERM');
    options.signal?.addEventListener('abort', giveUp);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timeoutMs = options.timeoutMs ?? 60_000;
    const timer = setTimeout(() => {
      err.push(Buffer.from(`\nkilled after ${timeoutMs} ms`));
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', giveUp);
      if (signal !== null) err.push(Buffer.from(`\nended by ${signal}`));
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      });
    });
    // A command that does not read its input closes the pipe: its exit code tells the story, not EPIPE.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Runs a command and answers its standard output. @throws {@link CommandError} on a non-zero exit code. */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await attempt(argv, options);
  if (result.code !== 0) throw new CommandError(argv, result);
  return result.stdout;
}

/** Runs a script with `sh -eu`; `args` are its `$1`, `$2` … so that nothing is ever quoted by hand. */
export const script = (text: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<string> =>
  run(['sh', '-euc', text, 'weft', ...args], options);
