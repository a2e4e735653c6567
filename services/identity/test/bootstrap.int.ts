import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsServer } from '@weft/lab';
import { createTestDatabase } from '@weft/testing';
import { identityApp } from './identity-under-test';

describe('the first start of identity', () => {
  const dir = mkdtempSync(join(tmpdir(), 'weft-bootstrap-'));
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await startNats({ dir: join(dir, 'nats') });
    Object.assign(process.env, { WEFT_NATS_URL: nats.url, WEFT_DATABASE_URL: await createTestDatabase() });
  });
  afterAll(async () => {
    await nats.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Starts, tries the passwords of admin, and stops. */
  async function start(adminPassword: string | undefined, ...tried: string[]): Promise<number[]> {
    delete process.env.WEFT_BOOTSTRAP_ADMIN_PASSWORD;
    delete process.env.WEFT_BOOTSTRAP_DEMO_PASSWORD;
    if (adminPassword !== undefined) {
      Object.assign(process.env, {
        WEFT_BOOTSTRAP_ADMIN_PASSWORD: adminPassword,
        WEFT_BOOTSTRAP_DEMO_PASSWORD: 'demo',
      });
    }
    const app = await identityApp();
    try {
      await app.listen(0, '127.0.0.1');
      const url = await app.getUrl();
      const login = async (password: string) => {
        const user = { name: 'admin', domain: { id: 'default' }, password };
        const body = JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } } } });
        return (await fetch(`${url}/v3/auth/tokens`, { method: 'POST', body })).status;
      };
      return await Promise.all(tried.map(login));
    } finally {
      await app.close();
    }
  }

  it('refuses to invent passwords, and names the variable', async () => {
    await expect(start(undefined)).rejects.toThrow(/WEFT_BOOTSTRAP_ADMIN_PASSWORD must be set/);
  });

  it('makes the users with the passwords given, and later starts leave them alone', async () => {
    expect(await start('first', 'first')).toEqual([201]);
    expect(await start('other', 'first', 'other')).toEqual([201, 401]);
    expect(await start(undefined, 'first')).toEqual([201]);
  });
});
