/**
 * JSON Schema of a message, typed by what it accepts. Credentials of a node prove who it is and nothing about its messages, so
 * everything that a service takes from a node declares its schema here.
 */
export interface MessageSchema<T> {
  readonly schema: object;
  /** Never set: binds the type. */
  readonly accepts?: T;
}

/** Text that PostgreSQL stores and a log line shows: no control characters, no halves of a surrogate pair. */
export const textOf = (maxLength: number, minLength = 0) => ({
  type: 'string',
  minLength,
  maxLength,
  pattern: '^[^\\p{Cc}\\p{Surrogate}]*$',
});
/** The words of a kernel or daemon: line breaks are allowed, what PostgreSQL cannot store is not. */
export const proseOf = (maxLength: number) => ({
  type: 'string',
  maxLength,
  pattern: '^[^\\u0000\\p{Surrogate}]*$',
});
export const TEXT = textOf(255);
export const NAME = textOf(255, 1);
export const UUID = { type: 'string', format: 'uuid' };
export const IP = { type: 'string', format: 'ip' };
/** ISO 8601 in UTC, from 1970 on. */
export const INSTANT = { type: 'string', format: 'instant' };

export const integerUpTo = (maximum: number) => ({ type: 'integer', minimum: 0, maximum });
export const listOf = (maxItems: number, items: object) => ({ type: 'array', maxItems, items });
/** At most so many entries, each under a name that can be stored. */
export const mapOf = (maxProperties: number, additionalProperties: object) => ({
  type: 'object',
  maxProperties,
  additionalProperties,
  propertyNames: NAME,
});
/** An object that may have more properties than are named: agents may be newer than services. */
export const objectOf = (required: readonly string[], properties: object) => ({ type: 'object', required, properties });
/** An object of these properties and no others. */
export const closedObjectOf = (required: readonly string[], properties: object) => ({
  ...objectOf(required, properties),
  additionalProperties: false,
});
