import { parseIp } from '@weft/net';
import { isUuid } from '../resource/key';

/** The formats of JSON Schema that the contracts use. */
export const JSON_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  uuid: isUuid,
  ip: (text) => parseIp(text) !== null,
  instant: isInstant,
};

/** `Date` takes the 30th of February for the 2nd of March, PostgreSQL for an error. */
function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text)) return false;
  const ms = Date.parse(text);
  return ms >= 0 && new Date(ms).toISOString().startsWith(text.slice(0, 19));
}
