import { conflict, isUuidLike, pythonText } from '@weft/contracts';
import type { Validator } from './validator';

export const string: Validator = (value, max) => {
  if (typeof value !== 'string') return `'${pythonText(value)}' is not a valid string`;
  if (typeof max !== 'number' || value.length <= max) return null;
  // Lengths count characters, not UTF-16 units.
  return Array.from(value).length > max ? `'${value}' exceeds maximum length of ${max}` : null;
};

export const nameString: Validator = (value, max) => {
  const reason = string(value, max);
  if (reason !== null) return reason;
  return /^\s|\s$|[\p{Cc}\p{Zl}\p{Zp}]/u.test(value as string)
    ? `'${value as string}' has leading, trailing or non-printable white space`
    : null;
};

/** With at least one character that is no white space. */
export const notEmpty =
  (validator: Validator): Validator =>
  (value, parameter) =>
    validator(value, parameter) ??
    ((value as string).trim() === '' ? `'${value as string}' Blank strings are not permitted` : null);

/** On one line. */
export const oneLine: Validator = (value, max) =>
  string(value, max) ??
  (/[\r\n]/.test(value as string) ? `Multi-line string is not allowed: '${value as string}'` : null);

export const uuid: Validator = (value) => (isUuidLike(value) ? null : `'${pythonText(value)}' is not a valid UUID`);

export const uuidList: Validator = (value) => {
  if (!Array.isArray(value)) return `'${pythonText(value)}' is not a list`;
  for (const each of value) if (uuid(each, null) !== null) return uuid(each, null);
  const twice = value.find((each, i) => value.indexOf(each) !== i);
  return twice === undefined ? null : `Duplicate items in the list: '${value.map(pythonText).join(', ')}'`;
};

/**
 * The name of a security group: `default`, in any case, is kept for a project's own.
 *
 * @throws SecurityGroupDefaultAlreadyExists
 */
export const nameNotDefault: Validator = (value, max) => {
  const reason = string(value, max);
  if (reason !== null || (value as string).toLowerCase() !== 'default') return reason;
  throw conflict('SecurityGroupDefaultAlreadyExists', 'Default security group already exists.');
};
