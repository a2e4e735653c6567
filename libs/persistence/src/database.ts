import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient, QueryResultRow } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { ApiError, badRequest, type QuotaLimits, serviceUnavailable } from '@weft/contracts';
import { FACT_SUBJECT } from '@weft/messaging';
import { currentTraceparent, span } from '@weft/telemetry';
import { isConnectionError, isSerializationConflict } from './pg-errors';
import { type Statement, statement, type Tx } from './tx';
import type { WriteContext, WriteObserver } from './write-observer';
import { countUsage, USAGE_AFTER, USAGE_WOULD_BE, UsageChanges, type UsageRow } from './quota-usage';

/** An item that is created for a project. */
interface Owned {
  readonly project_id?: unknown;
}

/** What {@link Database.writeEach} does around its items. */
export interface AroundItems {
  /** The quota that they fall under. A request that would exceed it is refused for that, whatever else is wrong with it. */
  readonly quota?: string;
  readonly finish?: (tx: Tx) => Promise<void>;
}

/** The key under which a write is remembered. */
interface WriteKey {
  readonly project: string;
  readonly key: string;
  readonly operation: string;
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
const DB_RETRY_TIMEOUT_MS = 8_000;

const outbox = `INSERT INTO outbox (subject, payload, trace)
  SELECT subject, payload, $3 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS o (subject, payload, n) ORDER BY n`;
const rememberKey = 'INSERT INTO finished_write (project, key, operation, ids) VALUES ($4, $5, $6, $7)';
const insertOutbox = statement('outbox', outbox);
const insertOutboxAndKey = statement('outbox-key', `WITH sent AS (${outbox}) ${rememberKey}`);
const insertOutboxAndUsage = statement('outbox-usage', `WITH sent AS (${outbox}), ${countUsage(4)} ${USAGE_AFTER}`);
const insertAll = statement(
  'outbox-key-usage',
  `WITH sent AS (${outbox}), done AS (${rememberKey}), ${countUsage(8)} ${USAGE_AFTER}`,
);
const usageWouldBe = statement('usage-would-be', USAGE_WOULD_BE);
const selectKey = statement('key', `SELECT operation, ids FROM finished_write WHERE project = $1 AND key = $2`);

/** The service's database: transactions open here and nowhere else. */
export class Database {
  private readonly committed: (() => void)[] = [];

  constructor(
    readonly dataSource: DataSource,
    /** The limits of projects of which nothing else was said, of all resources under quota that this service owns. */
    readonly quotaDefaults: QuotaLimits = {},
  ) {}

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

  /**
   * Runs `work` in a transaction, again if the database asks for it: it must have no effect but through `tx`.
   * @param ctx of the write that it is, if one: it may be observed
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, ctx?: WriteContext): Promise<T> {
    return this.patiently(() => this.attempt(work, undefined, ctx?.observer));
  }

  /**
   * Runs a client's write once per idempotency key: a request that comes again, because its reply was lost or the client asks
   * again, gets `replay` of what the first one did.
   */
  async write<T>(
    ctx: WriteContext,
    operation: string,
    work: (tx: Tx) => Promise<WriteOutcome<T>>,
    replay: (ids: readonly string[]) => Promise<T>,
  ): Promise<T> {
    const key = ctx.idempotencyKey
      ? { project: ctx.projectId ?? `user ${ctx.userId}`, key: ctx.idempotencyKey, operation }
      : undefined;
    const observed = async (tx: Tx) => {
      const outcome = await work(tx);
      await ctx.observer?.readBack(tx, outcome.ids);
      return outcome;
    };
    return this.patiently(async () => {
      try {
        return await this.attempt(observed, key, ctx.observer);
      } catch (error) {
        if (!key || isConnectionError(error) || isSerializationConflict(error)) throw error;
        // Refused, perhaps because the same request has already done it: its address is taken by itself, its object is deleted.
        const [done] = await this.query<{ operation: string; ids: string[] }>(selectKey, [key.project, key.key]);
        if (!done) throw error;
        if (done.operation !== operation) throw badRequest('idempotency', 'the key was used for another operation');
        return { ids: done.ids, value: await replay(done.ids) };
      }
    }).then(({ value }) => value);
  }

  /** {@link writeAll}, one after the other. @param one makes one and answers its id */
  writeEach<Item extends Owned>(
    ctx: WriteContext,
    operation: string,
    items: readonly Item[],
    one: (tx: Tx, item: Item, index: number) => Promise<string>,
    { quota, finish }: AroundItems = {},
  ): Promise<readonly string[]> {
    const all = async (tx: Tx) => {
      const ids: string[] = [];
      for (const [index, item] of items.entries()) ids.push(await one(tx, item, index));
      await finish?.(tx);
      return ids;
    };
    return this.writeAll(ctx, operation, items, all, quota);
  }

