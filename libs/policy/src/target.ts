import type { PolicyTarget } from './check';

/** `network:project_id` → the flat key of that name, else the attribute of the loaded parent under `network`. */
export function lookUp(target: PolicyTarget, key: string): unknown {
  if (Object.hasOwn(target, key)) return target[key];
  const colon = key.indexOf(':');
  if (colon < 0) return undefined;
  const parent = target[key.slice(0, colon)];
  if (typeof parent !== 'object' || parent === null) return undefined;
  const attribute = key.slice(colon + 1);
  return Object.hasOwn(parent, attribute) ? (parent as Record<string, unknown>)[attribute] : undefined;
}

/** The rule language compares texts, spelled as in Python: `True`, `False`. Null when there is nothing to compare. */
export function textOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return String(value);
    default:
      return null;
  }
}

/** A text with `%(name)s` parts. Filling one in gives null as soon as a part is missing: nothing then matches. */
export type Template = (target: PolicyTarget) => string | null;

const PART = /%\(([^)]+)\)s/g;

export function parseTemplate(source: string): Template & { readonly readsTarget: boolean } {
  const names = Array.from(source.matchAll(PART), (match) => match[1]!);
  const texts = source.split(/%\([^)]+\)s/);
  const fill: Template = (target) => {
    let filled = texts[0]!;
    for (let i = 0; i < names.length; i++) {
      const text = textOf(lookUp(target, names[i]!));
      if (text === null) return null;
      filled += text + texts[i + 1]!;
    }
    return filled;
  };
  return Object.assign(fill, { readsTarget: names.length > 0 });
}
