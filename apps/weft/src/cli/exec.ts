import { spawn } from 'node:child_process';
import { attempt } from '@weft/lab';
import type { Output } from './output';

/** What follows a verb's own arguments. `--json` and the separator, which keeps options apart, are no part of it. */
export const commandOf = (words: readonly string[]): readonly string[] => {
  const own = words[0] === '--json' ? 1 : 0;
  return words.slice(words[own] === '--' ? own + 1 : own);
};

/**
 * Runs a command with the caller's terminal and takes over its exit code; with `--json` its output is captured and answered
 * as `{code, stdout, stderr}`.
 */
export async function execInto(argv: readonly string[], output: Output): Promise<void> {
  if (output.json) {
    const result = await attempt(argv, { timeoutMs: 600_000 });
    process.exitCode = result.code;
    return output.result(result, () => '');
  }
  const [command = '', ...args] = argv;
  const child = spawn(command, args, { stdio: 'inherit', cwd: '/' });
  // Ctrl-C belongs to the command, which has the same terminal: we stay to report its end.
  process.on('SIGINT', () => undefined);
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 128));
  });
}