  /**
   * {@link write} of several new things, all or none.
   * @param all makes them and answers their ids, in order
   * @param quota name of the quota that they are under, if one
   */
  async writeAll<Item extends Owned>(
    ctx: WriteContext,
    operation: string,
    items: readonly Item[],
    all: (tx: Tx) => Promise<readonly string[]>,
    quota?: string,
  ): Promise<readonly string[]> {
    const work = async (tx: Tx) => {
      // A bulk does much in vain, a single item hardly anything: it is not worth one more question of each request.
      if (quota !== undefined && items.length > 1) await this.requireRoom(tx, quota, items);
      const ids = await all(tx);
      return { ids, value: ids };
    };
    try {
      return await this.write<readonly string[]>(ctx, operation, work, async (ids) => ids);
    } catch (error) {
      // Whatever else is wrong with it: too much comes first.
      if (quota !== undefined && error instanceof ApiError && error.status < 500) {
        await this.requireRoom(this, quota, items);
      }
      throw error;
    }
  }

  /** {@link write} that changes or deletes one thing and answers nothing. A key that was used on another thing is refused. */
  writeOne(ctx: WriteContext, operation: string, id: string, work: (tx: Tx) => Promise<void>): Promise<void> {
    const change = async (tx: Tx) => {
      await work(tx);
      return { ids: [id], value: undefined };
    };
    return this.write<void>(ctx, `${operation} ${id}`, change, async () => undefined);
  }

  /** Refuses what would be too much as things are. Locks nothing, hence proves nothing: that is the last statement's. */
  private async requireRoom(reader: Pick<Tx, 'query'>, quota: string, items: readonly Owned[]): Promise<void> {
    const requested = new UsageChanges(this.quotaDefaults);
    for (const { project_id } of items) requested.add(quota, project_id as string, 1);
    requested.judge(await reader.query<Row<UsageRow>>(usageWouldBe, requested.parameters));
  }

  private async attempt<T>(
    work: (tx: Tx) => Promise<T>,
    key: WriteKey | undefined,
    observer?: WriteObserver,
  ): Promise<T> {
    return span('transaction', { attributes: { 'db.system.name': 'postgresql' } }, () =>
      this.withRunner(async (runner, client) => {
        const outgoing: Outgoing[] = [];
        const usage = new UsageChanges(this.quotaDefaults);
        await runner.startTransaction();
        try {
          const query: Tx['query'] = (text, values = []) => run(client, text, values);
          const observed = observer?.captureAround(query);
          const result = await work({
            query: observed?.query ?? query,
            manager: runner.manager,
            event: (subject, payload) => void outgoing.push({ subject, payload: JSON.stringify(payload) }),
            fact: (factKey, fact) => {
              const trace = fact.trace ?? currentTraceparent();
              outgoing.push({
                subject: FACT_SUBJECT(factKey),
                payload: JSON.stringify({ ...fact, ...(trace && { trace }) }),
              });
            },
            count: (resource, projectId, by, asked) => usage.add(resource, projectId, by, asked),
          });
          await observed?.done();
          await flush(client, outgoing, usage, key && { ...key, ids: (result as WriteOutcome<unknown>).ids });
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
    const until = Date.now() + DB_RETRY_TIMEOUT_MS;
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

/** An interface as the driver wants its rows: with an index signature. */
type Row<T> = T & QueryResultRow;

async function run<R extends QueryResultRow>(
  client: PoolClient,
  statement: Statement | string,
  values: readonly unknown[],
): Promise<R[]> {
  const query = typeof statement === 'string' ? { text: statement } : statement;
  const result = await client.query<R>({ ...query, values: [...values] });
  return result.rows;
}

/** The last statement of a transaction: everything that other transactions wait for or that is published, in one go. @throws OverQuota */
async function flush(
  client: PoolClient,
  outgoing: readonly Outgoing[],
  usage: UsageChanges,
  done: (WriteKey & { readonly ids: readonly string[] }) | undefined,
): Promise<void> {
  const counts = !usage.isEmpty;
  if (outgoing.length === 0 && !done && !counts) return;
  const values = [
    outgoing.map(({ subject }) => subject),
    outgoing.map(({ payload }) => payload),
    currentTraceparent() ?? null,
    ...(done ? [done.project, done.key, done.operation, done.ids] : []),
    ...(counts ? usage.parameters : []),
  ];
  if (counts) usage.judge(await run<Row<UsageRow>>(client, done ? insertAll : insertOutboxAndUsage, values));
  else await run(client, done ? insertOutboxAndKey : insertOutbox, values);
}
