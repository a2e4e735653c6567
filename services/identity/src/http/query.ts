/** A parsed query: a repeated key has a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The value of a key; of a repeated one the last. */
export function one(query: Query, key: string): string | undefined {
  const value = query[key];
  return typeof value === 'string' || value === undefined ? value : value.at(-1);
}

/** `enabled`, `enabled=true`, `enabled=1` are true; absent is undefined. */
export function flagOf(query: Query, key: string): boolean | undefined {
  const value = one(query, key);
  return value === undefined ? undefined : !['false', '0', 'no', 'f', 'off'].includes(value.toLowerCase());
}

/** Only the conditions that are there. */
export const where = <T extends object>(conditions: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
