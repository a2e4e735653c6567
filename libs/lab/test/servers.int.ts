import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { connect } from 'nats';
import { portIsFree, processInfo, startNats, startPostgres } from '../src';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weft-servers-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const query = async (url: string, sql: string) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, string>>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe(startPostgres.name, () => {
  it('serves a durable database to whoever has the password, and to nobody else', async () => {
    const server = await startPostgres({ dir });
    try {
      expect(await query(server.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
      const stranger = new URL(server.url);
      stranger.password = 'guess';
      await expect(query(stranger.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    } finally {
      await server.stop();
    }
    expect(await portIsFree(server.port)).toBe(true);
  });

  it('recovers what was committed before kill -9, on the same port', async () => {
    const first = await startPostgres({ dir });
    await query(first.url, 'create table kept as select 42 as answer');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await startPostgres({ dir, port: first.port });
    try {
      expect(await query(second.url, 'select answer::text from kept')).toEqual([{ answer: '42' }]);
    } finally {
      await second.stop();
    }
  });

  it('ends a server that was left running on the same directory', async () => {
    const left = await startPostgres({ dir });
    const next = await startPostgres({ dir });
    try {
      expect(processInfo(left.pid)).toBeNull();
      expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await next.stop();
    }
  });
});

describe(startNats.name, () => {
  it('keeps JetStream on disk over a restart', async () => {
    const first = await startNats({ dir });
    const before = await connect({ servers: first.url });
    const manager = await before.jetstreamManager();
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    await before.jetstream().publish('kept', 'once');
    await before.close();
    await first.stop();
    const second = await startNats({ dir, port: first.port });
    const after = await connect({ servers: second.url });
    try {
      expect((await (await after.jetstreamManager()).streams.info('KEPT')).state.messages).toBe(1);
    } finally {
      await after.close();
      await second.stop();
    }
  });

  it('says why it does not start', async () => {
    const first = await startNats({ dir });
    try {
      await expect(startNats({ dir: join(dir, 'other'), port: first.port })).rejects.toThrow(/already in use/);
    } finally {
      await first.stop();
    }
  });
});
