import { Command } from 'commander';
import { ApiClientError, CommandError, Failure } from '@weft/lab';
import { stop } from '../supervisor/stop';
import { credentialsCommands } from './credentials.command';
import { dropsCommand } from './drops.command';
import { instanceCommands } from './instance.command';
import { labCommands } from './lab.command';
import { outputTo } from './output';
import { policyCommands } from './policy.command';
import { statusCommand } from './status.command';

/** The operator's command line: thin verbs over the public API and libs/lab. */
export function buildCli(): Command {
  const program = new Command('weft');
  // --json may stand before or after the verb: each verb knows it as well.
  const output = () => outputTo(process.argv.slice(2, separatorAt(process.argv)).includes('--json'));
  program
    .description('Weft on this machine: instances, faults, status')
    .option('--json', 'answer as JSON')
    .enablePositionalOptions()
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', '\nCredentials: OS_* variables, else the administrator of .weft/clouds.yaml (WEFT_HOME).');
  // Served by bin/start.mjs, which needs nothing built; declared here for the help.
  program.command('start').description('npm start: runs Weft on this machine (--detach, --no-lab)');
  program
    .command('stop')
    .description('ends Weft on this machine, and whatever a killed one has left')
    .action(async () => {
      const result = await stop(process.env, (line) => output().progress(line));
      output().result(result, () => '');
    });
  statusCommand(program, output);
  dropsCommand(program, output);
  instanceCommands(program, output);
  labCommands(program, output);
  policyCommands(program, output);
  credentialsCommands(program, output);
  addJsonEverywhere(program);
  return program;
}

/** Runs the command line; an expected failure is one sentence on stderr and exit code 1. */
export async function runCli(argv: readonly string[]): Promise<void> {
  try {
    await buildCli().parseAsync(argv);
  } catch (error) {
    if (error instanceof ApiClientError)
      console.error(`${error.message} (${error.status} ${error.type}, ${error.request})`);
    else console.error(error instanceof Failure || error instanceof CommandError ? error.message : error);
    process.exitCode = 1;
  }
}

/** What follows `--` belongs to the command that is run elsewhere. */
function separatorAt(argv: readonly string[]): number | undefined {
  const index = argv.indexOf('--');
  return index < 0 ? undefined : index;
}

function addJsonEverywhere(command: Command): void {
  for (const sub of command.commands) {
    if (sub.commands.length === 0) sub.option('--json', 'answer as JSON');
    addJsonEverywhere(sub);
  }
}
