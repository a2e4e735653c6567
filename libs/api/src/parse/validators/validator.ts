import type { Json } from '@weft/contracts';

/** Says why a value is not acceptable, in the words of the API and without a full stop; null: it is. */
export type Validator = (value: Json, parameter: unknown) => string | null;

export type JsonObject = { [key: string]: Json };
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const orNone =
  (validator: Validator): Validator =>
  (value, parameter) =>
    value === null ? null : validator(value, parameter);
