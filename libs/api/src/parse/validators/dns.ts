import { pythonText } from '@weft/contracts';
import type { Validator } from './validator';

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i;

/** A name of labels separated by dots, as RFC 1123 allows them; empty: none. */
function nameProblem(name: string, max: number): string | null {
  if (name.length > max) return `'${name}' exceeds the ${max} character FQDN limit`;
  const labels = name.replace(/\.$/, '').split('.');
  const wrong = labels.find((label) => !LABEL.test(label));
  if (wrong !== undefined) {
    const why =
      wrong === ''
        ? 'Encountered an empty component'
        : `Name '${wrong}' must be 1-63 characters long, each of which can only be alphanumeric or a hyphen`;
    return `'${name}' not a valid PQDN or FQDN. Reason: ${why}`;
  }
  const top = labels.length > 1 ? labels.at(-1)! : '';
  return /^\d+$/.test(top) ? `'${name}' not a valid PQDN or FQDN. Reason: TLD '${top}' must not be all numeric` : null;
}

const dnsName = (value: unknown, max: unknown): string | null =>
  typeof value === 'string'
    ? value === ''
      ? null
      : nameProblem(value, max as number)
    : `'${pythonText(value)}' is not a valid string`;

/** A host's name: one label or a whole domain name. */
export const dnsHostName: Validator = dnsName;

/** A whole domain name, with the dot at its end. */
export const dnsDomainName: Validator = (value, max) =>
  dnsName(value, max) ??
  (value === '' || (value as string).endsWith('.') ? null : `'${value as string}' is not a FQDN`);
