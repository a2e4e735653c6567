import type { RequestContext } from '@weft/contracts';
import type { Tx } from './tx';

type Reader = Pick<Tx, 'query'>;

/** The object's JSON text before and after a write; undefined: nothing was changed, or it did not exist. */
export interface AuditSnapshot {
  before: string | undefined;
  after: string | undefined;
}

export interface SnapshotOptions {
  /** Reads the object as JSON text. */
  readonly read: (reader: Reader) => Promise<string | undefined>;
  readonly wantsAfter: boolean;
}

/**
 * Reads inside the transaction of a write, for the endpoint that replies to it: the write itself does not know. It travels in the
 * context of the request, and is not sent to other services.
 */
export class WriteObserver {
  readonly snapshot: AuditSnapshot = { before: undefined, after: undefined };

  constructor(
    private readonly reads: {
      readonly snapshot?: SnapshotOptions;
      /** Reads created objects back: right after the commit another request may have deleted them. */
      readonly created?: (reader: Reader, ids: readonly string[]) => Promise<void>;
    },
  ) {}

  /**
   * Takes the snapshot before the first statement that is no SELECT: what it changes is locked by then, so no other write comes between,
   * and a refused write costs nothing.
   */
  captureAround(query: Tx['query']): { readonly query: Tx['query']; done(): Promise<void> } {
    const options = this.reads.snapshot;
    if (!options) return { query, done: async () => undefined };
    let captured = false;
    return {
      query: async (statement, values) => {
        const text = typeof statement === 'string' ? statement : statement.text;
        if (!captured && !/^\s*SELECT\b/i.test(text)) {
          captured = true;
          this.snapshot.before = await options.read({ query });
        }
        return query(statement, values);
      },
      done: async () => {
        if (captured && options.wantsAfter) this.snapshot.after = await options.read({ query });
      },
    };
  }

  async readBack(reader: Reader, ids: readonly string[]): Promise<void> {
    await this.reads.created?.(reader, ids);
  }

  toJSON(): undefined {
    return undefined;
  }
}

/** The context of a write that is observed. */
export interface WriteContext extends RequestContext {
  readonly observer?: WriteObserver;
}
