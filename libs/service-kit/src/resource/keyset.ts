import { httpBadRequest } from '@weft/contracts';
import type { SqlText } from './sql-text';

export interface SortKey {
  /** Never null. */
  readonly expression: string;
  readonly descending: boolean;
}

/** Sort values of one row, primary key last. */
type Keys = readonly string[];

/** Where a listing goes on: bounds by sort values, not by rows, so that the rows may be deleted meanwhile. */
export interface Cursor {
  readonly after?: Keys | undefined;
  readonly until?: Keys | undefined;
  /** Rows that the client still wants; absent: all. */
  readonly left?: number | undefined;
}

export const encodeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

export function decodeCursor(text: string): Cursor {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Cursor;
  } catch (error) {
    throw Object.assign(httpBadRequest('Malformed cursor'), { cause: error });
  }
}

/** `(a > x) OR (a = x AND b > y) OR …`: rows beyond a bound, each key in its own direction. */
export function keysetCondition(
  keys: readonly SortKey[],
  values: Keys,
  side: 'after' | 'before',
  sql: SqlText,
): string {
  const holders = values.map((value) => sql.bind(value));
  const beyond = ({ descending }: SortKey) => (descending === (side === 'before') ? '>' : '<');
  if (keys.every(({ descending }) => descending === keys[0]!.descending)) {
    // A row comparison can use an index.
    return `(${keys.map(({ expression }) => expression).join(', ')}) ${beyond(keys[0]!)} (${holders.join(', ')})`;
  }
  const steps = keys.map((key, i) => {
    const equal = keys.slice(0, i).map(({ expression }, j) => `${expression} = ${holders[j]!}`);
    return `(${[...equal, `${key.expression} ${beyond(key)} ${holders[i]!}`].join(' AND ')})`;
  });
  return `(${steps.join(' OR ')})`;
}

export const orderOf = (keys: readonly SortKey[], way: 'forward' | 'backward'): string =>
  keys
    .map(({ expression, descending }) => `${expression} ${descending === (way === 'backward') ? 'ASC' : 'DESC'}`)
    .join(', ');

/** The sort values of a row as a column named `keys`. */
export const keysOf = (keys: readonly SortKey[]): string =>
  `ARRAY[${keys.map(({ expression }) => `(${expression})::text`).join(', ')}] AS keys`;
