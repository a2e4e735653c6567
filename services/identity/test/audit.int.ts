import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '@weft/contracts';
import { ADMIN_PASSWORD, DEMO_PASSWORD, IdentityUnderTest, tokenOf } from './identity-under-test';

let identity: IdentityUnderTest;
let admin: string;
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weft-identity-audit-'));
  process.env.WEFT_AUDIT_LOG = join(dir, 'audit.log');
  identity = await IdentityUnderTest.start(1);
  admin = await identity.adminToken();
});
afterAll(async () => {
  delete process.env.WEFT_AUDIT_LOG;
  await identity.stop();
  rmSync(dir, { recursive: true, force: true });
});

const log = () => readFileSync(join(dir, 'audit.log'), 'utf8');
/** What is added to the log by some work. */
const told = async (work: () => Promise<unknown>) => {
  const before = log().split('\n').length;
  await work();
  return log()
    .split('\n')
    .slice(before - 1)
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, Json>);
};
const ask = (method: string, path: string, body?: unknown) => identity.ask(method, path, { token: admin, body });

describe('a write', () => {
  it('is told of with what was before: of a change what differs, of a deletion the whole', async () => {
    const { body } = await ask('POST', '/v3/users', { user: { name: 'x', email: 'old', password: 'p4ssw0rd' } });
    const path = `/v3/users/${body.user.id}`;
    const found = await told(async () => {
      await ask('PATCH', path, { user: { email: 'new' } });
      await ask('DELETE', path);
    });
    expect(found).toMatchObject([
      { method: 'PATCH', resource_id: body.user.id, user_name: 'admin', status: 200 },
      { method: 'DELETE', status: 204, before: { id: body.user.id, name: 'x', email: 'new' }, after: null },
    ]);
    expect([found[0]!.before, found[0]!.after]).toEqual([{ email: 'old' }, { email: 'new' }]);
    expect(log()).not.toContain('p4ssw0rd');
  });

  it('of roles and grants is told of, too, and no read', async () => {
    const { user, grant } = await identity.newUser(admin, 'granted');
    const found = await told(async () => {
      await ask('DELETE', grant);
      await ask('PUT', grant);
      await ask('GET', `/v3/users/${user.id}`);
    });
    expect(found).toMatchObject([
      { method: 'DELETE', path: grant, status: 204, before: null, after: null },
      { method: 'PUT', path: grant, status: 204, before: null, after: null },
    ]);
  });

  it('that is refused says why, and who tried', async () => {
    const token = tokenOf(await identity.login('demo', DEMO_PASSWORD));
    const found = await told(() => identity.ask('DELETE', '/v3/users/x', { token }));
    expect(found).toMatchObject([
      { user_name: 'demo', status: 403, reason: { type: 'Forbidden' }, before: null, after: null },
    ]);
    const unknown = await told(() => ask('PATCH', '/v3/users/nobody', { user: {} }));
    expect(unknown).toMatchObject([{ status: 404, reason: { message: 'Could not find user: nobody.' } }]);
  });
});

describe('who logs in', () => {
  const SECRET = 'guessed-at-random';

  it('is told of if he is refused: whom he said to be, from where, and why, which he is not told', async () => {
    const credential = { id: 'c1', secret: SECRET };
    const headers = { 'x-forwarded-for': '192.0.2.9' };
    const user = { name: 'demo', domain: { id: 'default' }, password: SECRET };
    const auth = { identity: { methods: ['password'], password: { user } }, scope: { project: { id: 'p1' } } };
    const replies: { body: unknown; status: number }[] = [];
    const found = await told(async () => {
      replies.push(await identity.ask('POST', '/v3/auth/tokens', { body: { auth }, headers }));
      replies.push(await identity.login('nobody', SECRET));
      replies.push(
        await identity.authenticate({ methods: ['application_credential'], application_credential: credential }),
      );
      replies.push(await identity.login('demo', DEMO_PASSWORD, { project: { id: 'none' } }));
      replies.push(await identity.authenticate({ methods: ['token'], token: { id: SECRET } }));
    });
    const claim = { methods: 'password', user_name: 'demo', domain_id: 'default' };
    const reason = (detail: string) => ({ type: 'Unauthorized', detail });
    expect(found).toMatchObject([
      { claimed: { ...claim, project_id: 'p1' }, forwarded_for: '192.0.2.9', reason: reason('wrong password') },
      { claimed: { ...claim, user_name: 'nobody' }, reason: reason('no such user, or disabled') },
      { claimed: { application_credential_id: 'c1' }, reason: reason('no such application credential') },
      { claimed: claim, reason: reason('no role on the scope, or it is disabled') },
      { claimed: { methods: 'token' }, reason: reason('not a token to get others by') },
    ]);
    for (const line of found)
      expect(line).toMatchObject({ status: 401, user_id: null, source: '127.0.0.1', route: '/v3/auth/tokens' });
    expect(log()).not.toContain(SECRET);
    expect(log()).not.toContain(DEMO_PASSWORD);
    // All of them hear the same.
    expect(new Set(replies.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
  });

  it('is not told of if he is let in, or is not understood', async () => {
    const found = await told(async () => {
      await identity.login('admin', ADMIN_PASSWORD);
      await identity.ask('POST', '/v3/auth/tokens', { body: { auth: {} } });
    });
    expect(found).toEqual([]);
  });

  it('changes his password by knowing it: that is a write, and whose', async () => {
    const { user } = await identity.newUser(admin, 'changing');
    const change = (original_password: string) =>
      identity.ask('POST', `/v3/users/${user.id}/password`, {
        body: { user: { original_password, password: 'next' } },
      });
    const found = await told(async () => {
      await change('wrong');
      await change('first');
    });
    expect(found).toMatchObject([
      { claimed: { user_id: user.id }, status: 401, reason: { detail: 'wrong password' } },
      { claimed: { user_id: user.id }, status: 204, before: null, after: null },
    ]);
  });

  it('does not fill the log', async () => {
    const found = await told(async () => {
      for (let n = 0; n < 15; n++) await identity.login('x'.repeat(5_000), SECRET);
    });
    expect(found.length).toBeLessThan(15);
    expect(JSON.stringify(found).length).toBeLessThan(10 * 1_500);
  }, 30_000);
});
