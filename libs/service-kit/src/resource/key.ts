import type { KeyDefinition } from '@weft/contracts';

/** What objects are found by, as texts of a request and as values of a column. */
export interface Key {
  /** A text that is not accepted is the key of nothing. */
  readonly accepts: (text: string) => boolean;
  readonly canonical: (text: string) => string;
  /** Type of the column. */
  readonly sql: string;
}

/** Dashed, as every id of the API. */
export const isUuid = (text: string): boolean => UUID.test(text);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const KEYS: Readonly<Record<KeyDefinition['type'], Key>> = {
  uuid: { accepts: isUuid, canonical: (text) => text.toLowerCase(), sql: 'uuid' },
  text: { accepts: (text) => text !== '', canonical: (text) => text, sql: 'text' },
};
