import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BrokerUser,
  brokerUserName,
  dropSubject,
  feedSubject,
  heartbeatSubject,
  reportSubject,
} from '@weft/contracts';
import { BrokerCredentials, type NatsServer, type Refusal, refusalsOf, startNats, tailOf } from '@weft/lab';
import { connect, type NatsConnection } from 'nats';
import { brokerSettings, connectMessaging, FactBucket, Messaging } from '../src';

const host1: BrokerUser = { role: 'node', host: 'host1' };
const host2: BrokerUser = { role: 'node', host: 'host2' };
const SERVICES: BrokerUser[] = [{ role: 'ipam' }, { role: 'fwaas' }, { role: 'node-feed' }, { role: 'api-gateway' }];

let dir: string;
let nats: NatsServer;
let credentials: BrokerCredentials;
const open: NatsConnection[] = [];

const settings = (user: BrokerUser) =>
  brokerSettings({ WEFT_NATS_URL: nats.url, WEFT_NATS_SEED_FILE: credentials.seedFile(user) }, user);
const as = async (user: BrokerUser): Promise<Messaging> => {
  const connection = await connectMessaging({ broker: settings(user), name: brokerUserName(user) });
  open.push(connection);
  return new Messaging(connection);
};
/** What the broker says that it refused to this connection, until `work` has been processed. */
async function refused({ connection }: Messaging, work: () => void): Promise<string[]> {
  const found: string[] = [];
  void (async () => {
    for await (const { permissionContext: context } of connection.status())
      if (context) found.push(`${context.operation} ${context.subject}`);
  })();
  work();
  await connection.flush();
  await connection.flush();
  return found;
}
const isStranger =
  (name: string) =>
  ({ what, user }: Refusal): boolean =>
    what === 'authentication' && user === name;
