/** Integers of the API are kept in PostgreSQL's `integer`. */
export const MAX_INTEGER = 2 ** 31 - 1;

/** A JSON number or a numeric text as an integer that can be kept; null: it is none. Booleans are not integers. */
export function toInteger(value: unknown): number | null {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)
        ? Number(value)
        : NaN;
  return Number.isInteger(number) && Math.abs(number) <= MAX_INTEGER ? number : null;
}
