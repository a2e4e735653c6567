import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PortFact } from '@weft/contracts';
import { MAX_IN_FLIGHT, MetadataService } from '../src/metadata/metadata.service';
import { UpstreamSource } from '../src/metadata/upstream.source';
import { NetworkPlanner } from '../src/planners/network/network.planner';
import { FactStore } from '../src/state/fact.store';

const SECRET = 'the shared secret';
const PEER = '10.0.0.5';
const TIMEOUT_MS = 300;

const port = (id: string, deviceId: string, ip: string) => ({
  ...{ id, network: 'net', mac: 'fa:16:3e:00:00:01', host: null, adminStateUp: true, deviceId, projectId: 'p-1' },
  ...{ deviceOwner: 'compute:nova', addresses: [{ subnet: 's', ip }], dnsName: '', dhcpOptions: [] },
  ...{ mobile: false, subport: null },
});

/** A proxy whose guests all come from {@link PEER}, unless the path says `/as/<ip>`, before a metadata API of the test's own. */
describe('metadata from an upstream', () => {
  const servers: Server[] = [];
  /** What the metadata API got. */
  const got: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let proxy: number;
  let upstream: Server;
  let answer: RequestListener;

  const listen = async (listener: RequestListener): Promise<Server> => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return server;
  };
  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  const proxyTo = async (url: string) => {
    const planner = new NetworkPlanner();
    const store = new FactStore([planner]);
    for (const value of [port('p1', 'vm-1', PEER), port('p2', 'vm-2', '10.0.0.6')] satisfies PortFact[])
      store.put(`network.net.port.${value.id}`, { generation: 1, value });
    const service = new MetadataService(
      planner.networks,
      new UpstreamSource({ url: new URL(url), secret: SECRET, timeoutMs: TIMEOUT_MS }),
    );
    return portOf(
      await listen((req, res) => {
        const peer = /^\/as\/([^/]+)(\/.*)$/.exec(req.url ?? '');
        if (peer) req.url = peer[2];
        service.handle('net', peer?.[1] ?? PEER, req, res);
      }),
    );
  };

  beforeAll(async () => {
    upstream = await listen((req, res) => answer(req, res));
    proxy = await proxyTo(`http://127.0.0.1:${portOf(upstream)}/prefix/`);
  });
  beforeEach(() => {
    got.length = 0;
    // As Nova does: whoever cannot sign an instance's id is refused.
    answer = (req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        got.push({ url: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString() });
        const id = String(req.headers['x-instance-id']);
        const right = createHmac('sha256', SECRET).update(id).digest('hex') === req.headers['x-instance-id-signature'];
        res.writeHead(right ? 200 : 403, { 'content-type': 'text/x-test' }).end(right ? `you are ${id}` : 'forbidden');
      });
    };
  });
  afterAll(() => servers.forEach((server) => server.close().closeAllConnections()));

  const ask = (path: string, options: RequestInit = {}) => fetch(`http://127.0.0.1:${proxy}${path}`, options);

  it('SC-3.3 signs who asks, and hands on path, query, body and the answer', async () => {
    const response = await ask('/openstack/latest/password?a=%20b', { method: 'POST', body: 'secret words' });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      ...[200, 'text/x-test', 'you are vm-1'],
    ]);
    expect(got).toMatchObject([{ url: '/prefix/openstack/latest/password?a=%20b', body: 'secret words' }]);
    expect(got[0]?.headers).toMatchObject({ 'x-tenant-id': 'p-1', 'x-forwarded-for': PEER });
  });

  it('SC-3.3 does not believe who a guest says it is, in any spelling', async () => {
    const lie = createHmac('sha256', 'guessed').update('vm-2').digest('hex');
    const claims = ['X-Instance-ID', 'x_instance_id', 'X-Tenant-ID', 'X-Forwarded-For', 'X-Metadata-Provider'];
    const forged = Object.fromEntries([...claims.map((name) => [name, 'vm-2']), ['X-Instance-ID-Signature', lie]]);
    const incoming = await new Promise<IncomingMessage>((resolve) =>
      request({ port: proxy, path: '/latest/', headers: forged as Record<string, string> }, resolve).end(),
    );
    incoming.resume();
    expect(incoming.statusCode).toBe(200);
    expect(got[0]?.headers['x-instance-id']).toBe('vm-1');
    expect(JSON.stringify(got[0]?.headers)).not.toContain('vm-2');
  });

  it('answers nobody that has no port', async () => {
    expect((await ask('/as/10.0.0.99/latest/')).status).toBe(404);
    expect(got).toEqual([]);
  });

  it('streams: the first bytes are there before the last are made', async () => {
    let finish: () => void = () => undefined;
    answer = (_, res) => {
      res.writeHead(200).write('first ');
      finish = () => void res.end('last');
    };
    const reader = (await ask('/')).body!.getReader();
    const decode = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await decode()).toBe('first ');
    finish();
    expect(await decode()).toBe('last');
  });

  it('says 502 when there is nobody, 504 when there is no answer', async () => {
    const nobody = await listen(() => undefined);
    const closed = portOf(nobody);
    nobody.close();
    const dead = await proxyTo(`http://127.0.0.1:${closed}`);
    expect((await fetch(`http://127.0.0.1:${dead}/latest/`)).status).toBe(502);
    answer = () => undefined;
    expect((await ask('/latest/')).status).toBe(504);
  });

  it('breaks an answer off that the upstream breaks off, rather than make it look whole', async () => {
    answer = (_, res) => {
      res.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => res.destroy(), 20);
    };
    await expect(ask('/').then((response) => response.text())).rejects.toThrow();
    answer = (_, res) => void res.writeHead(200).write('then silence');
    await expect(ask('/').then((response) => response.text())).rejects.toThrow();
  });

  it('takes no more than a megabyte from a guest, announced or not', async () => {
    const big = 'x'.repeat(2 * 1024 * 1024);
    expect((await ask('/', { method: 'POST', body: big })).status).toBe(413);
    const chunked = new ReadableStream({
      start: (controller) => {
        for (let i = 0; i < 32; i++) controller.enqueue(Buffer.alloc(65_536));
        controller.close();
      },
    });
    expect((await ask('/', { method: 'POST', body: chunked, duplex: 'half' } as RequestInit)).status).toBe(413);
    expect(got).toEqual([]);
  });

  it('works on some requests of one instance at a time, and on those of others meanwhile', async () => {
    const held: (() => void)[] = [];
    const usual = answer;
    answer = (req, res) => {
      if (req.headers['x-instance-id'] === 'vm-2') usual(req, res);
      else held.push(() => void res.end('done'));
    };
    const many = Array.from({ length: MAX_IN_FLIGHT }, () => ask('/'));
    while (held.length < MAX_IN_FLIGHT) await sleep(2);
    expect((await ask('/')).status).toBe(429);
    expect((await ask('/as/10.0.0.6/')).status).toBe(200);
    held.forEach((release) => release());
    expect((await Promise.all(many)).map(({ status }) => status)).toEqual(many.map(() => 200));
    answer = usual;
    expect((await ask('/')).status).toBe(200);
  });

  it('lets go of the upstream when the guest goes away', async () => {
    let closed = false;
    answer = (req) => req.socket.once('close', () => (closed = true));
    const guest = connect(proxy, '127.0.0.1', () => guest.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'));
    await sleep(50);
    guest.destroy();
    for (let waited = 0; !closed && waited < TIMEOUT_MS - 100; waited += 5) await sleep(5);
    expect(closed).toBe(true);
  });
});
