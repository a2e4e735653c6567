import type { RequestContext } from '@weft/contracts';
import type { Check, PartialDecision, PolicyTarget } from './check';
import { constant } from './check';
import { parseRule } from './parse';

/** Rule name → text in the rule language. */
export type PolicyRules = Readonly<Record<string, string>>;

/**
 * A set of rules, parsed once. Errors in it are found when it is built, not when a request needs the broken rule.
 *
 * A rule that is asked for and missing: on an attribute (`create_port:foo`) it allows, for the rule of the operation
 * decides already; on an operation (`create_foo`) the rule `default` decides, and without one nothing is allowed.
 */
export class Policy {
  private readonly checks = new Map<string, Check>();

  /** @throws SyntaxError on a rule that cannot be read, names an unknown rule, or refers to itself */
  constructor(rules: PolicyRules) {
    const underway = new Set<string>();
    const compile = (name: string): Check => {
      const done = this.checks.get(name);
      if (done) return done;
      const text = Object.hasOwn(rules, name) ? rules[name]! : undefined;
      if (text === undefined) throw new SyntaxError(`policy refers to rule:${name}, which does not exist`);
      if (underway.has(name)) throw new SyntaxError(`policy rule ${name} refers to itself`);
      underway.add(name);
      const check = parseRule(text, compile);
      underway.delete(name);
      this.checks.set(name, check);
      return check;
    };
    for (const name of Object.keys(rules)) compile(name);
  }

  allows(rule: string, ctx: RequestContext, target: PolicyTarget): boolean {
    return this.check(rule).test(ctx, target);
  }

  /** Like {@link allows} for every object at once: `undefined` if that depends on the object. Decide so once per list. */
  allowsAll(rule: string, ctx: RequestContext): PartialDecision {
    return this.check(rule).partial(ctx);
  }

  /** False if the rule never looks at the object, whoever asks. */
  dependsOnTarget(rule: string): boolean {
    return this.check(rule).readsTarget;
  }

  has(rule: string): boolean {
    return this.checks.has(rule);
  }

  private check(rule: string): Check {
    return this.checks.get(rule) ?? (rule.includes(':') ? ALLOW : (this.checks.get('default') ?? DENY));
  }
}

const ALLOW = constant(true);
const DENY = constant(false);
