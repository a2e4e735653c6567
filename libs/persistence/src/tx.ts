import type { QueryResultRow } from 'pg';
import type { EntityManager } from 'typeorm';
import type { Fact } from '@weft/contracts';

/** A statement which the server prepares once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

let statements = 0;
/** Declares a prepared statement; `label` only makes it recognisable in the server's views. */
export const statement = (label: string, text: string): Statement => ({ name: `${label}-${++statements}`, text });

/** An open transaction. Everything that is to leave the service is put into its outbox, never sent by hand. */
export interface Tx {
  query<Row extends QueryResultRow>(statement: Statement | string, values?: readonly unknown[]): Promise<Row[]>;
  /** For entities off the hot path. */
  readonly manager: EntityManager;
  /** Announces what happened, on `event.<service>.<resource>.<verb>`. */
  event(subject: string, payload: unknown): void;
  /** Publishes what must be true. The row which decides the generation must be locked by now: that orders facts of one key. */
  fact(key: string, fact: Fact): void;
  /**
   * A project has so many more (or fewer) of a resource under quota. Written by the transaction's last statement, so that the one row
   * for which all of a project's writes meet is locked for the time of the commit only; that statement refuses what is too much.
   *
   * @param asked how many of these may be refused; default: all. What merely follows from something else is counted all the same
   */
  count(resource: string, projectId: string, by: number, asked?: number): void;
}
