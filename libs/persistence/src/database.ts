import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient, QueryResultRow } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { badRequest, type Fact, type RequestContext, serviceUnavailable } from '@weft/contracts';
import { FACT_SUBJECT } from '@weft/messaging';
import { currentTraceparent, span } from '@weft/telemetry';
import { isConnectionError, isSerializationConflict } from './pg-errors';

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
}

/** What a write did: the ids to remember it by, and its answer. */
export interface WriteOutcome<T> {
  readonly ids: readonly string[];
  readonly value: T;
}

interface Outgoing {
  readonly subject: string;
  readonly payload: string;
}

/** How long a write waits for a database that restarts. */
const PATIENCE_MS = 8_000;

const insertOutbox = statement(
  'outbox',
  `INSERT INTO outbox (subject, payload, trace)
   SELECT subject, payload, $3 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS o (subject, payload, n) ORDER BY n`,
);
const insertOutboxAndKey = statement(
  'outbox-key',
  `WITH sent AS (
     INSERT INTO outbox (subject, payload, trace)
     SELECT subject, payload, $3 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS o (subject, payload, n) ORDER BY n)
   INSERT INTO finished_write (project, key, operation, ids) VALUES ($4, $5, $6, $7)`,
);
const selectKey = statement('key', `SELECT operation, ids FROM finished_write WHERE project = $1 AND key = $2`);

/** The service's database: transactions open here and nowhere else. */
export class Database {
  private readonly committed: (() => void)[] = [];

  constructor(readonly dataSource: DataSource) {}

  /** Calls back after each commit that left something in the outbox. */
  onOutbox(callback: () => void): void {
    this.committed.push(callback);
  }

  /** One statement outside a transaction. Waits for a database that restarts. */
  async query<Row extends QueryResultRow>(
    statement: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return this.patiently(() => this.withClient((client) => run<Row>(client, statement, values)));
  }

  /** Runs `work` in a transaction, again if the database asks for it: it must have no effect but through `tx`. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.patiently(() => this.attempt(work, undefined));
  }

  /**
   * Runs a client's write once per idempotency key: a request that comes again, because its reply was lost or the client asks
   * again, gets `replay` of what the first one did.
   */
  async write<T>(
    ctx: RequestContext,
    operation: string,
    work: (tx: Tx) => Promise<WriteOutcome<T>>,
    replay: (ids: readonly string[]) => Promise<T>,
  ): Promise<T> {
    const key = ctx.idempotencyKey
      ? { project: ctx.projectId ?? `user ${ctx.userId}`, key: ctx.idempotencyKey, operation }
      : undefined;
    return this.patiently(async () => {
      try {
        return await this.attempt(async (tx) => work(tx), key);
      } catch (error) {
        if (!key || isConnectionError(error) || isSerializationConflict(error)) throw error;
        // Refused, perhaps because the same request has already done it: its own address is taken, its object is gone.
        const [done] = await this.query<{ operation: string; ids: string[] }>(selectKey, [key.project, key.key]);
        if (!done) throw error;
        if (done.operation !== operation) throw badRequest('idempotency', 'the key was used for another operation');
        return { ids: done.ids, value: await replay(done.ids) };
      }
    }).then(({ value }) => value);
  }

  /** {@link write} of several new things, all or none. @param one makes one and answers its id */
  writeEach<Item>(
    ctx: RequestContext,
    operation: string,
    items: readonly Item[],
    one: (tx: Tx, item: Item, index: number) => Promise<string>,
    finish: (tx: Tx) => Promise<void> = async () => undefined,
  ): Promise<readonly string[]> {
    const work = async (tx: Tx) => {
      const ids: string[] = [];
      for (const [index, item] of items.entries()) ids.push(await one(tx, item, index));
      await finish(tx);
      return { ids, value: ids };
    };
    return this.write<readonly string[]>(ctx, operation, work, async (ids) => ids);
  }

  /** {@link write} that changes or deletes one thing and answers nothing. A key that was used on another thing is refused. */
  writeOne(ctx: RequestContext, operation: string, id: string, work: (tx: Tx) => Promise<void>): Promise<void> {
    const change = async (tx: Tx) => {
      await work(tx);
      return { ids: [id], value: undefined };
    };
    return this.write<void>(ctx, `${operation} ${id}`, change, async () => undefined);
  }

  private async attempt<T>(
    work: (tx: Tx) => Promise<T>,
    key: { project: string; key: string; operation: string } | undefined,
  ): Promise<T> {
    return span('transaction', { attributes: { 'db.system.name': 'postgresql' } }, () =>
      this.withRunner(async (runner, client) => {
        const outgoing: Outgoing[] = [];
        await runner.startTransaction();
        try {
          const result = await work({
            query: (text, values = []) => run(client, text, values),
            manager: runner.manager,
            event: (subject, payload) => void outgoing.push({ subject, payload: JSON.stringify(payload) }),
            fact: (factKey, fact) => {
              const trace = fact.trace ?? currentTraceparent();
              outgoing.push({
                subject: FACT_SUBJECT(factKey),
                payload: JSON.stringify({ ...fact, ...(trace && { trace }) }),
              });
            },
          });
          await flush(client, outgoing, key && { ...key, ids: (result as WriteOutcome<unknown>).ids });
          await runner.commitTransaction();
          if (outgoing.length > 0) for (const callback of this.committed) callback();
          return result;
        } catch (error) {
          // A broken connection has rolled back by itself.
          if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    const until = Date.now() + PATIENCE_MS;
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const away = isConnectionError(error);
        if (!away && !(isSerializationConflict(error) && attempt < 5)) throw error;
        if (Date.now() > until) throw serviceUnavailable('The database does not answer.', error);
        await sleep(away ? 100 : Math.random() * 20 * (attempt + 1));
      }
    }
  }

  private withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.withRunner((_, client) => work(client));
  }

  private async withRunner<T>(work: (runner: QueryRunner, client: PoolClient) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await work(runner, (await runner.connect()) as PoolClient);
    } finally {
      await runner.release();
    }
  }
}

async function run<Row extends QueryResultRow>(
  client: PoolClient,
  statement: Statement | string,
  values: readonly unknown[],
): Promise<Row[]> {
  const query = typeof statement === 'string' ? { text: statement } : statement;
  const result = await client.query<Row>({ ...query, values: [...values] });
  return result.rows;
}

async function flush(
  client: PoolClient,
  outgoing: readonly Outgoing[],
  done: { project: string; key: string; operation: string; ids: readonly string[] } | undefined,
): Promise<void> {
  if (outgoing.length === 0 && !done) return;
  const sent = [
    outgoing.map(({ subject }) => subject),
    outgoing.map(({ payload }) => payload),
    currentTraceparent() ?? null,
  ];
  if (done) await run(client, insertOutboxAndKey, [...sent, done.project, done.key, done.operation, done.ids]);
  else await run(client, insertOutbox, sent);
}
