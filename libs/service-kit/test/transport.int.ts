import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type INestMicroservice, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { firstValueFrom, of } from 'rxjs';
import { conflict, type MessageSchema } from '@weft/contracts';
import { type NatsServer as Broker, startNats } from '@weft/lab';
import { connectMessaging, Messaging } from '@weft/messaging';
import { currentTraceparent, span, startTelemetry } from '@weft/telemetry';
import {
  MessageController,
  NatsClient,
  NatsContext,
  NatsServer,
  Sender,
  SenderGuard,
  type SubscriptionOptions,
  ValidPayload,
} from '../src';

interface Count {
  readonly host: string;
  readonly count: number;
}
const countSchema: MessageSchema<Count> = {
  schema: {
    type: 'object',
    required: ['host', 'count'],
    properties: { host: { type: 'string' }, count: { type: 'integer' } },
  },
};

const seen: unknown[] = [];
let finished = 0;

@MessageController()
class Handlers {
  @MessagePattern('t.json')
  json(@Payload() body: unknown) {
    return { got: body };
  }

  @MessagePattern('t.bytes')
  bytes(): Uint8Array {
    return Buffer.from('no json');
  }

  @MessagePattern('t.observable')
  observable() {
    return of('first', 'last');
  }

  @MessagePattern('t.nothing')
  nothing(): void {}

  @MessagePattern('t.conflict')
  conflict(): never {
    throw conflict('NetworkInUse', 'in use');
  }

  @MessagePattern('t.defect')
  defect(): never {
    throw new TypeError('secret detail');
  }

  @MessagePattern('t.any.*')
  any(@Ctx() { operation }: NatsContext): string {
    return operation;
  }

  @MessagePattern('t.trace')
  async trace(): Promise<string | undefined> {
    return currentTraceparent();
  }

  @MessagePattern('t.slow')
  async slow(): Promise<string> {
    await sleep(3_000);
    finished++;
    return 'done';
  }

  @MessagePattern('count.*')
  @UseGuards(SenderGuard)
  count(@ValidPayload(countSchema) { count }: Count, @Sender() host: string) {
    return { host, count };
  }

  @EventPattern('happened.*')
  @UseGuards(SenderGuard)
  happened(@ValidPayload(countSchema) { count }: Count): void {
    seen.push(count);
  }

  @EventPattern('everybody', { everyReplica: true } satisfies SubscriptionOptions)
  everybody(@Payload() body: unknown): void {
    seen.push(body);
  }
}

@Module({ controllers: [Handlers] })
class TestModule {}

let dir: string;
let broker: Broker;
let messaging: Messaging;
const replicas: { readonly app: INestMicroservice; readonly messaging: Messaging }[] = [];

async function replica(): Promise<void> {
  const own = new Messaging(await connectMessaging({ url: broker.url, name: 'replica' }));
  const strategy = new NatsServer(own, 'test');
  const app = await NestFactory.createMicroservice(TestModule, { strategy, logger: ['error'] });
  await app.listen();
  replicas.push({ app, messaging: own });
}

