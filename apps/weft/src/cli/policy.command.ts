import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Failure } from '@weft/lab';
import { DEFAULT_RULES, parsePolicyFile, type PolicyFile } from '@weft/policy';
import type { Output } from './output';

/** `weft policy`: an operator's rules, before and after they are in force. */
export function policyCommands(program: Command, output: () => Output): void {
  const policy = program.command('policy').description('who may do what: default rules and the file over them');
  policy
    .command('check <file>')
    .description('whether services would take FILE as WEFT_POLICY_FILE: what is wrong, in which line')
    .action(async (file: string) => {
      const { overrides, warnings } = await read(file);
      const count = Object.keys(overrides).length;
      output().result({ rules: count, warnings }, () =>
        [
          ...warnings.map((warning) => `${file}: ${warning}`),
          `${file}: ${count} ${count === 1 ? 'rule' : 'rules'}, good to use`,
        ].join('\n'),
      );
    });
  policy
    .command('list')
    .description('all rules as a policy file; those of WEFT_POLICY_FILE, if it is set, in place of the defaults')
    .action(async () => {
      const file = process.env.WEFT_POLICY_FILE;
      const { rules, overrides } = file ? await read(file) : { rules: DEFAULT_RULES, overrides: {} };
      const line = ([name, text]: [string, string]) =>
        `${JSON.stringify(name)}: ${JSON.stringify(text)}${Object.hasOwn(overrides, name) ? '  # overridden' : ''}`;
      output().result(rules, () => Object.entries(rules).map(line).join('\n'));
    });
}

async function read(file: string): Promise<PolicyFile> {
  try {
    return parsePolicyFile(await readFile(file, 'utf8'), DEFAULT_RULES);
  } catch (error) {
    throw new Failure(`${file}: ${(error as Error).message}`);
  }
}
