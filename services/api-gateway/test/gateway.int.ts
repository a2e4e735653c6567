import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiError,
  TOKENS_REVOKED_SUBJECT,
  type ActionRequest,
  type CreateRequest,
  type Json,
  type ListRequest,
  type ShowRequest,
  type UpdateRequest,
} from '@weft/contracts';
import { GatewayUnderTest } from './gateway-under-test';

const ID = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';
const page = (header: object, ...items: unknown[]) =>
  Buffer.from(`${JSON.stringify(header)}\n${items.map((item) => JSON.stringify(item)).join(',')}`);

describe('the gateway', () => {
  let gateway: GatewayUnderTest;
  let seen: unknown[] = [];

  beforeAll(async () => {
    gateway = await GatewayUnderTest.start();
    const remember = (request: unknown) => seen.push(request);
    gateway.serve('svc.ipam.networks.*', async (message) => {
      const operation = message.subject.split('.').at(-1)!;
      const request = message.json<ShowRequest & CreateRequest & UpdateRequest & ListRequest & ActionRequest>();
      remember({ operation, ...request });
      if (operation === 'list') return page({ count: 1, first: ID, last: ID }, { id: ID });
      if (operation === 'create') {
        const made = request.items.map((item) => ({ id: ID, name: item.name! }));
        return { body: request.bulk ? made : made[0]! };
      }
      if (operation === 'add_tag' || operation === 'delete' || operation === 'remove_tags') return { body: null };
      if (operation === 'replace_tags') return { body: request.body };
      if (request.id !== ID) throw new ApiError('NetworkNotFound', 404, `Network ${request.id} could not be found.`);
      return { body: { id: request.id, name: 'blue' } };
    });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    seen = [];
  });

  describe('discovery', () => {
    it('lists its versions without a token, with links to the requested host', async () => {
      const reply = await gateway.ask('GET', '/', { token: '' });
      expect(reply.status).toBe(200);
      expect(reply.body.versions[0]).toEqual({
        id: 'v2.0',
        status: 'CURRENT',
        links: [{ rel: 'self', href: `${gateway.url}/v2.0/` }],
      });
      const behindProxy = await gateway.ask('GET', '/', {
        token: '',
        headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'net.example' },
      });
      expect(behindProxy.body.versions[0].links[0].href).toBe('https://net.example/v2.0/');
      expect((await gateway.ask('POST', '/', { token: '' })).status).toBe(405);
    });

    it('lists its core resources at /v2.0/ and has nothing at /v2.0', async () => {
      const reply = await gateway.ask('GET', '/v2.0/');
      const names = reply.body.resources.map(({ name }: { name: string }) => name);
      expect(names.sort()).toEqual(['network', 'port', 'subnet', 'subnetpool']);
      expect((await gateway.ask('GET', '/v2.0')).status).toBe(404);
    });

    it('lists extensions and shows one; others do not exist', async () => {
      const all = await gateway.ask('GET', '/v2.0/extensions.json');
      expect(all.body.extensions).toContainEqual(expect.objectContaining({ alias: 'provider', links: [] }));
      expect((await gateway.ask('GET', '/v2.0/extensions/binding')).body.extension.name).toBe('Port Binding');
      expect((await gateway.ask('GET', '/v2.0/extensions/nope')).status).toBe(404);
      expect((await gateway.ask('POST', '/v2.0/extensions', { body: {} })).status).toBe(404);
    });

    it('serves OpenAPI and health without a token', async () => {
      expect((await gateway.ask('GET', '/openapi.json', { token: '' })).body.openapi).toBe('3.1.0');
      expect((await gateway.ask('GET', '/weft/v1/health', { token: '' })).body).toMatchObject({ healthy: true });
    });
  });

  describe('authentication', () => {
    it('refuses no token and a wrong one in the form of the authentication middleware', async () => {
      for (const token of ['', 'wrong']) {
        const reply = await gateway.ask('GET', '/v2.0/networks', { token });
        expect(reply.status).toBe(401);
        expect(reply.headers.get('www-authenticate')).toBe('Keystone uri="http://auth.test/v3"');
        expect(reply.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
        expect(reply.body.error).toEqual({
          code: 401,
          title: 'Unauthorized',
          message: 'The request you have made requires authentication.',
        });
      }
      expect((await gateway.ask('GET', '/nowhere', { token: 'wrong' })).status).toBe(401);
    });

    it('validates a token once for many requests, and again after a revocation', async () => {
      await gateway.ask('GET', '/v2.0/networks');
      const before = gateway.validations;
      await Promise.all(Array.from({ length: 5 }, () => gateway.ask('GET', '/v2.0/networks')));
      expect(gateway.validations).toBe(before);
      gateway.services.publish(TOKENS_REVOKED_SUBJECT, { userIds: ['u1'] });
      await gateway.services.connection.flush();
      await sleep(50);
      await gateway.ask('GET', '/v2.0/networks');
      expect(gateway.validations).toBe(before + 1);
    });
  });

  describe('requests', () => {
    it('gives every answer its own request id and JSON', async () => {
      const one = await gateway.ask('GET', `/v2.0/networks/${ID}`);
      const other = await gateway.ask('GET', `/v2.0/networks/${ID}`);
      expect(one.headers.get('content-type')).toContain('application/json');
      expect(one.headers.get('x-openstack-request-id')).not.toBe(other.headers.get('x-openstack-request-id'));
      expect(one.body).toEqual({ network: { id: ID, name: 'blue' } });
    });

    it('hands the parsed body to the owner with the caller and the explicit names', async () => {
      const reply = await gateway.ask('POST', '/v2.0/networks', { body: { network: { name: 'blue' } } });
      expect([reply.status, reply.body]).toEqual([201, { network: { id: ID, name: 'blue' } }]);
      expect(seen[0]).toMatchObject({
        operation: 'create',
        ctx: {
          userId: 'u1',
          projectId: 'p1',
          roles: ['member', 'reader'],
          requestId: reply.headers.get('x-openstack-request-id'),
        },
        items: [{ name: 'blue', project_id: 'p1', admin_state_up: true }],
        explicit: [['name']],
        bulk: false,
      });
    });

    it('creates in bulk', async () => {
      const reply = await gateway.ask('POST', '/v2.0/networks', { body: { networks: [{ name: 'a' }, { name: 'b' }] } });
      expect([reply.status, reply.body]).toEqual([
        201,
        {
          networks: [
            { id: ID, name: 'a' },
            { id: ID, name: 'b' },
          ],
        },
      ]);
    });

    it('refuses a bulk whose request or reply would not pass the broker', async () => {
      const networks = Array.from({ length: 1200 }, () => ({ name: 'x' }));
      const reply = await gateway.ask('POST', '/v2.0/networks', { body: { networks } });
      expect(reply.status).toBe(413);
      expect(seen).toEqual([]);
      expect((await gateway.ask('POST', '/v2.0/networks', { body: 'x'.repeat(2 ** 21) })).status).toBe(413);
    });

    it('passes the idempotency key on, or the request id in its place', async () => {
      await gateway.ask('POST', '/v2.0/networks', { body: { network: {} }, headers: { 'idempotency-key': 'k-1' } });
      expect(seen[0]).toMatchObject({ ctx: { idempotencyKey: 'k-1' } });
      const bad = await gateway.ask('POST', '/v2.0/networks', {
        body: { network: {} },
        headers: { 'idempotency-key': 'a b' },
      });
      expect(bad.status).toBe(400);
    });

    it('updates under If-Match and refuses a malformed one', async () => {
      const body = { network: { name: 'n' } };
      await gateway.ask('PUT', `/v2.0/networks/${ID}`, { body, headers: { 'if-match': 'revision_number=7' } });
      expect(seen[0]).toMatchObject({ operation: 'update', id: ID, changes: { name: 'n' }, ifRevision: 7 });
      const bad = await gateway.ask('PUT', `/v2.0/networks/${ID}`, {
        body,
        headers: { 'if-match': 'revision_number=x' },
      });
      expect(bad.status).toBe(400);
      expect(bad.body.NeutronError.message).toBe(
        'Bad if-match request: Revision number etag must be in the format of revision_number=<int>.',
      );
    });

    it('deletes with 204 and no body, and takes none', async () => {
      const reply = await gateway.ask('DELETE', `/v2.0/networks/${ID}`);
      expect([reply.status, reply.text]).toEqual([204, '']);
      const bad = await gateway.ask('DELETE', `/v2.0/networks/${ID}`, { body: { a: 1 } });
      expect([bad.status, bad.body.NeutronError.message]).toEqual([400, 'Request body is not supported in DELETE.']);
    });

    it('serves tags as actions of an object', async () => {
      const put = await gateway.ask('PUT', `/v2.0/networks/${ID}/tags/green`, {});
      expect([put.status, put.text]).toEqual([201, 'null']);
      expect(seen[0]).toMatchObject({ operation: 'add_tag', id: ID, params: { tag: 'green' } });
      const all = await gateway.ask('PUT', `/v2.0/networks/${ID}/tags`, { body: { tags: ['red'], other: 1 } });
      expect([all.status, all.body]).toEqual([200, { tags: ['red'] }]);
      expect((await gateway.ask('DELETE', `/v2.0/networks/${ID}/tags`)).status).toBe(204);
      const bad = await gateway.ask('PUT', `/v2.0/networks/${ID}/tags`, { body: { tags: [1] } });
      expect([bad.status, bad.body.NeutronError]).toEqual([
        400,
        { type: 'InvalidInput', message: "Invalid input for operation: '1' is not a valid string.", detail: '' },
      ]);
    });

    it('passes on the failure of the owner', async () => {
      const other = ID.replace('3', '4');
      const reply = await gateway.ask('GET', `/v2.0/networks/${other}`);
      expect([reply.status, reply.body]).toEqual([
        404,
        { NeutronError: { type: 'NetworkNotFound', message: `Network ${other} could not be found.`, detail: '' } },
      ]);
    });

    it.each([
      ['GET', '/v2.0/nope', 404, 'HTTPNotFound'],
      ['GET', '/v2.0/networks/garbage', 404, 'NetworkNotFound'],
      ['GET', `/v2.0/networks/${ID}/nope`, 404, 'HTTPNotFound'],
      ['PATCH', `/v2.0/networks/${ID}`, 405, 'HTTPMethodNotAllowed'],
      ['PATCH', '/v2.0/nope', 405, 'HTTPMethodNotAllowed'],
      ['PUT', '/v2.0/networks', 404, 'NetworkNotFound'],
      ['POST', `/v2.0/networks/${ID}`, 405, 'HTTPMethodNotAllowed'],
      ['POST', '/v2.0/agents', 405, 'HTTPMethodNotAllowed'],
      ['PROPFIND', '/v2.0/networks', 405, 'HTTPMethodNotAllowed'],
      ['GET', '/v2.0/networks/%zz', 400, 'HTTPBadRequest'],
      ['GET', '/v2.0/networks?bogus=1', 400, 'HTTPBadRequest'],
      ['GET', '//', 404, 'HTTPNotFound'],
    ])('answers %s %s with %i %s', async (method, path, status, type) => {
      const reply = await gateway.ask(method, path);
      expect([reply.status, reply.body.NeutronError.type]).toEqual([status, type]);
      expect(reply.headers.get('x-openstack-request-id')).toMatch(/^req-/);
    });

    it('takes dashes for underscores, a suffix .json and a slash at the end', async () => {
      for (const path of ['/v2.0/networks.json', '/v2.0/networks/', '/v2.0/networks']) {
        expect((await gateway.ask('GET', path)).body).toEqual({ networks: [{ id: ID }] });
      }
      expect((await gateway.ask('GET', `/v2.0/networks/${ID}.json`)).status).toBe(200);
    });

    it('refuses what is no JSON, whatever it is called', async () => {
      for (const [type, body] of [
        ['application/json', '{bad'],
        ['text/plain', '[]'],
        ['application/x-www-form-urlencoded', 'a=b'],
      ] as const) {
        const reply = await gateway.ask('POST', '/v2.0/networks', { body, headers: { 'content-type': type } });
        expect([reply.status, reply.body.NeutronError.message]).toEqual([400, 'Body contains invalid data']);
      }
    });

    it('hides a defect and answers 500 in the words of the API', async () => {
      gateway.serve('svc.ipam.subnets.show', () => Promise.reject(new Error('secret')));
      const reply = await gateway.ask('GET', `/v2.0/subnets/${ID}`);
      expect([reply.status, reply.body.NeutronError]).toEqual([
        500,
        {
          type: 'HTTPInternalServerError',
          message: 'Request Failed: internal server error while processing your request.',
          detail: '',
        },
      ]);
    });

    it('shows the proof of a status', async () => {
      gateway.serve('svc.ipam.ports.status', (message) =>
        Promise.resolve({ body: { id: message.json<ShowRequest>().id } }),
      );
      expect((await gateway.ask('GET', `/weft/v1/status/ports/${ID}`)).body).toEqual({ id: ID });
      expect((await gateway.ask('GET', `/weft/v1/status/nope/${ID}`)).status).toBe(404);
    });

    it('requests views from the owner of the object, and serves no others', async () => {
      const responder = gateway.serve('svc.fwaas.security_group_rules.stats', (message) =>
        Promise.resolve({ body: { stats: { of: message.json<{ id: string }>().id } } }),
      );
      const ask = (path: string, method = 'GET') => gateway.ask(method, `/weft/v1/${path}`);
      expect((await ask(`security-group-rules/${ID}/stats`)).body).toEqual({ stats: { of: ID } });
      expect((await ask(`security_group_rules/${ID.toUpperCase()}/stats`)).body).toEqual({ stats: { of: ID } });
      expect((await ask(`security-group-rules/${ID}/stats`, 'PUT')).status).toBe(405);
      expect((await ask('security-group-rules/x/stats')).body.NeutronError.type).toBe('SecurityGroupRuleNotFound');
      for (const nothing of [
        `security-group-rules/${ID}/nope`,
        `ports/${ID}/stats`,
        `security-group-rules/${ID}/stats/x`,
      ])
        expect((await ask(nothing)).status).toBe(404);
      await responder.stop();
    });
  });

  it('passes the filters of a view on, and refuses unknown ones', async () => {
    const responder = gateway.serve('svc.ipam.ports.drops', async (message) => ({
      body: message.json<ActionRequest>().query as unknown as Json,
    }));
    const ask = (query: string) => gateway.ask('GET', `/weft/v1/ports/${ID}/drops${query}`);
    expect((await ask('')).body).toEqual({ filters: {} });
    expect((await ask('?reason=no-rule&reason=nonsense&reason=rogue-ra&limit=5')).body).toEqual({
      filters: { reason: ['no-rule', 'rogue-ra'] },
      limit: 5,
    });
    expect((await ask('?reason=nonsense&limit=0')).body).toEqual({ filters: { reason: [] } });
    for (const [query, message] of [
      ['?limit=-1', "Bad limit request: Limit must be an integer 0 or greater and not '-1'."],
      ['?rule=x', "['rule'] is invalid attribute for filtering"],
      ['?toString=x', "['toString'] is invalid attribute for filtering"],
    ])
      expect((await ask(query!)).body.NeutronError.message).toBe(message);
    expect((await gateway.ask('GET', `/weft/v1/security-group-rules/${ID}/stats?limit=1`)).status).toBe(400);
    await responder.stop();
  });

  describe('lists', () => {
    const id = (n: number) => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;
    /** Serves `count` ports, `size` a page, each of some bytes; counts the pages that were asked for. */
    const servePorts = (count: number, size: number, failAt = Infinity) => {
      const served = { pages: 0 };
      const responder = gateway.serve('svc.ipam.ports.list', async (message) => {
        const { cursor = '0', query } = message.json<ListRequest>();
        const from = Number(cursor);
        if (from >= failAt) throw new ApiError('ServiceUnavailable', 503, 'gone');
        served.pages++;
        const to = Math.min(from + size, count, query.limit ?? Infinity);
        const items = Array.from({ length: to - from }, (_, i) => ({ id: id(from + i), pad: 'x'.repeat(1000) }));
        const more = to < Math.min(count, query.limit ?? Infinity);
        return page(
          { count: items.length, ...(more && { next: String(to) }), first: items[0]?.id, last: items.at(-1)?.id },
          ...items,
        );
      });
      return { served, stop: () => responder.stop() };
    };

    it('joins pages to one list', async () => {
      const ports = servePorts(1050, 100);
      const reply = await gateway.ask('GET', '/v2.0/ports');
      expect(reply.body.ports.map((port: { id: string }) => port.id)).toEqual(
        Array.from({ length: 1050 }, (_, i) => id(i)),
      );
      expect(reply.body.ports_links).toBeUndefined();
      expect(ports.served.pages).toBe(11);
      await ports.stop();
    });

    it('reads ahead one page and no more while the client does not read', async () => {
      const ports = servePorts(100_000, 500);
      const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
        httpRequest(`${gateway.url}/v2.0/ports`, { headers: { 'x-auth-token': 'member' } }, resolve).end(),
      );
      response.pause();
      await sleep(500);
      const asked = ports.served.pages;
      await sleep(300);
      expect(ports.served.pages).toBe(asked);
      // What lies in socket buffers of both ends is a few megabytes: a few pages.
      expect(asked).toBeLessThan(20);
      response.destroy();
      await ports.stop();
    });

    it('links pages that are full in both directions', async () => {
      const ports = servePorts(10, 3);
      const reply = await gateway.ask('GET', '/v2.0/ports?limit=5&name=x%20y');
      expect(reply.body.ports).toHaveLength(5);
      expect(reply.body.ports_links).toEqual([
        { rel: 'next', href: `${gateway.url}/v2.0/ports?limit=5&name=x+y&marker=${id(4)}` },
        { rel: 'previous', href: `${gateway.url}/v2.0/ports?limit=5&name=x+y&marker=${id(0)}&page_reverse=True` },
      ]);
      await ports.stop();
    });

    it('cuts the body short when a page fails on the way', async () => {
      const ports = servePorts(1000, 100, 500);
      await expect(gateway.ask('GET', '/v2.0/ports')).rejects.toThrow();
      await ports.stop();
    });
  });

  describe('outages', () => {
    it('waits for a service which restarts', async () => {
      const asked = gateway.ask('GET', '/v2.0/segments');
      await sleep(1500);
      const responder = gateway.serve('svc.ipam.segments.list', () => Promise.resolve(page({ count: 0 })));
      expect(await asked).toMatchObject({ status: 200, body: { segments: [] } });
      await responder.stop();
    });
  });
});
