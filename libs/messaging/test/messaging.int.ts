import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, conflict } from '@weft/contracts';
import { type NatsServer, startNats } from '@weft/lab';
import { currentTraceparent, span, startTelemetry } from '@weft/telemetry';
import { connectMessaging, FactBucket, Messaging } from '../src';

let dir: string;
let nats: NatsServer;
let client: Messaging;
let server: Messaging;

beforeAll(async () => {
  await startTelemetry('messaging-test', '0');
  dir = mkdtempSync(join(tmpdir(), 'weft-messaging-'));
  nats = await startNats({ dir });
  client = new Messaging(await connectMessaging({ url: nats.url, name: 'client' }));
  server = new Messaging(await connectMessaging({ url: nats.url, name: 'server' }));
});
afterAll(async () => {
  await Promise.all([client.close(), server.close()]);
  await nats.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe(Messaging.name, () => {
  it('answers with JSON, or with bytes as they are', async () => {
    server.respond('t.json', 'q', async (message) => ({ got: message.json() }));
    server.respond('t.raw', 'q', async () => Buffer.from('not json'));
    expect(await client.request('t.json', { a: 1 })).toEqual({ got: { a: 1 } });
    expect(Buffer.from(await client.requestRaw('t.raw', {})).toString()).toBe('not json');
  });

  it('carries an expected failure with its class, status and words', async () => {
    server.respond('t.conflict', 'q', async () => {
      throw conflict('NetworkInUse', 'in use');
    });
    await expect(client.request('t.conflict', {})).rejects.toMatchObject({
      type: 'NetworkInUse',
      status: 409,
      message: 'in use',
    });
  });

  it('never lets a defect out: the client reads the one sentence for it', async () => {
    server.respond('t.defect', 'q', async () => {
      throw new TypeError('secret detail');
    });
    const failure = await client.request('t.defect', {}).catch((error: unknown) => error as ApiError);
    expect(failure).toMatchObject({ type: 'HTTPInternalServerError', status: 500 });
    expect((failure as ApiError).message).not.toContain('secret');
  });

  it('waits for a service that is just starting', async () => {
    const asked = client.request('t.late', {});
    setTimeout(() => server.respond('t.late', 'q', async () => 'here'), 300);
    expect(await asked).toBe('here');
  });

  it('gives up at the deadline with 503', async () => {
    await expect(client.request('t.nobody', {}, { deadlineMs: 200 })).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      status: 503,
    });
  });

  it('waits for long work without sending it twice', async () => {
    let done = 0;
    server.respond('t.long', 'q', async () => {
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      return ++done;
    });
    expect(await client.request('t.long', {})).toBe(1);
    expect(done).toBe(1);
  });

  it('takes a request to another replica when the first one fell silent', async () => {
    const lost = new Messaging(await connectMessaging({ url: nats.url, name: 'lost' }));
    lost.connection.subscribe('t.lost', { queue: 'q', max: 1, callback: () => undefined });
    await lost.connection.flush();
    const asked = client.request('t.lost', {});
    setTimeout(() => server.respond('t.lost', 'q', async () => 'from another'), 500);
    expect(await asked).toBe('from another');
    await lost.close();
  });

  it('says at once what cannot be sent at all', async () => {
    await expect(client.request('t.json', 'x'.repeat(2_000_000))).rejects.toMatchObject({
      code: 'MAX_PAYLOAD_EXCEEDED',
    });
  });

  it('hands each request to one replica of a queue group', async () => {
    const served: string[] = [];
    for (const name of ['a', 'b']) server.respond('t.queue', 'q', async () => served.push(name));
    for (let i = 0; i < 40; i++) await client.request('t.queue', {});
    expect(served).toHaveLength(40);
    expect(new Set(served)).toEqual(new Set(['a', 'b']));
  });

  it('continues the trace on the other side', async () => {
    server.respond('t.trace', 'q', async () => currentTraceparent());
    const [mine, theirs] = await span('test', {}, async () => [
      currentTraceparent()!,
      await client.request<string>('t.trace', {}),
    ]);
    expect(theirs.split('-')[1]).toBe(mine.split('-')[1]);
  });

  it('finishes requests under way before it stops', async () => {
    const responder = server.respond('t.slow', 'q', async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return 'done';
    });
    const asked = client.request('t.slow', {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    await responder.stop();
    expect(await asked).toBe('done');
  });
});

describe(FactBucket.name, () => {
  it('removes a deletion that nobody can be missing, and nothing that was written since', async () => {
    const bucket = await FactBucket.open(client.connection);
    const key = 'network.5378fb00-b3f2-4a69-8883-0fd041be1c2d';
    await bucket.put(key, { generation: 1, value: null });
    const { revision } = (await bucket.load()).get(key)!;
    await bucket.put(key, { generation: 2, value: null });
    await bucket.purge(key, revision);
    expect((await bucket.load()).get(key)).toMatchObject({ generation: 2 });
    await bucket.purge(key, (await bucket.load()).get(key)!.revision);
    expect((await bucket.load()).has(key)).toBe(false);
  });
});
