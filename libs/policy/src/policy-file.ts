import { isMap, isScalar, LineCounter, parseDocument, type Pair } from 'yaml';
import { RESOURCES, ruleWord, type ResourceDefinition } from '@weft/contracts';
import { Policy, RuleError, type PolicyRules } from './policy';

/** An operator's rules: what is wrong with them, and in which line. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';

  constructor(line: number | undefined, reason: string) {
    super(line === undefined ? reason : `line ${line}: ${reason}`);
  }
}

export interface PolicyFile {
  /** The defaults with the file's rules over them. */
  readonly rules: PolicyRules;
  /** What the file names. */
  readonly overrides: PolicyRules;
  /** One sentence for each rule that nothing will ever ask for: probably misspelt. */
  readonly warnings: readonly string[];
}

/**
 * Reads a policy file: a YAML (hence also JSON) mapping of rule names to texts in the language of oslo.policy, which take the place of
 * the defaults of the same name. An empty file overrides nothing.
 *
 * @throws PolicyFileError with line and rule
 */
export function parsePolicyFile(text: string, defaults: PolicyRules): PolicyFile {
  const { overrides, lines } = readRules(text);
  const rules = { ...defaults, ...overrides };
  try {
    new Policy(rules);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new PolicyFileError(lines.get(error.rule), error.message);
  }
  const warnings = Object.keys(overrides)
    .filter((name) => !Object.hasOwn(defaults, name) && !isReferred(name, rules) && !isAsked(name))
    .map((name) => `line ${lines.get(name)}: nothing asks for rule ${name}`);
  return { rules, overrides, warnings };
}

function readRules(text: string): { overrides: PolicyRules; lines: ReadonlyMap<string, number> } {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const lineAt = (offset: number) => counter.linePos(offset).line;
  const [broken] = document.errors;
  if (broken)
    throw new PolicyFileError(lineAt(broken.pos[0]), broken.message.split('\n')[0]!.replace(/ at line .*/, ''));
  const overrides: Record<string, string> = {};
  const lines = new Map<string, number>();
  if (document.contents === null) return { overrides, lines };
  if (!isMap(document.contents)) throw new PolicyFileError(1, 'the file is not a mapping of rule names to rules');
  for (const { key, value } of document.contents.items as Pair[]) {
    const line = isScalar(key) && key.range ? lineAt(key.range[0]) : undefined;
    if (!isScalar(key) || typeof key.value !== 'string')
      throw new PolicyFileError(line, 'the name of a rule is not a text');
    if (!isScalar(value) || typeof value.value !== 'string') {
      throw new PolicyFileError(
        line,
        `rule ${key.value}: the rule is not a text (write "" for one that always allows)`,
      );
    }
    overrides[key.value] = value.value;
    lines.set(key.value, line!);
  }
  return { overrides, lines };
}

const isReferred = (name: string, rules: PolicyRules): boolean =>
  Object.values(rules).some((text) => text.split(/[\s()]+/).includes(`rule:${name}`));

/** Rules that decide as soon as there are any: of operations, of attributes under policy, of what an answer shows. */
function isAsked(name: string): boolean {
  const [, action, word, attribute] = /^(create|get|update|delete)_([^:]+)(?::([^]+))?$/.exec(name) ?? [];
  const definition = RESOURCES.find((one: ResourceDefinition) => ruleWord(one) === word);
  if (!definition) return false;
  if (attribute === undefined) return true;
  // Parts of an attribute have rules of their own, and the names of attributes have colons: fixed_ips:subnet_id.
  return Object.entries(definition.attributes).some(
    ([own, { visible, enforcePolicy }]) =>
      (attribute === own && (action === 'get' ? visible : enforcePolicy === true)) ||
      (action !== 'get' && enforcePolicy === true && attribute.startsWith(`${own}:`)),
  );
}
