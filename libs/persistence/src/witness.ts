import type { Tx } from './database';

/** Reads the object as JSON text. */
export type Read = (reader: Pick<Tx, 'query'>) => Promise<string | undefined>;

/** Reads new objects. */
export type ReadMade = (reader: Pick<Tx, 'query'>, ids: readonly string[]) => Promise<void>;

/** What somebody has seen of an object in the transaction that changed it; undefined: nothing was changed, or it was not there. */
export interface Witness {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A {@link Witness} that waits for its transaction. */
export interface Waiting {
  before: string | undefined;
  after: string | undefined;
  readonly read: Read;
  readonly wantsAfter: boolean;
}

/** Runs statements, and has the witness look before the first one that may change something, and again when all is done. */
export function witnessed(query: Tx['query'], witness: Waiting): { query: Tx['query']; done(): Promise<void> } {
  let looked = false;
  return {
    query: async (statement, values) => {
      const text = typeof statement === 'string' ? statement : statement.text;
      if (!looked && !/^\s*SELECT\b/i.test(text)) {
        looked = true;
        witness.before = await witness.read({ query });
      }
      return query(statement, values);
    },
    done: async () => {
      if (looked && witness.wantsAfter) witness.after = await witness.read({ query });
    },
  };
}
