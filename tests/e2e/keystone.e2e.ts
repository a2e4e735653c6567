import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KEYSTONE_ADMIN, KeystoneServer, TestCloud } from '@weft/testing';

const exec = promisify(execFile);
let dir: string;
let keystone: KeystoneServer;
let cloud: TestCloud;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weft-keystone-'));
  keystone = await KeystoneServer.start(dir);
  cloud = await TestCloud.start({
    hosts: 0,
    env: {
      WEFT_IDENTITY: 'keystone',
      WEFT_KEYSTONE_URL: keystone.url,
      WEFT_KEYSTONE_USERNAME: KEYSTONE_ADMIN.name,
      WEFT_KEYSTONE_PASSWORD: KEYSTONE_ADMIN.password,
      WEFT_KEYSTONE_PROJECT: KEYSTONE_ADMIN.project,
      WEFT_KEYSTONE_CACHE_SECONDS: '0',
    },
  });
}, 180_000);
afterAll(async () => {
  await cloud?.stop();
  await keystone?.stop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

const networks = async (token: string): Promise<number> =>
  (await fetch(`${cloud.run.apiUrl}/v2.0/networks`, { headers: { 'x-auth-token': token } })).status;

describe('npm start with a Keystone', () => {
  it('runs no identity of its own and sends clients to the Keystone', async () => {
    expect(() => cloud.process('identity')).toThrow();
    expect(cloud.run.authUrl).toBe(`${keystone.url}/v3`);
    const refused = await fetch(`${cloud.run.apiUrl}/v2.0/networks`);
    expect(refused.headers.get('www-authenticate')).toBe(`Keystone uri="${keystone.url}/v3"`);
  });

  it('tells the password of the service user to the gateway alone', () => {
    const knows = (name: string) =>
      readFileSync(`/proc/${cloud.process(name).pid}/environ`, 'utf8').includes(KEYSTONE_ADMIN.password);
    expect(['api-gateway', 'ipam', 'fwaas', 'node-feed'].filter(knows)).toEqual(['api-gateway']);
  });

  it('serves the stock client with the credentials that it wrote, from the catalog of the Keystone', async () => {
    type Service = { service: { id: string } };
    const { service } = await keystone.administer<Service>('POST', '/services', {
      service: { type: 'network', name: 'weft' },
    });
    const endpoint = { service_id: service.id, interface: 'public', region_id: 'RegionOne', url: cloud.run.apiUrl };
    await keystone.administer('POST', '/endpoints', { endpoint });
    const rc = join(cloud.home, 'openrc');
    const { stdout } = await exec('bash', ['-c', `. ${rc} && openstack network create blue -f json`]);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'blue', status: 'ACTIVE' });
    expect((await cloud.admin.list('networks')).map(({ name }) => name)).toEqual(['blue']);
  }, 60_000);

  it('honours a token until it is revoked, and says 503 while the Keystone is down', async () => {
    const [token, other] = [await keystone.login(), await keystone.login()];
    expect([await networks(token), await networks('wrong')]).toEqual([200, 401]);
    await keystone.revoke(token);
    expect([await networks(token), await networks(other)]).toEqual([401, 200]);
    await keystone.stop();
    expect([await networks(other), await networks('wrong')]).toEqual([503, 503]);
    await keystone.restart();
    expect([await networks(other), await networks('wrong')]).toEqual([200, 401]);
  }, 60_000);
});
