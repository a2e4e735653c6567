import { attempt } from '@weft/lab';
import { PreloadedClient } from '@weft/testing';
import { ADMIN_PASSWORD, IdentityUnderTest } from './identity-under-test';

/** The stock client, unmodified, as an operator uses it. */
jest.setTimeout(180_000);

describe('the openstack client', () => {
  let identity: IdentityUnderTest;
  let admin: NodeJS.ProcessEnv;
  let client: PreloadedClient;

  beforeAll(async () => {
    client = new PreloadedClient('openstack');
    identity = await IdentityUnderTest.start(1);
    admin = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      OS_AUTH_URL: `${identity.url}/v3`,
      OS_IDENTITY_API_VERSION: '3',
      OS_USERNAME: 'admin',
      OS_PASSWORD: ADMIN_PASSWORD,
      OS_PROJECT_NAME: 'admin',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
    };
  });
  afterAll(async () => {
    await client.stop();
    await identity.stop();
  });

  const preloaded = (argv: string[], env: NodeJS.ProcessEnv) => client.run(argv, env);
  /** A process of its own, from its start on. */
  const oneShot = (argv: string[], env: NodeJS.ProcessEnv) => attempt(['openstack', ...argv], { env });
  const openstack = async (command: string, env = admin, run = preloaded): Promise<unknown> => {
    const { code, stdout, stderr } = await run(command.split(' '), env);
    if (code !== 0) throw new Error(`openstack ${command}: exit ${code}: ${stderr}`);
    return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as unknown);
  };
  const names = (rows: unknown) => (rows as { Name: string }[]).map(({ Name }) => Name);

  it('issues a token and reads the catalog', async () => {
    expect(await openstack('token issue -f json', admin, oneShot)).toMatchObject({
      id: expect.stringMatching(/^w1\./),
    });
    const catalog = (await openstack('catalog list -f json', admin, oneShot)) as { Type: string }[];
    expect(catalog.map(({ Type }) => Type).sort()).toEqual(['identity', 'network']);
  });

  it('also begins from a URL without a version', async () => {
    expect(await openstack('token issue -f json', { ...admin, OS_AUTH_URL: identity.url }, oneShot)).toHaveProperty(
      'id',
    );
  });

  it('makes projects, users and roles, grants, and takes all of it back', async () => {
    expect(await openstack('project create --description first lab -f json')).toMatchObject({
      name: 'lab',
      domain_id: 'default',
    });
    expect(await openstack('user create --project lab --password s3cret --email a@b.c alice -f json')).toMatchObject({
      name: 'alice',
      email: 'a@b.c',
    });
    expect(await openstack('role create operator -f json')).toMatchObject({ name: 'operator' });
    await openstack('role add --project lab --user alice operator');
    await openstack('role add --project lab --user alice member');
    const assigned = (await openstack('role assignment list --user alice --project lab --names -f json')) as {
      Role: string;
    }[];
    expect(assigned.map(({ Role }) => Role).sort()).toEqual(['member', 'operator']);
    expect(names(await openstack('project list -f json'))).toContain('lab');
    expect(names(await openstack('user list -f json'))).toContain('alice');
    expect(names(await openstack('role list -f json'))).toContain('operator');
    await openstack('user set --description changed alice');
    expect(await openstack('user show alice -f json')).toMatchObject({ description: 'changed' });

    await openstack('role remove --project lab --user alice operator');
    await openstack('role delete operator');
    await openstack('user delete alice');
    await openstack('project delete lab');
    expect(names(await openstack('project list -f json'))).not.toContain('lab');
    expect(names(await openstack('user list -f json'))).not.toContain('alice');
  });

  it('makes an application credential and logs in with it', async () => {
    const made = (await openstack('application credential create --role reader robot -f json')) as Record<
      string,
      string
    >;
    const robot = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_AUTH_URL: `${identity.url}/v3`,
      OS_APPLICATION_CREDENTIAL_ID: made.id,
      OS_APPLICATION_CREDENTIAL_SECRET: made.secret,
    };
    expect(await openstack('token issue -f json', robot, oneShot)).toMatchObject({ project_id: made.project_id });
    await openstack('application credential delete robot');
    await expect(openstack('token issue -f json', robot, oneShot)).rejects.toThrow(/401/);
  });
});
