import {
  policyNotAuthorized,
  ruleWord,
  UNSPECIFIED,
  type ApiError,
  type RequestContext,
  type ResourceDefinition,
} from '@weft/contracts';
import type { PolicyTarget } from './check';
import type { Policy } from './policy';

type Member = Pick<ResourceDefinition, 'member' | 'parent' | 'attributes'>;

/**
 * May the caller create this object? Asks `create_<resource>`, and `create_<resource>:<attribute>` for each attribute under policy
 * that the client named and that differs from its default.
 *
 * @param target the object to be, with its owner and its parent's (see {@link PolicyTarget})
 * @param explicit names of the attributes in the client's body
 * @returns the error to answer, or null
 */
export function denyCreate(
  policy: Policy,
  definition: Member,
  ctx: RequestContext,
  target: PolicyTarget,
  explicit: readonly string[],
): ApiError | null {
  const named = explicit.filter((name) => {
    const standard = definition.attributes[name]?.default;
    return typeof standard === 'symbol' || !sameJson(target[name], standard);
  });
  return deny(policy, definition, `create_${ruleWord(definition)}`, ctx, target, target, named);
}

/**
 * May the caller change these attributes? Asks `update_<resource>` and the rule of each changed attribute under policy.
 *
 * @param target the object as it is, with its parent's owner
 * @param changes what the client asks for; a rule that reads the object sees the new values
 */
export function denyUpdate(
  policy: Policy,
  definition: Member,
  ctx: RequestContext,
  target: PolicyTarget,
  changes: PolicyTarget,
): ApiError | null {
  const wanted = { ...target, ...changes };
  return deny(policy, definition, `update_${ruleWord(definition)}`, ctx, wanted, changes, Object.keys(changes));
}

/** May the caller delete this object? */
export function denyDelete(
  policy: Policy,
  definition: Member,
  ctx: RequestContext,
  target: PolicyTarget,
): ApiError | null {
  const rule = `delete_${ruleWord(definition)}`;
  return policy.allows(rule, ctx, target) ? null : policyNotAuthorized(`rule:${rule}`);
}

/** May the caller see this object? If not, it does not exist for him: answer 404. */
export const maySee = (policy: Policy, definition: Member, ctx: RequestContext, target: PolicyTarget): boolean =>
  policy.allows(`get_${ruleWord(definition)}`, ctx, target);

/** Attributes that the caller may not see of this object. Per list, ask {@link attributesUnderPolicy} once instead. */
export const hiddenAttributes = (
  policy: Policy,
  definition: Member,
  ctx: RequestContext,
  target: PolicyTarget,
): string[] =>
  attributesUnderPolicy(policy, definition).filter(
    (name) => !policy.allows(`get_${ruleWord(definition)}:${name}`, ctx, target),
  );

/** Attributes whose visibility has a rule of its own; all others are shown with the object. */
export const attributesUnderPolicy = (policy: Policy, definition: Member): string[] =>
  Object.keys(definition.attributes).filter((name) => policy.has(`get_${ruleWord(definition)}:${name}`));

function deny(
  policy: Policy,
  { attributes }: Member,
  action: string,
  ctx: RequestContext,
  target: PolicyTarget,
  values: PolicyTarget,
  named: readonly string[],
): ApiError | null {
  const asked = [action];
  let text = `rule:${action}`;
  // In the definition's order: clients and their tests know these texts.
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute.enforcePolicy !== true || !named.includes(name)) continue;
    if ((attribute.default as unknown) === UNSPECIFIED && values[name] === undefined) continue;
    const own = `${action}:${name}`;
    const parts = subAttributes(values[name], attribute.validate).map((key) => `${own}:${key}`);
    asked.push(own, ...parts);
    const ownText = `rule:${own}`;
    text = `(${text} and ${parts.length === 0 ? ownText : `(${ownText} and (${parts.map((part) => `rule:${part}`).join(' and ')}))`})`;
  }
  return asked.every((rule) => policy.allows(rule, ctx, target)) ? null : policyNotAuthorized(text);
}

/** Keys with rules of their own: those of each object in a list, and those which a dictionary's validator names. */
function subAttributes(value: unknown, validate: Readonly<Record<string, unknown>> | undefined): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => (typeof item === 'object' && item !== null ? Object.keys(item) : []));
  }
  if (typeof value !== 'object' || value === null) return [];
  const named = Object.entries(validate ?? {}).find(([type, spec]) => type.startsWith('type:dict') && spec)?.[1];
  return typeof named === 'object' && named !== null
    ? Object.keys(named).filter((key) => Object.hasOwn(value, key))
    : [];
}

const sameJson = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
