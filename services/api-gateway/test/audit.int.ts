import { readFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditedReply, conflict, type Json, QUOTAS, type UpdateRequest } from '@weft/contracts';
import { startTelemetry } from '@weft/telemetry';
import { GatewayUnderTest } from './gateway-under-test';

const ID = '11111111-2222-4333-8444-555555555555';

let gateway: GatewayUnderTest;
let dir: string;
let file: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weft-audit-'));
  file = join(dir, 'audit.log');
  process.env.WEFT_AUDIT_LOG = file;
  await startTelemetry('api-gateway', 'test');
  gateway = await GatewayUnderTest.start();
  gateway.serve('svc.ipam.networks.*', async (message) => {
    const operation = message.subject.split('.').at(-1);
    if (operation === 'create') return { body: { id: ID, name: 'new' } };
    if (operation === 'list') return Buffer.from('{"count":0}\n');
    const { changes, audited } = message.json<UpdateRequest>();
    if (changes?.name === 'taken') throw conflict('NetworkInUse', 'It is in use, says w1.1.abc.def.');
    const large = changes?.name === 'large' && { addresses: 'x'.repeat(10_000) };
    const body = operation === 'delete' ? null : { id: ID, ...changes, ...large };
    const reply = JSON.stringify({ body });
    return Buffer.from(audited ? auditedReply(reply, `{"id":"${ID}",\n"name":"old"}`) : reply);
  });
});
afterAll(async () => {
  delete process.env.WEFT_AUDIT_LOG;
  await gateway.stop();
  rmSync(dir, { recursive: true, force: true });
});

const lines = () =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, Json>);
/** What is added to the log by some work. */
const recorded = async (work: () => Promise<unknown>) => {
  const before = lines().length;
  await work();
  return lines().slice(before);
};
const network = (attributes: object) => ({ body: { network: attributes } });

it('records a create with its user and object', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const headers = { traceparent, 'x-forwarded-for': '192.0.2.7' };
  const answers: string[] = [];
  const [line, ...more] = await recorded(async () => {
    const reply = await gateway.ask('POST', '/v2.0/networks?x=secret', { ...network({ name: 'new' }), headers });
    answers.push(reply.headers.get('x-openstack-request-id')!);
  });
  expect(more).toEqual([]);
  const time = line!.time as string;
  expect(Number.isNaN(Date.parse(time))).toBe(false);
  expect(line).toEqual({
    ...{ audit: 'write', time, request_id: answers[0], trace_id: '0af7651916cd43dd8448eb211c80319c' },
    ...{ user_id: 'u1', user_name: 'u1', project_id: 'p1', domain_id: 'default', roles: ['member', 'reader'] },
    ...{ source: '127.0.0.1', forwarded_for: '192.0.2.7' },
    ...{ method: 'POST', path: '/v2.0/networks', route: '/v2.0/networks', resource_id: ID, status: 201 },
    ...{ before: null, after: { id: ID, name: 'new' } },
  });
  expect(statSync(file).mode & 0o077).toBe(0);
});

it('records the object before an update and a delete', async () => {
  const path = `/v2.0/networks/${ID}`;
  const changed = await recorded(() => gateway.ask('PUT', path, network({ name: 'changed', description: 'a\nb' })));
  expect(changed).toMatchObject([
    {
      method: 'PUT',
      resource_id: ID,
      status: 200,
      before: { name: 'old' },
      after: { name: 'changed', description: 'a\nb' },
    },
  ]);
  const deleted = await recorded(() => gateway.ask('DELETE', path));
  expect(deleted).toMatchObject([
    { method: 'DELETE', resource_id: ID, status: 204, before: { name: 'old' }, after: null },
  ]);
});

it('records only the differences of an update, and at most 8 KiB of each side', async () => {
  const change = (name: string) => recorded(() => gateway.ask('PUT', `/v2.0/networks/${ID}`, network({ name })));
  expect((await change('new'))[0]).toMatchObject({ before: { name: 'old' }, after: { name: 'new' } });
  expect(Object.keys((await change('new'))[0]!.after as object)).toEqual(['name']);
  const size = statSync(file).size;
  const [line] = await change('large');
  const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
  expect(line).toMatchObject({ before: { name: 'old' }, after: { omitted: { bytes: 10_031, sha256 } } });
  expect(statSync(file).size - size).toBeLessThan(1_500);
});

it('is not filled by refusals that quote a client', async () => {
  const size = statSync(file).size;
  await gateway.ask('PUT', `/v2.0/networks/${ID}`, network({ admin_state_up: 'x'.repeat(100_000) }));
  await gateway.ask('DELETE', `/v2.0/networks/${'x'.repeat(10_000)}`);
  expect(statSync(file).size - size).toBeLessThan(6_000);
  // Nor is a secret cut in two, which would hide it from the redaction.
  await gateway.ask('DELETE', `/v2.0/networks/${'x'.repeat(1_000)}-w1.1.abcdefghijkl.mnopqr`);
  expect(readFileSync(file, 'utf8')).not.toContain('w1.1.');
});

it('sends the client the body only', async () => {
  const reply = await gateway.ask('PUT', `/v2.0/networks/${ID}`, network({ name: 'changed' }));
  expect(reply.body).toEqual({ network: { id: ID, name: 'changed' } });
});

it('records quotas before a change', async () => {
  for (const service of new Set(QUOTAS.map((quota) => quota.service)))
    gateway.serve(`svc.${service}.quotas.*`, async (message) => {
      const own = QUOTAS.filter((quota) => quota.service === service).map(({ name }) => name);
      const before = Object.fromEntries(own.map((name) => [name, 7]));
      const states = Object.fromEntries(own.map((name) => [name, { limit: 7, used: 0, default: 7 }]));
      const bodies: Readonly<Record<string, unknown>> = {
        ...{ check: null, set: before, show: states },
        reset: { existed: service === 'ipam', before },
      };
      return { body: bodies[message.subject.split('.').at(-1)!] };
    });
  const found = await recorded(async () => {
    await gateway.ask('PUT', '/v2.0/quotas/p2', { body: { quota: { network: 3, port: 7 } } });
    await gateway.ask('DELETE', '/v2.0/quotas/p2');
  });
  const all = Object.fromEntries(QUOTAS.map(({ name }) => [name, 7]));
  expect(found).toMatchObject([
    { resource_id: 'p2', status: 200, before: { network: 7 }, after: { network: 3 } },
    { resource_id: 'p2', status: 204, before: { id: 'p2', ...all }, after: null },
  ]);
  expect(found[0]!.before).toEqual({ network: 7 });
});

it('records the reason of a refused write without the secrets it may quote', async () => {
  const found = await recorded(async () => {
    await gateway.ask('PUT', `/v2.0/networks/${ID}`, network({ name: 'taken' }));
    await gateway.ask('POST', '/v2.0/networks', network({ nonsense: 1 }));
    await gateway.ask('POST', '/v2.0/nothing', network({}));
  });
  expect(found).toMatchObject([
    { status: 409, reason: { type: 'NetworkInUse', message: 'It is in use, says w1.***.' }, before: null, after: null },
    { status: 400, reason: { type: 'HTTPBadRequest' } },
    { status: 404, reason: { type: 'HTTPNotFound' } },
  ]);
});

it('records neither reads nor unauthenticated requests', async () => {
  const found = await recorded(async () => {
    await gateway.ask('GET', '/v2.0/networks');
    await gateway.ask('POST', '/v2.0/networks', { token: 'stranger', ...network({}) });
  });
  expect(found).toEqual([]);
});
