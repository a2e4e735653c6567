import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESOURCES, ruleWord } from '@weft/contracts';
import { BASE_RULES } from './rules/base';
import { POLICY_TARGET_RULES } from './rules/policy-target';
import { DEFAULT_RULES } from '.';

const { rules: reference } = JSON.parse(readFileSync(join(__dirname, '../contract/policies.json'), 'utf8')) as {
  rules: Record<string, string>;
};

/** Weft's own; the reference has nothing like them. */
const OWN = ['get_drift', ...Object.keys(POLICY_TARGET_RULES)];

/** Is a rule of the reference about something that we serve? */
function isServed(name: string): boolean {
  if (Object.hasOwn(BASE_RULES, name)) return true;
  const [, word, attribute] = /^(?:create|get|update|delete)_([^:]+)(?::([^]+))?$/.exec(name) ?? [];
  const definition = RESOURCES.find((one) => ruleWord(one) === word);
  if (!definition) return false;
  const { attributes } = definition;
  return attribute === undefined || Object.keys(attributes).some((own) => `${attribute}:`.startsWith(`${own}:`));
}

describe('the default rules', () => {
  it.each(Object.keys(DEFAULT_RULES).filter((name) => !OWN.includes(name)))(
    'hold %s as the reference has it',
    (name) => {
      expect(DEFAULT_RULES[name]).toBe(reference[name]);
    },
  );

  it('leave out no rule of what is served', () => {
    const served = Object.keys(reference).filter(isServed);
    expect(served.length).toBeGreaterThan(80);
    expect(served.filter((name) => !Object.hasOwn(DEFAULT_RULES, name))).toEqual([]);
  });

  it('have no rule of Weft that the reference knows, too', () => {
    expect(OWN.filter((name) => Object.hasOwn(reference, name))).toEqual([]);
  });
});
