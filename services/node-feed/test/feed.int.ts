import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import {
  digestOf,
  type Fact,
  dhcpAssignmentFact,
  networkFact,
  networkPortFact,
  nodeFact,
  portAssignmentFact,
  type FeedMessage,
  feedSubject,
} from '@weft/contracts';
import { startNats } from '@weft/lab';
import { connectMessaging, FactBucket, Messaging } from '@weft/messaging';
import { startService } from '@weft/service-kit';
import { startTelemetry } from '@weft/telemetry';
import { nodeFeed } from '../src';

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';

const fact = (generation: number, value: unknown = { some: 'value' }): Fact => ({
  generation,
  value: value as Fact['value'],
});

let dir: string;
let nats: Awaited<ReturnType<typeof startNats>>;
let messaging: Messaging;
let bucket: FactBucket;
let feed: INestApplicationContext;

beforeAll(async () => {
  await startTelemetry('feed-test', '0');
  dir = mkdtempSync(join(tmpdir(), 'weft-feed-'));
  nats = await startNats({ dir });
  messaging = new Messaging(await connectMessaging({ url: nats.url, name: 'test' }));
  bucket = await FactBucket.open(messaging.connection);
  for (const [network, hosts] of [
    [A, ['h1', 'h2']],
    [B, ['h2']],
  ] as const) {
    await bucket.put(networkFact.key(network), fact(1));
    await bucket.put(networkPortFact.key(network, 'p0'), fact(1));
    for (const host of hosts)
      await bucket.put(portAssignmentFact.key(host, `${network}-p`), fact(1, { port: 'p', network }));
  }
  await bucket.put(nodeFact.key('h1'), fact(1));
  process.env.WEFT_NATS_URL = nats.url;
  feed = await startService(nodeFeed, 'node-feed-test', ['error']);
});
afterAll(async () => {
  await feed.close();
  await messaging.close();
  await nats.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** A node that only listens: what it holds, as an agent would. */
class Node {
  readonly facts = new Map<string, Fact>();
  readonly heard: FeedMessage[] = [];

  constructor(readonly host: string) {
    messaging.listen(feedSubject.node(host), (message) => {
      const said = message.json<FeedMessage>();
      if (said.kind !== 'ping') this.heard.push(said);
      if (said.kind === 'snapshot' || said.kind === 'delta')
        for (const [key, value] of said.facts) this.facts.set(key, value);
    });
  }

  async attach(session: string, digest: Record<string, string> = {}): Promise<void> {
    await messaging.request(feedSubject.attach(this.host), { host: this.host, session, digest });
    await this.until(() => this.heard.some((said) => said.session === session && said.kind === 'synced'));
  }

  async until(condition: () => boolean): Promise<void> {
    for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    if (!condition()) throw new Error(`did not come about: ${JSON.stringify(this.heard)}`);
  }

  keys(): string[] {
    return [...this.facts.keys()].sort();
  }
}

it('gives a node what it hosts, and nothing else', async () => {
  const h1 = new Node('h1');
  await h1.attach('s1');
  expect(h1.keys()).toEqual([`host.h1.port.${A}-p`, `network.${A}`, `network.${A}.port.p0`, 'node.h1']);
});

it('sends each change that concerns the node, in unbroken numbers', async () => {
  const h1 = new Node('h1');
  await h1.attach('s2');
  await bucket.put(networkPortFact.key(B, 'p1'), fact(5));
  for (let i = 1; i <= 20; i++) await bucket.put(networkPortFact.key(A, `p${i}`), fact(5));
  await h1.until(() => h1.facts.has(networkPortFact.key(A, 'p20')));
  expect(h1.heard.map(({ seq }) => seq)).toEqual(h1.heard.map((_, i) => i + 1));
  expect(h1.keys()).not.toContain(networkPortFact.key(B, 'p1'));
});

it('brings a network with its first assignment, and drops it with the last', async () => {
  const h1 = new Node('h1');
  await h1.attach('s3');
  await bucket.put(dhcpAssignmentFact.key('h1', B), fact(6, { network: B, port: 'd' }));
  await h1.until(() => h1.facts.has(networkFact.key(B)));
  await bucket.put(dhcpAssignmentFact.key('h1', B), fact(7, null));
  await h1.until(() => h1.heard.some((said) => said.kind === 'delta' && said.drop.includes(`network.${B}`)));
});

it('sends an attaching node only what differs from its digest', async () => {
  const before = new Node('h2');
  await before.attach('s4');
  const digest: Record<string, string> = {};
  for (const prefix of ['node.', 'host.h2.', `network.${A}`, `network.${B}`]) {
    digest[prefix] = digestOf(
      [...before.facts].filter(([key]) => key.startsWith(prefix)).map(([key, { generation }]) => [key, generation]),
    );
  }
  await bucket.put(networkPortFact.key(B, 'late'), fact(9));
  await before.until(() => before.facts.has(networkPortFact.key(B, 'late')));
  const again = new Node('h2');
  await again.attach('s5', digest);
  expect(again.heard.flatMap((said) => (said.kind === 'snapshot' ? said.reset : []))).toEqual([`network.${B}`]);
});

it('ignores an older value, also of what was deleted', async () => {
  const h1 = new Node('h1');
  await h1.attach('s6');
  await bucket.put(networkPortFact.key(A, 'gone'), fact(20));
  await bucket.put(networkPortFact.key(A, 'gone'), fact(21, null));
  await bucket.put(networkPortFact.key(A, 'gone'), fact(20));
  await bucket.put(networkPortFact.key(A, 'mark'), fact(22));
  await h1.until(() => h1.facts.has(networkPortFact.key(A, 'mark')));
  expect(h1.facts.get(networkPortFact.key(A, 'gone'))?.value).toBeNull();
});

it('refuses a node that asks in the name of another', async () => {
  const asking = messaging.request(feedSubject.attach('h1'), { host: 'h2', session: 'x', digest: {} });
  await expect(asking).rejects.toMatchObject({ status: 403 });
});

it('goes on after the broker was killed', async () => {
  const h1 = new Node('h1');
  await h1.attach('s7');
  process.kill(nats.pid, 'SIGKILL');
  await nats.exited;
  nats = await startNats({ dir, host: nats.host, port: nats.port });
  await h1.until(() => !messaging.connection.isClosed());
  for (let attempt = 0; ; attempt++) {
    try {
      await bucket.put(networkPortFact.key(A, 'after'), fact(30));
      break;
    } catch (error) {
      if (attempt > 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await h1.until(() => h1.facts.has(networkPortFact.key(A, 'after')));
});
