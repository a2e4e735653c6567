import type { AttachRequest, FeedMessage } from '@weft/contracts';
import { FEED_SILENCE_MS } from '@weft/contracts';
import { ManualClock } from '@weft/reconcile';
import type { AgentTransport } from '../transport';
import { FeedClient } from './feed.client';

function newTestClient() {
  const clock = new ManualClock();
  const attachments: AttachRequest[] = [];
  const heard: string[] = [];
  let hear: (message: FeedMessage) => void = () => undefined;
  let refuse = false;
  const transport: AgentTransport = {
    request: (async (_: string, body: AttachRequest) => {
      attachments.push(body);
      if (refuse) throw new Error('nobody there');
      return { session: body.session, feed: 'f' };
    }) as AgentTransport['request'],
    publish: () => undefined,
    listen: (_, listener) => {
      hear = (message) =>
        void listener({ subject: '', data: new Uint8Array(), json: <T>() => message as T, deadline: 0 });
      return { stop: async () => undefined };
    },
  };
  const sut = new FeedClient(
    transport,
    'h',
    {
      digests: () => ({}),
      snapshot: (reset, facts, prefixes) => heard.push(`snapshot ${reset} ${facts.map(([k]) => k)} ${prefixes}`),
      delta: (drop, facts) => heard.push(`delta ${drop} ${facts.map(([k]) => k)}`),
      inSync: (inSync) => heard.push(`inSync ${inSync}`),
    },
    clock,
    () => 1,
  );
  const session = () => attachments.at(-1)?.session ?? '';
  const say = (seq: number, message: object) => hear({ session: session(), seq, ...message } as FeedMessage);
  const synced = async () => {
    await settle();
    say(1, { kind: 'snapshot', reset: ['node.'], facts: [['node.a', { generation: 1, value: null }]] });
    say(2, { kind: 'snapshot', reset: ['network.n'], facts: [] });
    say(3, { kind: 'synced', prefixes: ['node.', 'network.n'] });
  };
  return {
    sut,
    clock,
    attachments,
    heard,
    say,
    synced,
    hear: (m: FeedMessage) => hear(m),
    refuse: (is: boolean) => (refuse = is),
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe(FeedClient.name, () => {
  it('takes a snapshot of several messages as one', async () => {
    const t = newTestClient();
    t.sut.start();
    await t.synced();
    expect(t.heard).toEqual(['inSync false', 'snapshot node.,network.n node.a node.,network.n', 'inSync true']);
  });

  it('attaches again when a number is missing, and takes nothing of the message behind the gap', async () => {
    const t = newTestClient();
    t.sut.start();
    await t.synced();
    t.say(4, { kind: 'delta', drop: [], facts: [['node.b', { generation: 2, value: null }]] });
    t.say(6, { kind: 'delta', drop: [], facts: [['node.c', { generation: 3, value: null }]] });
    expect(t.heard.slice(3)).toEqual(['delta  node.b', 'inSync false']);
    expect(t.attachments).toHaveLength(2);
  });

  it('finds a lost last message by the number of a ping', async () => {
    const t = newTestClient();
    t.sut.start();
    await t.synced();
    t.say(3, { kind: 'ping' });
    expect(t.attachments).toHaveLength(1);
    t.say(4, { kind: 'ping' });
    expect(t.attachments).toHaveLength(2);
  });

  it('attaches again when the feed is silent', async () => {
    const t = newTestClient();
    t.sut.start();
    await t.synced();
    t.clock.advance(FEED_SILENCE_MS - 1);
    expect(t.attachments).toHaveLength(1);
    t.clock.advance(1);
    expect(t.attachments).toHaveLength(2);
  });

  it('does not listen to the remains of an older session', async () => {
    const t = newTestClient();
    t.sut.start();
    await t.synced();
    t.hear({ session: 'other', seq: 77, kind: 'delta', drop: ['network.n'], facts: [] });
    expect(t.heard).toHaveLength(3);
    expect(t.attachments).toHaveLength(1);
  });

  it('goes on trying while nobody answers', async () => {
    const t = newTestClient();
    t.refuse(true);
    t.sut.start();
    for (let i = 0; i < 5; i++) {
      await settle();
      t.clock.advance(2_000);
    }
    expect(t.attachments.length).toBeGreaterThan(4);
    t.refuse(false);
    await settle();
    t.clock.advance(2_000);
    await t.synced();
    expect(t.heard.at(-1)).toBe('inSync true');
  });
});
