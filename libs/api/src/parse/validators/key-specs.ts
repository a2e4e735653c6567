import { type Json, pythonText } from '@weft/contracts';
import { toInteger } from '../integer';
import { isObject, type Validator } from './validator';

/** What a key's value must be: validators by name, whether it must be there, and a converter that makes it comparable. */
type KeySpec = Readonly<Record<string, unknown>> & { readonly required?: boolean; readonly convert_to?: string };
type KeySpecs = Readonly<Record<string, KeySpec>>;

/** Dictionaries, each of which fits one of several specifications of keys, e.g. `extra_dhcp_opts`. */
export const listOfAnyKeySpecs =
  (validators: Readonly<Record<string, Validator>>): Validator =>
  (value, parameter) => {
    if (!Array.isArray(value)) return `'${pythonText(value)}' is not a list`;
    for (const each of value) {
      if (!isObject(each)) return `'${pythonText(each)}' is not a dictionary`;
      const reasons = (parameter as readonly KeySpecs[]).map((specs) => misfit(each, specs, validators));
      if (!reasons.includes(null)) return `No valid key specs matched: ${reasons.at(-1)!}`;
    }
    return null;
  };

function misfit(
  given: { readonly [key: string]: Json },
  specs: KeySpecs,
  validators: Readonly<Record<string, Validator>>,
): string | null {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(specs, key));
  if (unknown !== undefined) return `Unexpected keys supplied: ${unknown}`;
  for (const [key, { required, convert_to: convert, ...rules }] of Object.entries(specs)) {
    if (!Object.hasOwn(given, key)) {
      if (required === true) return `Required key '${key}' is missing`;
      continue;
    }
    const value = convert === 'fn:convert_to_int' ? toInteger(given[key]!) : given[key]!;
    for (const [type, parameter] of Object.entries(rules)) {
      const reason = validators[type]!(value, parameter);
      if (reason !== null) return reason;
    }
  }
  return null;
}