/** Those of a revoked user would try again for ever. */
const closeAll = async (): Promise<void> => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
};
const eventually = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; !(await what()); tries++) {
    if (tries > 500) throw new Error('it never came true');
    await sleep(10);
  }
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weft-credentials-'));
  credentials = new BrokerCredentials(join(dir, 'credentials'));
  credentials.issue([...SERVICES, host1]);
  nats = await startNats({ dir, credentials });
});
afterAll(async () => {
  await nats.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('a node with credentials of its own', () => {
  let node: Messaging;
  beforeAll(async () => (node = await as(host1)));
  afterAll(closeAll);

  it('is served, and heard', async () => {
    const [feed, ipam] = [await as({ role: 'node-feed' }), await as({ role: 'ipam' })];
    feed.respond(feedSubject.attachAny, 'node-feed', async (message) => message.subject);
    ipam.respond('report.ipam.*', 'ipam', async () => ({ accepted: true }));
    ipam.respond('drops.*', 'ipam', async () => ({ accepted: true }));
    const heard: string[] = [];
    ipam.listen('heartbeat.*', ({ subject }) => void heard.push(subject));
    node.listen(feedSubject.node('host1'), ({ subject }) => void heard.push(subject));
    await Promise.all([feed, ipam, node].map(({ connection }) => connection.flush()));

    expect(await node.request(feedSubject.attach('host1'), {})).toBe('feed.attach.host1');
    expect(await node.request(reportSubject('ipam', 'host1'), {})).toEqual({ accepted: true });
    expect(await node.request(dropSubject('host1'), {})).toEqual({ accepted: true });
    node.publish(heartbeatSubject('host1'), {});
    feed.publish(feedSubject.node('host1'), {});
    await eventually(() => heard.length === 2);
    expect(heard.toSorted()).toEqual(['heartbeat.host1', 'node.host1.feed']);
  });

  it('is refused what is of another node, of services and of JetStream, and the operator can see it', async () => {
    const subjects = [
      ...[feedSubject.attach('host2'), feedSubject.renew('host2'), heartbeatSubject('host2'), dropSubject('host2')],
      ...[reportSubject('ipam', 'host2'), reportSubject('fwaas', 'host2'), feedSubject.node('host2')],
      ...['svc.ipam.networks.list', 'svc.identity.tokens.validate', 'event.identity.revoked', 'outbox.ipam.kick'],
      ...[
        '$JS.API.INFO',
        '$JS.API.STREAM.MSG.GET.KV_FACTS',
        '$JS.API.CONSUMER.CREATE.KV_FACTS',
        '$KV.FACTS.node.host1',
      ],
      ...['_INBOX.api-gateway.x', '_INBOX.node.host2.x', 'health.ping'],
    ];
    expect(await refused(node, () => subjects.forEach((subject) => node.connection.publish(subject)))).toEqual(
      subjects.map((subject) => `publish ${subject}`),
    );

    const heard = ['node.host2.feed', 'node.*.feed', '_INBOX.>', '_INBOX.node.host2.>', 'svc.>', '$KV.FACTS.>', '>'];
    const listen = () => heard.forEach((subject) => node.connection.subscribe(subject, { callback: () => undefined }));
    expect(await refused(node, listen)).toEqual(heard.map((subject) => `subscription ${subject}`));

    const seen = refusalsOf(tailOf(join(dir, 'log')), credentials.users());
    expect(seen.map(({ user, what, subject }) => [user, what, subject]).reverse()).toEqual([
      ...subjects.map((subject) => ['node.host1', 'publish', subject]),
      ...heard.map((subject) => ['node.host1', 'subscribe', subject]),
    ]);
    const age = Date.now() - Date.parse(seen[0]!.last);
    expect(age).toBeGreaterThanOrEqual(-1);
  });

  it('cannot read the facts by way of JetStream', async () => {
    await FactBucket.open((await as({ role: 'ipam' })).connection);
    await expect(FactBucket.open(node.connection)).rejects.toThrow(/Permissions Violation for Publish/);
  });

  it('is told at once that a request is refused, and does not take it for silence', async () => {
    const request = node.request('svc.ipam.networks.list', {}, { deadlineMs: 60_000 });
    await expect(request).rejects.toThrow('the broker refuses svc.ipam.networks.list');
  });
});

describe('a service with credentials of its own', () => {
  afterEach(closeAll);

  it('writes the facts that are its own, follows all, and cannot write those of another', async () => {
    const [ipam, fwaas, feed] = await Promise.all(
      (['ipam', 'fwaas', 'node-feed'] as const).map((role) => as({ role })),
    );
    const bucket = await FactBucket.open(ipam!.connection);
    await bucket.put('network.n1', { generation: 1, value: null });
    await (await FactBucket.open(fwaas!.connection)).put('group.g1', { generation: 1, value: null });
    expect([...(await (await FactBucket.open(feed!.connection)).load()).keys()].sort()).toEqual([
      'group.g1',
      'network.n1',
    ]);
    await bucket.purge('network.n1', (await bucket.load()).get('network.n1')!.revision);
    expect([...(await bucket.load()).keys()]).toEqual(['group.g1']);

    const wrong = () => {
      ipam!.connection.publish('$KV.FACTS.group.g1');
      ipam!.connection.publish('$JS.API.STREAM.DELETE.KV_FACTS');
      ipam!.connection.publish('event.fwaas.x');
    };
    expect(await refused(ipam!, wrong)).toEqual([
      'publish $KV.FACTS.group.g1',
      'publish $JS.API.STREAM.DELETE.KV_FACTS',
      'publish event.fwaas.x',
    ]);
  });
});

describe('the broker', () => {
  afterEach(closeAll);

  it('lets nobody in without credentials, or with those of somebody whom it does not know', async () => {
    await expect(connect({ servers: nats.url, reconnect: false })).rejects.toThrow(
      /AUTHORIZATION_VIOLATION|Authorization/,
    );
    const strangers = new BrokerCredentials(join(dir, 'strangers'));
    strangers.issue([host1]);
    const broker = brokerSettings({ WEFT_NATS_URL: nats.url, WEFT_NATS_SEED_FILE: strangers.seedFile(host1) }, host1);
    await expect(connect({ ...broker, reconnect: false })).rejects.toThrow(/AUTHORIZATION_VIOLATION|Authorization/);
    await eventually(() =>
      refusalsOf(tailOf(join(dir, 'log')), credentials.users()).some(({ what }) => what === 'authentication'),
    );
  });

  it('lets a new node in after a reload, disconnects nobody for it, and one whose credentials are revoked', async () => {
    const before = await as(host1);
    expect(credentials.issue([host1, host2])).toEqual([host2]);
    // It is started before the broker has heard of it.
    const late = as(host2);
    await eventually(() => refusalsOf(tailOf(join(dir, 'log')), credentials.users()).some(isStranger('node.host2')));
    nats.reload();
    const added = await late;
    expect(await refused(added, () => added.publish(heartbeatSubject('host1'), {}))).toEqual([
      'publish heartbeat.host1',
    ]);
    const lost: string[] = [];
    for (const [name, { connection }] of [
      ['host1', before],
      ['host2', added],
    ] as const)
      void (async () => {
        for await (const { type } of connection.status()) if (type === 'disconnect') lost.push(name);
      })();
    credentials.revoke(host2);
    nats.reload();
    await eventually(() => lost.includes('host2'));
    await before.connection.flush();
    expect([...new Set(lost)]).toEqual(['host2']);
  });

  it('knows everybody again after a restart', async () => {
    const [node, fwaas] = [await as(host1), await as({ role: 'fwaas' })];
    fwaas.respond('report.fwaas.*', 'fwaas', async () => 'again');
    process.kill(nats.pid, 'SIGKILL');
    await nats.exited;
    nats = await startNats({ dir, credentials, port: nats.port });
    expect(await node.request(reportSubject('fwaas', 'host1'), {})).toBe('again');
  });
});

describe(brokerSettings, () => {
  it('wants a seed that is not for everybody, and files that are there', () => {
    const env = { WEFT_NATS_SEED_FILE: credentials.seedFile(host1) };
    expect(readFileSync(env.WEFT_NATS_SEED_FILE, 'utf8')).toMatch(/^SU/);
    chmodSync(env.WEFT_NATS_SEED_FILE, 0o644);
    expect(() => brokerSettings(env, host1)).toThrow(/may be read by everybody/);
    chmodSync(env.WEFT_NATS_SEED_FILE, 0o600);
    expect(() => brokerSettings({ WEFT_NATS_TLS_CA: '/nowhere' }, host1)).toThrow(/^WEFT_NATS_TLS_CA: \/nowhere/);
    expect(() => brokerSettings({ WEFT_NATS_TLS_CERT: '/nowhere' }, host1)).toThrow(/belong together/);
  });

  it('connects by TLS to a broker whose certificate is of the given authority, with a certificate of its own', async () => {
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    const subject = ['-subj', '/CN=nats', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', [...request, ...subject, '-days', '1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = await startNats({ dir: join(dir, 'tls'), credentials, tls: { cert, key, ca: cert } });
    try {
      const env = { WEFT_NATS_URL: server.url, WEFT_NATS_SEED_FILE: credentials.seedFile(host1) };
      const trusted = { ...env, WEFT_NATS_TLS_CA: cert, WEFT_NATS_TLS_CERT: cert, WEFT_NATS_TLS_KEY: key };
      // NATS's client does not say what was wrong with a handshake, only that none came about.
      const refusal = async (given: NodeJS.ProcessEnv) =>
        connect({ ...brokerSettings(given, host1), reconnect: false, timeout: 1_000 }).then(
          (connection) => connection.close().then(() => 'connected'),
          () => 'refused',
        );
      const tls = server.url.replace('nats:', 'tls:');
      expect(await refusal({ ...env, WEFT_NATS_URL: tls })).toBe('refused');
      expect(await refusal({ ...env, WEFT_NATS_TLS_CA: cert })).toBe('refused');
      expect(await refusal({ ...trusted, WEFT_NATS_URL: tls })).toBe('connected');
    } finally {
      await server.stop();
    }
  });
});
