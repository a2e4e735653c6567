import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@weft/contracts';
import { BrokerCredentials } from '@weft/lab';
import { TestCloud, waitUntil } from '@weft/testing';
import { OtlpReceiver } from './otlp-receiver';

/** Whatever stands before and after a write of each of these must be in the audit log. */
type Line = Record<string, Json> & {
  readonly before: Record<string, Json> | null;
  readonly after: Record<string, Json> | null;
};

let receiver: OtlpReceiver;
let cloud: TestCloud;
beforeAll(async () => {
  receiver = await OtlpReceiver.start('0.0.0.0');
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`, WEFT_LOG_LEVEL: 'trace' };
  cloud = await TestCloud.start({ hosts: 1, env });
}, 180_000);
afterAll(async () => {
  await cloud?.stop();
  await receiver?.stop();
});

const audit = (name = 'audit.log'): Line[] =>
  readFileSync(join(cloud.home, 'log', name), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
/** The lines about one object, in order. */
const of = (id: unknown) => audit().filter((line) => line.resource_id === id);

it('tells of every write what was before and after, of each kind of resource', async () => {
  const { admin } = cloud;
  const network = await admin.create('networks', 'network', { name: 'n' });
  const subnet = await admin.create('subnets', 'subnet', {
    network_id: network.id,
    ip_version: 4,
    cidr: '10.1.0.0/24',
  });
  const port = await admin.create('ports', 'port', { network_id: network.id, name: 'p' });
  const pool = await admin.create('subnetpools', 'subnetpool', { name: 's', prefixes: ['10.9.0.0/16'] });
  const scope = await admin.create('address-scopes', 'address_scope', { name: 'a', ip_version: 4 });
  const trunk = await admin.create('trunks', 'trunk', { port_id: port.id, name: 't' });
  const policy = await admin.create('qos/policies', 'policy', { name: 'q' });
  const all = [
    ...[
      ['networks', 'network', network],
      ['subnets', 'subnet', subnet],
      ['ports', 'port', port],
    ],
    ...[
      ['subnetpools', 'subnetpool', pool],
      ['address-scopes', 'address_scope', scope],
    ],
    ...[
      ['trunks', 'trunk', trunk],
      ['qos/policies', 'policy', policy],
    ],
  ] as [string, string, { id: string; name: string }][];
  for (const [collection, member, { id }] of all) await admin.update(collection, member, id, { name: 'changed' });
  for (const [collection, , { id }] of all.toReversed()) await admin.delete(collection, id);

  for (const [collection, , { id, name }] of all) {
    const told = of(id).map(({ method, status, before, after }) => [method, status, before?.name, after?.name]);
    expect([collection, told]).toEqual([
      collection,
      [
        ['POST', 201, undefined, name],
        ['PUT', 200, name, 'changed'],
        ['DELETE', 204, 'changed', undefined],
      ],
    ]);
    const [made, changed, deleted] = of(id);
    // The whole object as the API shows it, of a change what differs, and who it was.
    expect(Object.keys(deleted!.before!).sort()).toEqual(Object.keys(made!.after!).sort());
    expect(Object.keys(changed!.before!).sort()).toEqual(Object.keys(changed!.after!).sort());
    expect(Object.keys(changed!.after!)).not.toContain('id');
    expect(changed).toMatchObject({
      user_name: 'admin',
      source: '127.0.0.1',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  }
});

it('tells of tags and other actions, and of what was refused', async () => {
  const { admin, demo } = cloud;
  const network = await admin.create('networks', 'network', { name: 'tagged' });
  await admin.request('PUT', `/v2.0/networks/${network.id}/tags`, { tags: ['red'] });
  await admin.request('PUT', `/v2.0/networks/${network.id}/tags/blue`);
  const told = of(network.id).slice(1);
  expect(told.map(({ before }) => before?.tags)).toEqual([[], ['red']]);

  const shared = { shared: true };
  await expect(demo.create('networks', 'network', { name: 'x', ...shared })).rejects.toMatchObject({ status: 403 });
  const port = await admin.create('ports', 'port', { network_id: network.id });
  await expect(admin.delete('networks', network.id)).rejects.toMatchObject({ status: 409 });
  expect(audit().findLast(({ status }) => status === 403)).toMatchObject({
    ...{ user_name: 'demo', method: 'POST', path: '/v2.0/networks' },
    reason: { type: 'PolicyNotAuthorized' },
  });
  expect(of(network.id).at(-1)).toMatchObject({ status: 409, reason: { type: 'NetworkInUse' }, after: null });
  await admin.delete('ports', port.id);
});

it('tells before and after of writes that race without a gap: each begins where another ended', async () => {
  const { admin } = cloud;
  const network = await admin.create('networks', 'network', { name: '0' });
  const names = Array.from({ length: 24 }, (_, n) => String(n + 1));
  await Promise.all(names.map((name) => admin.update('networks', 'network', network.id, { name })));
  const steps = of(network.id).filter(({ method }) => method === 'PUT');
  expect(steps).toHaveLength(names.length);
  const next = new Map(steps.map(({ before, after }) => [before!.name, after!.name]));
  const path = ['0' as Json];
  while (next.has(path.at(-1)!)) path.push(next.get(path.at(-1)!)!);
  expect(path.slice(1).toSorted()).toEqual(names.toSorted());
});

it("has identity's writes, and keeps the secret of an application credential to itself", async () => {
  const { authUrl, token, userId } = await login();
  const reply = await fetch(`${authUrl}/users/${userId}/application_credentials`, {
    method: 'POST',
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ application_credential: { name: 'robot' } }),
  });
  expect(reply.status).toBe(201);
  expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  expect(reply.headers.get('cache-control')).toBe('no-store');
  const { secret } = ((await reply.json()) as { application_credential: { secret: string } }).application_credential;
  known.push(secret, token);
  const [line] = audit('audit-identity.log').filter(({ path }) => String(path).endsWith('/application_credentials'));
  expect(line).toMatchObject({ user_name: 'admin', method: 'POST', status: 201, resource_id: userId });
  expect(JSON.stringify(line)).toContain('"secret":"***"');
});

it('has who was refused a token, and what quotas were before', async () => {
  const guess = 'a-password-that-is-guessed';
  known.push(guess);
  const user = { name: 'admin', password: guess, domain: { name: 'Default' } };
  const reply = await fetch(`${cloud.run.authUrl}/auth/tokens`, {
    method: 'POST',
    body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } } } }),
  });
  expect(reply.status).toBe(401);
  expect(audit('audit-identity.log').at(-1)).toMatchObject({
    ...{ user_id: null, claimed: { user_name: 'admin', domain_name: 'Default' }, source: '127.0.0.1', status: 401 },
    reason: { detail: 'wrong password' },
  });
  await cloud.admin.request('PUT', '/v2.0/quotas/someone', { quota: { network: 3 } });
  await cloud.admin.request('DELETE', '/v2.0/quotas/someone');
  expect(of('someone').map(({ before, after }) => [before?.network, after?.network])).toEqual([
    [100, 3],
    [3, undefined],
  ]);
});

/** Secrets that the tests came to know. */
const known: string[] = [];

it('has no secret in any log, nor in any span', async () => {
  const { authUrl, token } = await login();
  // What a careless client does: secrets in queries, in paths, in bodies that are refused.
  const headers = { 'x-auth-token': token };
  await fetch(`${cloud.run.apiUrl}/v2.0/networks?token=${token}`, { headers });
  await fetch(`${cloud.run.apiUrl}/v2.0/networks/${token}`, { headers, method: 'DELETE' });
  await fetch(`${cloud.run.apiUrl}/v2.0/networks`, { headers, method: 'POST', body: `{"network": {"x": "${token}"}}` });
  await fetch(`${authUrl}/auth/tokens?password=p4ssw0rd-in-a-query`, {
    headers: { ...headers, 'x-subject-token': token },
  });
  await fetch(`${authUrl}/auth/tokens`, { method: 'POST', body: `{"auth": "${token}"}` });
  const passwords = Object.values(JSON.parse(readFileSync(join(cloud.home, 'credentials.json'), 'utf8')) as object);
  const credentials = new BrokerCredentials(join(cloud.home, 'nats', 'credentials'));
  const seeds = [...credentials.users().values()].map((user) =>
    readFileSync(credentials.seedFile(user), 'utf8').trim(),
  );
  const secrets = [...known, ...passwords, ...seeds, token, 'p4ssw0rd-in-a-query'] as string[];
  expect(secrets.length).toBeGreaterThan(10);
  await waitUntil(
    'spans of the requests have arrived',
    () => receiver.spans.some(({ name }) => /DELETE/.test(name)) || `${receiver.spans.length} spans`,
    { timeoutMs: 20_000 },
  );

  const files = readdirSync(join(cloud.home, 'log')).map((name) => join(cloud.home, 'log', name));
  const texts = [...files, join(cloud.home, 'nats', 'log')].map((path) => [path, readFileSync(path, 'utf8')] as const);
  const all = [...texts, ['spans', receiver.raw.join('\n')] as const];
  expect(all.find(([path]) => path.endsWith('api-gateway.log'))![1].length).toBeGreaterThan(1_000);
  expect(receiver.raw.join('').length).toBeGreaterThan(10_000);
  const found = all.flatMap(([path, text]) => secrets.filter((secret) => text.includes(secret)).map(() => path));
  expect(found).toEqual([]);
});

async function login(): Promise<{ authUrl: string; token: string; userId: string }> {
  const { authUrl } = cloud.run;
  const { admin: password } = JSON.parse(readFileSync(join(cloud.home, 'credentials.json'), 'utf8')) as {
    admin: string;
  };
  const user = { name: 'admin', password, domain: { name: 'Default' } };
  const scope = { project: { name: 'admin', domain: { name: 'Default' } } };
  const reply = await fetch(`${authUrl}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } }, scope } }),
  });
  const body = (await reply.json()) as { token: { user: { id: string } } };
  return { authUrl, token: reply.headers.get('x-subject-token')!, userId: body.token.user.id };
}
