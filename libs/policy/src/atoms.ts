import type { RequestContext } from '@weft/contracts';
import { constant, ofCaller, ofTarget, type Check, type PolicyTarget } from './check';
import { lookUp, parseTemplate, textOf } from './target';

/** What a rule may ask of the caller by name. Null never equals anything, not even another null. */
const CREDENTIALS: Readonly<Record<string, (ctx: RequestContext) => string | null>> = {
  project_id: (ctx) => ctx.projectId,
  tenant_id: (ctx) => ctx.projectId,
  user_id: (ctx) => ctx.userId,
  domain_id: (ctx) => ctx.domainId ?? null,
  system_scope: (ctx) => (ctx.systemScope === true ? 'all' : null),
};

/** `role:member`: the caller has the role; the case of names does not count. */
export function roleCheck(name: string): Check {
  const wanted = name.toLowerCase();
  return ofCaller((ctx) => ctx.roles.includes(wanted));
}

/**
 * `field:networks:shared=True`, `field:port:device_owner=~^network:`: an attribute of the object equals a value or matches
 * an expression from its start. What the object lacks is asked of its parent: a port's network is shared or not.
 *
 * @throws SyntaxError when the text has another form
 */
export function fieldCheck(match: string): Check {
  const form = /^([^:]+):([^=]+)=(.*)$/s.exec(match);
  if (!form) throw new SyntaxError(`field:${match} is not of the form field:<resource>:<attribute>=<value>`);
  const [, resource, field, value] = form as unknown as [string, string, string, string];
  const inParent = `${resource.replace(/s$/, '')}:${field}`;
  const valueOf = (target: PolicyTarget) => textOf(lookUp(target, field) ?? lookUp(target, inParent));
  if (!value.startsWith('~')) return ofTarget((_ctx, target) => valueOf(target) === value);
  const pattern = new RegExp(`^(?:${value.slice(1)})`);
  return ofTarget((_ctx, target) => {
    const text = valueOf(target);
    return text !== null && pattern.test(text);
  });
}

/** `project_id:%(project_id)s`, `'all':%(scope)s`, `system_scope:all`: a credential or a literal equals a text. */
export function comparison(left: string, right: string): Check {
  const template = parseTemplate(right);
  const literal = literalOf(left);
  if (literal !== null) {
    if (!template.readsTarget) return constant(literal === right);
    return ofTarget((_ctx, target) => template(target) === literal);
  }
  const credential = CREDENTIALS[left];
  if (!credential) throw new SyntaxError(`unknown kind of check: ${left}`);
  if (!template.readsTarget) return ofCaller((ctx) => credential(ctx) === right);
  return ofTarget((ctx, target) => {
    const mine = credential(ctx);
    return mine !== null && mine === template(target);
  });
}

function literalOf(text: string): string | null {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2]!;
  return text === 'True' || text === 'False' || /^-?\d+$/.test(text) ? text : null;
}
