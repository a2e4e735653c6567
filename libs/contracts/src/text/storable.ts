/** A lone surrogate or U+0000: JSON can carry them, PostgreSQL's text and jsonb cannot. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Bodies nested deeper than this are refused: serialising them again would exhaust the stack. */
const MAX_DEPTH = 32;

export const isStorableText = (text: string): boolean => !UNSTORABLE.test(text);

/** Can this JSON value be kept and written out again? */
export function isStorable(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((each) => isStorable(each, depth - 1));
  for (const key of Object.keys(value)) {
    if (!isStorableText(key) || !isStorable((value as Record<string, unknown>)[key], depth - 1)) return false;
  }
  return true;
}
