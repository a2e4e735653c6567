import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorCode, headers as natsHeaders, type JetStreamClient, NatsError } from 'nats';
import type { ObservableResult } from '@opentelemetry/api';
import type { Messaging } from '@weft/messaging';
import { instruments, logger } from '@weft/telemetry';
import type { Database } from './database';
import { statement } from './tx';
import { isConnectionError } from './pg-errors';
import type { LeaderWork } from './leader';

const log = logger('outbox');

const BATCH = 500;
/** The slow sweep: finds what a kick did not announce. */
const SWEEP_MS = 1_000;

interface Row {
  id: number;
  subject: string;
  payload: string;
  trace: string | null;
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof NatsError && error.code === (ErrorCode.MaxPayloadExceeded as string);

const columns = 'id, subject, payload, trace';
const firstBatch = statement('relay-read', `SELECT ${columns} FROM outbox ORDER BY id LIMIT ${BATCH}`);
/** Forgets a batch and reads the next one; the statement sees what it deletes. */
const nextBatch = statement(
  'relay-next',
  `WITH done AS (DELETE FROM outbox WHERE id = ANY($1::bigint[]))
   SELECT ${columns} FROM outbox WHERE id <> ALL($1::bigint[]) ORDER BY id LIMIT ${BATCH}`,
);

/**
 * Publishes what transactions left in the outbox, in order, and forgets it once JetStream has it. One relay is active per service
 * (it is leader's work): that keeps the facts of one key in the order of their commits. At least once; doubles are dropped by
 * message id. Any replica's commit kicks the active relay, so a fact leaves within a millisecond or two.
 */
export class OutboxRelay implements LeaderWork {
  private readonly jetstream: JetStreamClient;
  private readonly kickSubject: string;
  private active = false;
  private loop: Promise<void> | undefined;
  private wake: (() => void) | undefined;
  private kicked = false;

  constructor(
    private readonly database: Database,
    messaging: Messaging,
    private readonly schema: string,
  ) {
    this.jetstream = messaging.connection.jetstream();
    this.kickSubject = `outbox.${schema}.kick`;
    messaging.listen(this.kickSubject, () => this.kick());
    database.onOutbox(() => (this.active ? this.kick() : messaging.publish(this.kickSubject, '')));
  }

  start(): void {
    this.active = true;
    instruments().outboxDepth.addCallback(this.observeDepth);
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.active = false;
    instruments().outboxDepth.removeCallback(this.observeDepth);
    this.kick();
    await this.loop;
  }

  private readonly observeDepth = async (result: ObservableResult): Promise<void> => {
    const [row] = await this.database.query<{ depth: number }>('SELECT count(*) AS depth FROM outbox');
    result.observe(row!.depth, { schema: this.schema });
  };

  private kick(): void {
    this.kicked = true;
    this.wake?.();
  }

  private async run(): Promise<void> {
    while (this.active) {
      this.kicked = false;
      try {
        await this.relayAll();
        if (!this.kicked) await this.pause(SWEEP_MS);
      } catch (error) {
        log.warn({ err: error }, isConnectionError(error) ? 'the database is away' : 'the broker is away');
        await sleep(200);
      }
    }
  }

  private async relayAll(): Promise<void> {
    let rows = await this.database.query<Row>(firstBatch);
    while (rows.length > 0 && this.active) {
      await Promise.all(rows.map((row) => this.publish(row)));
      instruments().outboxPublished.add(rows.length, { schema: this.schema });
      rows = await this.database.query<Row>(nextBatch, [rows.map(({ id }) => id)]);
    }
  }

  private async publish(row: Row): Promise<void> {
    const headers = natsHeaders();
    if (row.trace) headers.set('traceparent', row.trace);
    try {
      await this.jetstream.publish(row.subject, row.payload, {
        msgID: `${this.schema}-${row.id}`,
        headers,
        timeout: 1_000,
      });
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      // It never will pass: all that wait behind it must not wait for ever.
      log.error({ subject: row.subject, bytes: Buffer.byteLength(row.payload) }, 'too large for the broker, left out');
    }
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
