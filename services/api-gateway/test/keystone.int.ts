import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestContext, ShowRequest } from '@weft/contracts';
import { KeystoneServer, waitUntil } from '@weft/testing';
import { keystoneSettings } from '../src/auth/keystone/keystone.settings';
import { KeystoneValidator } from '../src/auth/keystone/keystone.validator';
import { GatewayUnderTest } from './gateway-under-test';

const ID = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';
const CACHE_SECONDS = 2;
const VARIABLES = {
  WEFT_IDENTITY: 'keystone',
  WEFT_KEYSTONE_USERNAME: 'weft',
  WEFT_KEYSTONE_PASSWORD: 's3cret',
  WEFT_KEYSTONE_CACHE_SECONDS: String(CACHE_SECONDS),
};

describe('the gateway with a Keystone', () => {
  let dir: string;
  let keystone: KeystoneServer;
  let gateway: GatewayUnderTest;
  let serviceUser: string;
  let adminProject: string;
  const seen: RequestContext[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'weft-keystone-'));
    keystone = await KeystoneServer.start(dir);
    type Made = Record<'role' | 'project' | 'user', { id: string }>;
    const make = async (kind: keyof Made, more: object) =>
      (await keystone.administer<Made>('POST', `/${kind}s`, { [kind]: more }))[kind].id;
    const domain = { domain_id: 'default' };
    const [role, project] = [
      await make('role', { name: 'service' }),
      await make('project', { name: 'service', ...domain }),
    ];
    serviceUser = await make('user', { name: 'weft', password: 's3cret', ...domain });
    await keystone.administer('PUT', `/projects/${project}/users/${serviceUser}/roles/${role}`);
    const found = await keystone.administer<{ projects: { id: string }[] }>('GET', '/projects?name=admin');
    adminProject = found.projects[0]!.id;

    Object.assign(process.env, VARIABLES, { WEFT_KEYSTONE_URL: `${keystone.url}/v3/` });
    gateway = await GatewayUnderTest.start();
    gateway.serve('svc.ipam.networks.show', (message) => {
      seen.push(message.json<ShowRequest>().ctx);
      return Promise.resolve({ body: { id: ID } });
    });
  }, 120_000);
  afterAll(async () => {
    for (const name of [...Object.keys(VARIABLES), 'WEFT_KEYSTONE_URL']) delete process.env[name];
    await gateway?.stop();
    await keystone?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const show = async (token: string) => (await gateway.ask('GET', `/v2.0/networks/${ID}`, { token })).status;
  const shownAs = async (scope: unknown) => {
    expect(await show(await keystone.login({ scope }))).toBe(200);
    return seen.at(-1)!;
  };

  it('identifies the user, the project and the roles with implied ones', async () => {
    expect(await show(await keystone.login())).toBe(200);
    const { projectId, roles, domainId } = seen.at(-1)!;
    expect({ projectId, domainId }).toEqual({ projectId: adminProject, domainId: 'default' });
    expect(roles).toEqual(expect.arrayContaining(['admin', 'member', 'reader']));
  });

  it('refuses what is no token, in the form of the authentication middleware', async () => {
    for (const token of ['wrong', `gAAAAA${'x'.repeat(100)}`, 'ü', 'x'.repeat(9_000)]) {
      expect(await show(encodeURIComponent(token))).toBe(401);
    }
    expect(await new KeystoneValidator(keystoneSettings()).validate('a\r\nx-auth-token: b')).toBeNull();
  });

  it('gives no roles to tokens of no project, whatever their holder is elsewhere', async () => {
    const unscoped = { projectId: null, roles: [] };
    expect(await shownAs('unscoped')).toMatchObject(unscoped);
    const system = await shownAs({ system: { all: true } });
    expect(system).toMatchObject({ ...unscoped, systemScope: true });
    const { users } = await keystone.administer<{ users: { id: string }[] }>('GET', '/users?name=admin');
    const { roles } = await keystone.administer<{ roles: { id: string }[] }>('GET', '/roles?name=admin');
    await keystone.administer('PUT', `/domains/default/users/${users[0]!.id}/roles/${roles[0]!.id}`);
    expect(await shownAs({ domain: { id: 'default' } })).toMatchObject({ ...unscoped, domainId: 'default' });
  });

  it('stops to honour a revoked token when its memory of it ends', async () => {
    const token = await keystone.login();
    expect(await show(token)).toBe(200);
    await keystone.revoke(token);
    await waitUntil('it is refused', async () => (await show(token)) === 401 || 'it still counts', {
      timeoutMs: (CACHE_SECONDS + 1) * 1_000,
    });
  });

  it('gets itself a new token when its own is revoked', async () => {
    const set = (enabled: boolean) => keystone.administer('PATCH', `/users/${serviceUser}`, { user: { enabled } });
    await set(false);
    // Our own user being refused is no fault of the client's token.
    expect(await show(await keystone.login())).toBe(503);
    await set(true);
    expect(await show(await keystone.login())).toBe(200);
  });

  it('answers 503 for uncached tokens while Keystone is away, and expires cached ones', async () => {
    const [known, stranger] = [await keystone.login(), await keystone.login({ scope: 'unscoped' })];
    expect(await show(known)).toBe(200);
    await keystone.stop();
    expect(await show(known)).toBe(200);
    expect(await show(stranger)).toBe(503);
    expect(await show('wrong')).toBe(503);
    await sleep(CACHE_SECONDS * 1_000);
    expect(await show(known)).toBe(503);
    await keystone.restart();
    expect([await show(known), await show(stranger), await show('wrong')]).toEqual([200, 200, 401]);
  });
});
