import { parseIp } from '@weft/net';
import { isUuid } from '../resource/key';

/** Formats that JSON Schema leaves to us. */
export const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  uuid: isUuid,
  ip: (text) => parseIp(text) !== null,
  instant: isInstant,
};

/** Text that PostgreSQL keeps and a log line shows: no control characters, no halves of a surrogate pair. */
export const textOf = (maxLength: number, minLength = 0) => ({
  type: 'string',
  ...{ minLength, maxLength },
  pattern: '^[^\\p{Cc}\\p{Surrogate}]*$',
});
export const TEXT = textOf(255);
export const UUID = { type: 'string', format: 'uuid' };
export const IP = { type: 'string', format: 'ip' };
/** ISO 8601 in UTC, from 1970 on. */
export const INSTANT = { type: 'string', format: 'instant' };

/** `Date` takes the 30th of February for the 2nd of March, PostgreSQL for an error. */
function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text)) return false;
  const ms = Date.parse(text);
  return ms >= 0 && new Date(ms).toISOString().startsWith(text.slice(0, 19));
}
