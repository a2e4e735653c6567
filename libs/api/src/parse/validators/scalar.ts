import { type Json, pythonText } from '@weft/contracts';
import { toInteger } from '../integer';
import { string } from './text';
import { isObject, type Validator } from './validator';

export const values: Validator = (value, allowed) =>
  (allowed as readonly Json[]).includes(value) ? null : `${pythonText(value)} is not in valid_values`;

export const nonNegative: Validator = (value) => {
  const integer = toInteger(value);
  if (integer === null) return `'${pythonText(value)}' is not an integer`;
  return integer < 0 ? `'${pythonText(value)}' should be non-negative` : null;
};

export const boolean: Validator = (value) =>
  typeof value === 'boolean' ? null : `'${pythonText(value)}' is not a valid boolean value`;

/** Inclusive bounds; null: none on that side. */
export const range: Validator = (value, bounds) => {
  const [least, most] = bounds as readonly [number | null, number | null];
  const integer = toInteger(value);
  if (integer === null) return `'${pythonText(value)}' is not an integer`;
  if (least !== null && integer < least) return `'${integer}' is too small - must be at least '${least}'`;
  return most !== null && integer > most ? `'${integer}' is too large - must be no larger than '${most}'` : null;
};

export const dict: Validator = (value) => (isObject(value) ? null : `'${pythonText(value)}' is not a dictionary`);

export const uniqueStrings: Validator = (value, max) => {
  if (!Array.isArray(value)) return `'${pythonText(value)}' is not a list`;
  const duplicates = new Set(value.filter((each, i) => value.indexOf(each) !== i));
  if (duplicates.size > 0) return `Duplicate items in the list: '${Array.from(duplicates, pythonText).join(', ')}'`;
  for (const each of value) {
    const reason = string(each, max);
    if (reason !== null) return reason;
  }
  return null;
};
