import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { conflict, type RequestContext } from '@weft/contracts';
import { type NatsServer, type PostgresServer, startNats, startPostgres } from '@weft/lab';
import { connectMessaging, ensureStreams, Messaging } from '@weft/messaging';
import { startTelemetry } from '@weft/telemetry';
import { createDataSource, Database, kitTables, Leader, migrate, OutboxRelay, RetryTransaction } from '../src';

class Tables0001 implements MigrationInterface {
  name = 'Tables0001700000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(kitTables);
    await runner.query('CREATE TABLE thing (id uuid PRIMARY KEY, name text UNIQUE)');
  }
  async down(): Promise<void> {}
}

let dir: string;
let postgres: PostgresServer;
let nats: NatsServer;
let messaging: Messaging;
const opened: Database[] = [];

const open = async (): Promise<Database> => {
  const dataSource = await createDataSource({ url: postgres.url, schema: 'test', migrations: [Tables0001] });
  await migrate(dataSource, 'test');
  const database = new Database(dataSource);
  opened.push(database);
  return database;
};

const context = (key = randomUUID()): RequestContext => ({
  requestId: `req-${key}`,
  idempotencyKey: key,
  userId: 'u',
  projectId: 'p',
  roles: [],
});

beforeAll(async () => {
  await startTelemetry('persistence-test', '0');
  dir = mkdtempSync(join(tmpdir(), 'weft-persistence-'));
  postgres = await startPostgres({ dir: join(dir, 'pg') });
  nats = await startNats({ dir: join(dir, 'nats') });
  messaging = new Messaging(await connectMessaging({ url: nats.url, name: 'test' }));
  await ensureStreams(messaging.connection);
});
afterAll(async () => {
  await Promise.all(opened.map(({ dataSource }) => dataSource.destroy()));
  await messaging.close();
  await nats.stop();
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe(migrate.name, () => {
  it('runs once however many replicas start at once', async () => {
    await Promise.all(Array.from({ length: 4 }, open));
    const [row] = await opened[0]!.query<{ count: number }>('SELECT count(*) FROM migration');
    expect(row!.count).toBe(1);
  });
});

describe(Database.name, () => {
  const insert = (database: Database, ctx: RequestContext, name: string) =>
    database.write(
      ctx,
      'create_thing',
      async (tx) => {
        const id = randomUUID();
        try {
          await tx.query('INSERT INTO thing (id, name) VALUES ($1, $2)', [id, name]);
        } catch {
          throw conflict('ThingExists', name);
        }
        return { ids: [id], value: id };
      },
      async ([id]) => id!,
    );

  it('does a write once per key, also when it is asked for twice at the same time', async () => {
    const [a, b] = opened as [Database, Database];
    const ctx = context();
    const ids = await Promise.all([insert(a, ctx, 'one'), insert(b, ctx, 'one'), insert(a, ctx, 'one')]);
    expect(new Set(ids).size).toBe(1);
  });

  it('refuses a key that was used for another operation', async () => {
    const ctx = context();
    await insert(opened[0]!, ctx, 'two');
    const other = opened[0]!.write(
      ctx,
      'delete_thing',
      async () => ({ ids: [], value: null }),
      async () => null,
    );
    await expect(other).rejects.toMatchObject({ status: 400 });
  });

  it('keeps a refusal a refusal', async () => {
    await insert(opened[0]!, context(), 'three');
    await expect(insert(opened[0]!, context(), 'three')).rejects.toMatchObject({ type: 'ThingExists' });
  });

  it('does all of a transaction again when its work asks for it', async () => {
    let attempts = 0;
    await opened[0]!.transaction(async (tx) => {
      await tx.query('INSERT INTO thing (id, name) VALUES ($1, $2)', [randomUUID(), 'retried']);
      if (++attempts < 3) throw new RetryTransaction('again');
    });
    expect(attempts).toBe(3);
    expect(await opened[0]!.query('SELECT 1 FROM thing WHERE name = $1', ['retried'])).toHaveLength(1);
  });

  it('leaves nothing of a transaction that fails, neither rows nor messages', async () => {
    const failing = opened[0]!.transaction(async (tx) => {
      await tx.query('INSERT INTO thing (id, name) VALUES ($1, $2)', [randomUUID(), 'gone']);
      tx.event('event.test.thing.created', {});
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await opened[0]!.query('SELECT 1 FROM thing WHERE name = $1', ['gone'])).toHaveLength(0);
    expect(await opened[0]!.query('SELECT 1 FROM outbox')).toHaveLength(0);
  });
});

describe(OutboxRelay.name, () => {
  it('publishes in the order of commits, once each, while leadership passes on', async () => {
    const heard: number[] = [];
    messaging.listen('event.test.>', (message) => void heard.push(message.json<{ n: number }>().n));
    const leaders = [0, 1].map(
      (i) => new Leader(postgres.url, 'relay-test', [new OutboxRelay(opened[i]!, messaging, 'test')]),
    );
    for (const leader of leaders) leader.start();
    for (let n = 0; n < 300; n++) {
      await opened[n % 2]!.transaction(async (tx) => tx.event('event.test.thing.changed', { n }));
      if (n === 150) await leaders.find(({ isLeader }) => isLeader)?.stop();
    }
    for (let i = 0; i < 300 && new Set(heard).size < 300; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard.filter((n, i) => heard.indexOf(n) === i)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    const stored = await (
      await messaging.connection.jetstreamManager()
    ).streams.info('EVENTS', { subjects_filter: 'event.test.>' });
    expect(stored.state.messages).toBe(300);
    await Promise.all(leaders.map((leader) => leader.stop()));
  });
});