beforeAll(async () => {
  await startTelemetry('transport-test', '0');
  dir = mkdtempSync(join(tmpdir(), 'weft-transport-'));
  broker = await startNats({ dir });
  messaging = new Messaging(await connectMessaging({ url: broker.url, name: 'client' }));
  await replica();
  await replica();
});
afterAll(async () => {
  for (const each of replicas) {
    await each.app.close();
    await each.messaging.close();
  }
  await messaging.close();
  await broker.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => void seen.splice(0));

/** Repeats an expectation until it holds; its last failure after 5 s. */
async function eventually(expectation: () => void): Promise<void> {
  for (const until = Date.now() + 5_000; ; await sleep(20)) {
    try {
      return expectation();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

describe(NatsServer.name, () => {
  it('replies with JSON, with bytes as they are, with the last value of an observable, and null for nothing', async () => {
    expect(await messaging.request('t.json', { a: 1 })).toEqual({ got: { a: 1 } });
    expect(Buffer.from(await messaging.requestRaw('t.bytes', {})).toString()).toBe('no json');
    expect(await messaging.request('t.observable', {})).toBe('last');
    expect(await messaging.request('t.nothing', {})).toBeNull();
  });

  it('serves wildcards: the context names the operation', async () => {
    expect(await messaging.request('t.any.list', {})).toBe('list');
  });

  it('carries an expected failure with its type, status and text', async () => {
    const failure = { type: 'NetworkInUse', status: 409, message: 'in use' };
    await expect(messaging.request('t.conflict', {})).rejects.toMatchObject(failure);
  });

  it('never reveals a defect', async () => {
    const failure = await messaging.request('t.defect', {}).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ type: 'HTTPInternalServerError', status: 500 });
    expect((failure as Error).message).not.toContain('secret');
  });

  it('refuses what is no JSON', async () => {
    const failure = { type: 'BadRequest', status: 400, message: 'it is no JSON' };
    await expect(messaging.requestRaw('t.json', Buffer.from('{'))).rejects.toMatchObject(failure);
  });

  it("handles a request in the requester's trace", async () => {
    await span('outer', {}, async () => {
      const trace = currentTraceparent()!.split('-')[1];
      expect((await messaging.request<string>('t.trace', {})).split('-')[1]).toBe(trace);
    });
  });

  it('keeps a requester waiting for long work, which is done once', async () => {
    const before = finished;
    expect(await messaging.request('t.slow', {})).toBe('done');
    expect(finished).toBe(before + 1);
  });

  it('takes a message of the schema from the node that its subject names, and no other', async () => {
    const count = { host: 'h.1', count: 2 };
    expect(await messaging.request('count.h=2E1', count)).toEqual(count);
    const invalid = { type: 'BadRequest', status: 400 };
    await expect(messaging.request('count.h=2E1', { ...count, count: 'x' })).rejects.toMatchObject(invalid);
    await expect(messaging.request('count.h=2E1', null)).rejects.toMatchObject(invalid);
    await expect(messaging.request('count.other', count)).rejects.toMatchObject({ type: 'Forbidden', status: 403 });
  });

  it('delivers an event to one replica, or to every one; a malformed one ends nothing', async () => {
    messaging.publish('happened.h1', { host: 'h1', count: 'x' });
    messaging.publish('happened.h1', Buffer.from('{'));
    messaging.publish('happened.h2', { host: 'h1', count: 1 });
    messaging.publish('happened.h1', { host: 'h1', count: 7 });
    messaging.publish('everybody', 'all');
    await eventually(() => expect([...seen].sort()).toEqual([7, 'all', 'all']));
  });

  it('drains when it is closed: requests under way are replied to, later ones go to other replicas', async () => {
    await replica();
    const [leaving] = replicas.splice(0, 1);
    const underWay = Array.from({ length: 10 }, () => messaging.request('t.slow', {}));
    await messaging.connection.flush();
    await leaving!.app.close();
    expect(await messaging.request('t.json', 1)).toEqual({ got: 1 });
    const before = finished;
    expect(await Promise.all(underWay)).toEqual(Array(10).fill('done'));
    expect(finished - before).toBeLessThanOrEqual(10);
    await leaving!.messaging.close();
  });
});

describe(NatsClient.name, () => {
  it('requests and publishes as the transport serves', async () => {
    const client = new NatsClient(messaging);
    expect(await firstValueFrom(client.send('t.json', { a: 1 }))).toEqual({ got: { a: 1 } });
    await expect(firstValueFrom(client.send('t.conflict', {}))).rejects.toMatchObject({ type: 'NetworkInUse' });
    client.emit('happened.h1', { host: 'h1', count: 3 });
    await eventually(() => expect(seen).toEqual([3]));
  });
});
