import type { RequestContext } from '@weft/contracts';
import type { Check, PartialDecision, PolicyTarget } from './check';
import { constant } from './check';
import { parseRule } from './parse';

/** Rule name → text in the rule language. */
export type PolicyRules = Readonly<Record<string, string>>;

/** A rule that cannot be used: which one, and why. */
export class RuleError extends SyntaxError {
  override readonly name = 'RuleError';

  constructor(
    readonly rule: string,
    readonly reason: string,
  ) {
    super(`rule ${rule}: ${reason}`);
  }
}

/**
 * A set of rules, parsed once. It may be replaced as a whole: who holds the policy follows, and no decision mixes the two. Errors in it are found when it is built, not when a request needs the broken rule.
 *
 * A rule that is asked for and missing: on an attribute (`create_port:foo`) it allows, for the rule of the operation
 * decides already; on an operation (`create_foo`) the rule `default` decides, and without one nothing is allowed.
 */
export class Policy {
  private checks: ReadonlyMap<string, Check>;

  /** @throws RuleError on a rule that cannot be read, names an unknown rule, or refers to itself */
  constructor(rules: PolicyRules) {
    this.checks = compileRules(rules);
  }

  /** From now on these rules hold. @throws RuleError as the constructor; then the old ones stay */
  replace(rules: PolicyRules): void {
    this.checks = compileRules(rules);
  }

  allows(rule: string, ctx: RequestContext, target: PolicyTarget): boolean {
    return this.check(rule).test(ctx, target);
  }

  /** Like {@link allows} for every object at once: `undefined` if that depends on the object. Decide so once per list. */
  allowsAll(rule: string, ctx: RequestContext): PartialDecision {
    return this.check(rule).partial(ctx);
  }

  /** False if the rule never depends on the object, for any caller. */
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

function compileRules(rules: PolicyRules): ReadonlyMap<string, Check> {
  const checks = new Map<string, Check>();
  const underway = new Set<string>();
  const compile = (name: string): Check => {
    const done = checks.get(name);
    if (done) return done;
    const text = Object.hasOwn(rules, name) ? rules[name]! : undefined;
    if (text === undefined) throw new SyntaxError(`policy refers to rule:${name}, which does not exist`);
    if (underway.has(name)) throw new SyntaxError(`policy rule ${name} refers to itself`);
    underway.add(name);
    const check = named(name, () => parseRule(text, compile));
    underway.delete(name);
    checks.set(name, check);
    return check;
  };
  for (const name of Object.keys(rules)) compile(name);
  return checks;
}

/** The innermost rule whose text is wrong is to blame. */
function named<T>(rule: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RuleError || !(error instanceof SyntaxError)) throw error;
    throw new RuleError(rule, error.message);
  }
}
