import { ApiError, ports, REQUIRED, UNSPECIFIED, type ResourceDefinition } from '@weft/contracts';
import { GatewayUnderTest } from './gateway-under-test';

const PORT = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';
const given = { ext: 'x', post: true, put: true, default: UNSPECIFIED, visible: true, filter: true } as const;

/** Lies below ports, and is found by a name. */
const seats: ResourceDefinition = {
  member: 'seat',
  collection: 'seats',
  path: '/ports/{port_id}/seats',
  parent: ports,
  key: { attribute: 'host', type: 'text' },
  ext: 'x',
  service: 'ipam',
  operations: { create: true, update: true, delete: true },
  bulk: false,
  pagination: true,
  sorting: true,
  notFound: 'SeatNotFound',
  title: 'Seat',
  attributes: {
    host: { ...given, put: false, default: REQUIRED, validate: { 'type:string': 255 }, primaryKey: true },
    note: { ...given, validate: { 'type:string': 255 } },
  },
  actions: [{ method: 'PUT', path: 'take', name: 'take', status: 200, ext: 'x' }],
};

describe('a sub-resource at the gateway', () => {
  let gateway: GatewayUnderTest;
  const seen: Record<string, unknown>[] = [];

  beforeAll(async () => {
    gateway = await GatewayUnderTest.start([seats]);
    gateway.serve('svc.ipam.ports_seats.*', async (message) => {
      const operation = message.subject.split('.').at(-1)!;
      const { ctx, ...request } = message.json<{ ctx: unknown; id?: string }>();
      expect(ctx).toBeDefined();
      seen.push({ operation, ...request });
      if (request.id === 'none') throw new ApiError('SeatNotFound', 404, 'Seat none could not be found.');
      if (operation === 'list') return Buffer.from('{"count":1,"first":"h 1","last":"h 1"}\n{"host":"h 1"}');
      return { body: operation === 'delete' ? null : { host: request.id ?? 'made' } };
    });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => void seen.splice(0));

  const url = `/v2.0/ports/${PORT}/seats`;

  it('sends the parent id to the owner with every request', async () => {
    expect((await gateway.ask('GET', `${url}?limit=1&note=x`)).body).toEqual({
      seats: [{ host: 'h 1' }],
      seats_links: [
        { rel: 'next', href: `${gateway.url}/v2.0/ports/${PORT}/seats?limit=1&note=x&marker=h+1` },
        { rel: 'previous', href: expect.stringContaining('page_reverse=True') as unknown },
      ],
    });
    expect((await gateway.ask('POST', url, { body: { seat: { host: 'h2' } } })).body).toEqual({
      seat: { host: 'made' },
    });
    expect((await gateway.ask('GET', `${url}/h%201`)).body).toEqual({ seat: { host: 'h 1' } });
    expect((await gateway.ask('PUT', `${url}/H2`, { body: { seat: { note: 'n' } } })).status).toBe(200);
    expect((await gateway.ask('PUT', `${url}/H2/take`)).body).toEqual({ host: 'H2' });
    expect((await gateway.ask('DELETE', `/v2.0/ports/${PORT.toUpperCase()}/seats/H2.json`)).status).toBe(204);
    expect(seen).toEqual([
      { operation: 'list', parentId: PORT, query: { filters: { note: ['x'] }, sort: [], limit: 1 } },
      { operation: 'create', parentId: PORT, items: [{ host: 'h2' }], explicit: [['host']], bulk: false },
      { operation: 'show', parentId: PORT, id: 'h 1' },
      { operation: 'update', parentId: PORT, id: 'H2', changes: { note: 'n' } },
      { operation: 'take', parentId: PORT, id: 'H2', params: {} },
      { operation: 'delete', parentId: PORT, id: 'H2' },
    ]);
  });

  it('is not found below what cannot be an object, nor by what cannot be a key, without asking anybody', async () => {
    expect((await gateway.ask('GET', '/v2.0/ports/nope/seats')).body.NeutronError.type).toBe('PortNotFound');
    expect((await gateway.ask('GET', `${url}/${'h'.repeat(256)}`)).body.NeutronError.type).toBe('SeatNotFound');
    expect((await gateway.ask('GET', `${url}/a%00b`)).body.NeutronError.type).toBe('SeatNotFound');
    expect(seen).toEqual([]);
    expect((await gateway.ask('GET', `${url}/none`)).body.NeutronError.type).toBe('SeatNotFound');
  });

  it('answers to the methods that its definition has', async () => {
    for (const [method, path] of [
      ['POST', `${url}/h`],
      ['GET', `${url}/h/take`],
      ['PATCH', url],
    ] as const) {
      expect((await gateway.ask(method, path)).status).toBe(405);
    }
    expect((await gateway.ask('GET', `${url}/h/nope`)).status).toBe(404);
  });
});
