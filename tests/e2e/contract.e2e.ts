import { networks } from '@weft/contracts';
import type { ApiAnswer, ApiObject, PortObject } from '@weft/lab';
import { TestCloud } from '@weft/testing';
import { REFUSALS } from './contract-refusals';

/** The control plane is enough: what is judged here are its answers. */
let cloud: TestCloud;
const known: Record<string, string> = {};
beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 0 });
  const create = (member: string, attributes: object) => cloud.demo.create<ApiObject>(`${member}s`, member, attributes);
  known.net = (await create('network', { name: 'n1' })).id;
  known.subnet = (await create('subnet', { network_id: known.net, ip_version: 4, cidr: '10.0.0.0/24' })).id;
  known.port = (await create('port', { network_id: known.net, name: 'p1' })).id;
  known.bare = (await create('network', { name: 'bare' })).id;
  known.foreign = (await cloud.admin.create('networks', 'network', { name: 'of the admin' })).id;
  known.shared = (await cloud.admin.create('networks', 'network', { name: 'for all', shared: true })).id;
  await cloud.admin.create('subnets', 'subnet', { network_id: known.shared, ip_version: 4, cidr: '10.1.0.0/24' });
  known.group = (await cloud.demo.create<ApiObject>('security-groups', 'security_group', { name: 'sg1' })).id;
  known.default = (await cloud.demo.list<ApiObject>('security-groups', { name: 'default' }))[0]!.id;
  const ssh = { direction: 'ingress', protocol: 'tcp', port_range_min: 22, port_range_max: 22 };
  const rule = { security_group_id: known.group, ...ssh };
  known.rule = (await cloud.demo.create<ApiObject>('security-group-rules', 'security_group_rule', rule)).id;
  known.none = '00000000-0000-0000-0000-000000000000';
}, 120_000);
afterAll(() => cloud?.stop(), 60_000);

const filled = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name: string) => known[name] ?? `{${name}}`);

/** Everything that a tenant can see, to prove that a refusal changed nothing. */
async function everything(): Promise<unknown> {
  const collections = ['networks', 'subnets', 'ports', 'security-groups'];
  return Promise.all(collections.map((collection) => cloud.admin.list(collection)));
}

describe('refusals, in the words of the contract', () => {
  it.each(REFUSALS.map((one) => [`${one[0]} ${one[1] === undefined ? '' : JSON.stringify(one[1])}`, one] as const))(
    '%s',
    async (_, [request, body, status, type, message]) => {
      const before = await everything();
      const [method, path] = filled(request).split(' ') as [string, string];
      const sent = body === undefined ? undefined : (JSON.parse(filled(JSON.stringify(body))) as unknown);
      const answer = await cloud.demo.raw(method, path, sent);
      expect({ status: answer.status, ...(answer.body as object) }).toEqual({
        status,
        NeutronError: { type, message: filled(message!), detail: '' },
      });
      expect(await everything()).toEqual(before);
    },
  );

  it('answers 401 in the form of the authentication middleware, with the way to identity', async () => {
    const answer = await fetch(`${cloud.run.apiUrl}/v2.0/networks`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Keystone uri="http/);
    expect(await answer.json()).toEqual({
      error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
    });
  });
});

describe('answers', () => {
  const body = (answer: ApiAnswer) => answer.body as Record<string, Record<string, unknown>[]>;

  it('show a tenant his network without provider attributes, and an admin with them', async () => {
    const keys = async (client: typeof cloud.demo) => Object.keys(await client.show('networks', known.net!)).sort();
    const all = Object.entries(networks.attributes).flatMap(([name, { visible }]) => (visible ? [name] : []));
    const physical = (name: string) => name.startsWith('provider:') || name === 'segments';
    expect(all.filter(physical)).toHaveLength(4);
    expect(await keys(cloud.demo)).toEqual(all.filter((name) => !physical(name)).sort());
    expect(await keys(cloud.admin)).toEqual(all.sort());
  });

  it('project fields, ignore unknown ones, sort and filter with OR within and AND between keys', async () => {
    const answer = await cloud.demo.raw(
      'GET',
      '/v2.0/networks?name=n1&name=bare&fields=name&fields=bogus&sort_key=name&sort_dir=desc&shared=False',
    );
    expect(body(answer)).toEqual({ networks: [{ name: 'n1' }, { name: 'bare' }] });
  });

  it('page with links in both directions', async () => {
    const first = body(await cloud.demo.raw('GET', '/v2.0/networks?limit=1&sort_key=name&sort_dir=asc&fields=name'));
    expect(first.networks).toEqual([{ name: 'bare' }]);
    const [next, previous] = first.networks_links as unknown as { rel: string; href: string }[];
    expect([next!.rel, previous!.rel]).toEqual(['next', 'previous']);
    expect(next!.href).toContain(`marker=${known.bare}`);
    const second = body(await cloud.demo.raw('GET', new URL(next!.href).pathname + new URL(next!.href).search));
    expect(second.networks).toEqual([{ name: 'for all' }]);
  });

  it('update under If-Match only at the revision that the client has seen', async () => {
    const { revision_number: revision } = await cloud.demo.show('networks', known.bare!);
    const put = (value: string) =>
      cloud.demo.raw('PUT', `/v2.0/networks/${known.bare}`, { network: { name: 'bare' } }, { 'if-match': value });
    expect((await put(`revision_number=${Number(revision) - 1}`)).body).toMatchObject({
      NeutronError: {
        type: 'RevisionNumberConstraintFailed',
        message: `Constrained to ${Number(revision) - 1}, but current revision is ${String(revision)}`,
      },
    });
    expect((await put('revision_number=x')).status).toBe(400);
    expect((await put(`revision_number=${String(revision)}`)).status).toBe(200);
  });

  it('keep tags as a sub-resource', async () => {
    const tags = `/v2.0/networks/${known.net}/tags`;
    const ask = (method: string, path: string, sent?: unknown) => cloud.demo.raw(method, path, sent);
    expect((await ask('PUT', tags, { tags: ['red', 'blue'] })).body).toEqual({ tags: ['red', 'blue'] });
    expect(await ask('PUT', `${tags}/green`)).toMatchObject({ status: 201, body: null });
    expect((await ask('GET', `${tags}/green`)).status).toBe(204);
    expect(body(await ask('GET', '/v2.0/networks?tags=red,blue&fields=name'))).toEqual({ networks: [{ name: 'n1' }] });
    expect((await ask('DELETE', tags)).status).toBe(204);
    expect((await ask('GET', tags)).body).toEqual({ tags: [] });
  });

  it('repeat what was done when a write comes again under its Idempotency-Key', async () => {
    const send = () =>
      cloud.demo.raw('POST', '/v2.0/ports', { port: { network_id: known.net } }, { 'idempotency-key': 'the-same' });
    const [first, second] = [await send(), await send()] as { status: number; body: { port: PortObject } }[];
    expect([first!.status, second!.status]).toEqual([201, 201]);
    expect(second!.body.port.id).toBe(first!.body.port.id);
    await cloud.demo.delete('ports', first!.body.port.id);
  });

  it('carry a request id each', async () => {
    const ids = await Promise.all([1, 2].map(() => cloud.demo.raw('GET', '/v2.0/networks')));
    const values = ids.map(({ headers }) => headers.get('x-openstack-request-id'));
    expect(values[0]).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(values[0]).not.toBe(values[1]);
  });
});
