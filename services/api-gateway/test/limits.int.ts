import { connect, type Socket } from 'node:net';
import { GatewayUnderTest } from './gateway-under-test';

const LIMITS = {
  WEFT_HTTP_MAX_BODY_BYTES: '2000',
  WEFT_HTTP_MAX_HEADER_BYTES: '4096',
  WEFT_HTTP_HEADERS_TIMEOUT_MS: '300',
  WEFT_HTTP_REQUEST_TIMEOUT_MS: '600',
  WEFT_HTTP_IDLE_TIMEOUT_MS: '400',
  WEFT_HTTP_MAX_CONNECTIONS: '6',
  WEFT_RATE_LIMIT: '1/h burst 3',
};

let gateway: GatewayUnderTest;
const open: Socket[] = [];
beforeAll(async () => {
  Object.assign(process.env, LIMITS);
  gateway = await GatewayUnderTest.start();
  gateway.serve('svc.ipam.networks.create', () => Promise.resolve({ body: { id: 'n1' } }));
});
afterEach(() => open.splice(0).forEach((socket) => socket.destroy()));
afterAll(async () => {
  for (const name of Object.keys(LIMITS)) delete process.env[name];
  await gateway.stop();
});

/** Sends raw bytes; resolves with everything received once the other side closes. */
function raw(...words: readonly string[]): { readonly socket: Socket; readonly received: Promise<string> } {
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  open.push(socket);
  for (const word of words) socket.write(word);
  const received = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
  return { socket, received };
}

/** Status, headers and body of a raw answer. */
function parsed(answer: string) {
  const [head, body] = answer.split('\r\n\r\n', 2) as [string, string];
  const [line, ...lines] = head.split('\r\n') as [string, ...string[]];
  const headers = Object.fromEntries(lines.map((each) => /^([^:]+): (.*)$/.exec(each)!.slice(1, 3))) as Record<
    string,
    string
  >;
  return {
    status: Number(line.split(' ')[1]),
    headers,
    error: (JSON.parse(body) as { NeutronError: unknown }).NeutronError,
  };
}
const HEAD = 'POST /v2.0/networks HTTP/1.1\r\nhost: x\r\nx-auth-token: member\r\n';
const HARDENED = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

it.each([
  [
    'headers that are too large',
    [`${HEAD}x-large: ${'x'.repeat(5_000)}\r\n\r\n`],
    431,
    'HTTPRequestHeaderFieldsTooLarge',
  ],
  [
    'a path that is too long',
    [`GET /v2.0/${'x'.repeat(5_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    431,
    'HTTPRequestHeaderFieldsTooLarge',
  ],
  ['headers that never end', ['GET / HTTP/1.1\r\nhost: x\r\n'], 408, 'HTTPRequestTimeout'],
  ['a body that never ends', [`${HEAD}content-length: 100\r\n\r\n`, '{"network"'], 408, 'HTTPRequestTimeout'],
  ['a chunk that never comes', [`${HEAD}transfer-encoding: chunked\r\n\r\n`, '5\r\n{"net'], 408, 'HTTPRequestTimeout'],
  ['what is no HTTP', ['\x16\x03\x01\x02\x00\x01'], 400, 'HTTPBadRequest'],
  ['two lengths', [`${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`], 400, 'HTTPBadRequest'],
  [
    'a length and chunks',
    [`${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    400,
    'HTTPBadRequest',
  ],
])("answers %s in the API's words, and closes", async (_, words, status, type) => {
  const answer = parsed(await raw(...words).received);
  expect(answer).toMatchObject({ status, error: { type, detail: '' } });
  expect(answer.headers).toMatchObject({ ...HARDENED, connection: 'close', 'content-type': 'application/json' });
  expect(answer.headers['x-openstack-request-id']).toMatch(/^req-/);
});

it('refuses a body as soon as its length is known, and one that grows without telling it', async () => {
  const refused = parsed(await raw(`${HEAD}content-length: 2001\r\nconnection: close\r\n\r\n`).received);
  expect(refused).toMatchObject({ status: 413, error: { type: 'HTTPRequestEntityTooLarge' } });
  const chunk = `7d0\r\n${'x'.repeat(2000)}\r\n`;
  const grown = parsed(
    await raw(`${HEAD}transfer-encoding: chunked\r\nconnection: close\r\n\r\n`, chunk, chunk).received,
  );
  expect(grown).toMatchObject({ status: 413, error: { type: 'HTTPRequestEntityTooLarge' } });
});

it('closes a connection without a request, and keeps one that is used', async () => {
  const request = 'GET /weft/v1/health HTTP/1.1\r\nhost: x\r\n\r\n';
  const { socket, received } = raw(request);
  const later = setInterval(() => socket.write(request), 150);
  setTimeout(() => clearInterval(later), 800);
  expect((await received).split('HTTP/1.1 200').length - 1).toBeGreaterThan(3);
});

it('serves only so many connections at once, and others once those have gone', async () => {
  const held = Array.from({ length: 6 }, () => raw('GET / HTTP/1.1\r\nhost: x\r\n'));
  await Promise.all(held.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
  expect(await raw('GET / HTTP/1.1\r\nhost: x\r\n\r\n').received).toBe('');
  await Promise.all(held.map(({ received }) => received));
  expect(await raw('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n').received).toMatch(/^HTTP\/1\.1 (200|300)/);
});

it('limits each token separately and returns Retry-After', async () => {
  const ask = () => gateway.ask('GET', '/v2.0/', { token: 'admin' });
  for (let n = 0; n < 3; n++) expect((await ask()).status).toBe(200);
  const refused = await ask();
  expect(refused.status).toBe(429);
  expect(refused.body).toEqual({
    NeutronError: {
      type: 'HTTPTooManyRequests',
      message: 'Rate limit of this token exceeded.',
      detail: '',
    },
  });
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(3_500);
  expect(seconds).toBeLessThanOrEqual(3_600);
  // What is no token has no bucket that could push out another's.
  for (let n = 0; n < 5; n++) expect((await gateway.ask('GET', '/v2.0/', { token: 'stranger' })).status).toBe(401);
  expect((await ask()).status).toBe(429);
});

it('sets security headers on every answer, and no server banner', async () => {
  for (const path of ['/', '/openapi.json', '/v2.0/nothing', '/weft/v1/health', '/%zz']) {
    const { headers } = await gateway.ask('GET', path, { token: '' });
    for (const [name, value] of Object.entries(HARDENED)) expect([path, headers.get(name)]).toEqual([path, value]);
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  }
});
