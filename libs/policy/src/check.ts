import type { RequestContext } from '@weft/contracts';

/**
 * The object of a decision, as the API shows it. The owner of a parent is found as `network:project_id` or as
 * `network: { project_id }`; services that decide about ports or subnets must load it.
 */
export type PolicyTarget = Readonly<Record<string, unknown>>;

/** What is known of a decision before the object is: `undefined` means that it depends on the object. */
export type PartialDecision = boolean | undefined;

/** One compiled rule. Both methods are pure and allocate nothing on the way: they run per object of a list. */
export interface Check {
  test(ctx: RequestContext, target: PolicyTarget): boolean;
  /** The decision for every object alike, if the caller's roles alone settle it. */
  partial(ctx: RequestContext): PartialDecision;
  /** False: {@link partial} always settles it. */
  readonly readsTarget: boolean;
}

export const constant = (value: boolean): Check => ({
  test: () => value,
  partial: () => value,
  readsTarget: false,
});

/** A check that looks at the caller only. */
export const ofCaller = (decide: (ctx: RequestContext) => boolean): Check => ({
  test: decide,
  partial: decide,
  readsTarget: false,
});

/** A check that looks at the object, too. */
export const ofTarget = (decide: (ctx: RequestContext, target: PolicyTarget) => boolean): Check => ({
  test: decide,
  partial: () => undefined,
  readsTarget: true,
});

export const not = (check: Check): Check => ({
  test: (ctx, target) => !check.test(ctx, target),
  partial: (ctx) => {
    const known = check.partial(ctx);
    return known === undefined ? undefined : !known;
  },
  readsTarget: check.readsTarget,
});

export const allOf = (checks: readonly Check[]): Check => junction(checks, false);
export const anyOf = (checks: readonly Check[]): Check => junction(checks, true);

/** `and` and `or` are one thing: the first operand equal to `settles` decides; if none is, its opposite. */
function junction(checks: readonly Check[], settles: boolean): Check {
  if (checks.length === 1) return checks[0]!;
  return {
    test: (ctx, target) => {
      for (const check of checks) if (check.test(ctx, target) === settles) return settles;
      return !settles;
    },
    partial: (ctx) => {
      let open = false;
      for (const check of checks) {
        const known = check.partial(ctx);
        if (known === settles) return settles;
        open ||= known === undefined;
      }
      return open ? undefined : !settles;
    },
    readsTarget: checks.some((check) => check.readsTarget),
  };
}
