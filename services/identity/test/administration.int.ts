import { VALIDATE_TOKEN_SUBJECT, type ValidateTokenReply } from '@weft/contracts';
import { DEMO_PASSWORD, IdentityUnderTest, tokenOf } from './identity-under-test';

const named = (items: { name: string }[]) => items.map(({ name }) => name);

describe('what identity administers', () => {
  let identity: IdentityUnderTest;
  let admin: string;

  beforeAll(async () => {
    identity = await IdentityUnderTest.start(1);
    admin = await identity.adminToken();
  });
  afterAll(() => identity.stop());

  const validate = (token: string) => identity.messaging.request<ValidateTokenReply>(VALIDATE_TOKEN_SUBJECT, { token });
  const isValid = async (token: string) => (await validate(token)).valid;
  const newUser = (name: string, role?: string) => identity.newUser(admin, name, role);

  describe('application credentials', () => {
    it('let a program act in their project with their roles, and no further', async () => {
      const { user, project } = await newUser('app-owner', 'manager');
      const token = tokenOf(await identity.login('app-owner', 'first'));
      const path = `/v3/users/${user.id}/application_credentials`;
      const made = await identity.ask('POST', path, {
        token,
        body: { application_credential: { name: 'robot', roles: [{ name: 'reader' }] } },
      });
      expect(made.status).toBe(201);
      const { id, secret, roles, project_id: projectId, unrestricted } = made.body.application_credential;
      expect([named(roles), projectId, unrestricted]).toEqual([['reader'], project.id, false]);

      const byId = await identity.authenticate({
        methods: ['application_credential'],
        application_credential: { id, secret },
      });
      expect(named(byId.body.token.roles)).toEqual(['reader']);
      expect(byId.body.token.application_credential).toEqual({ id, name: 'robot', restricted: true });
      const byName = { name: 'robot', secret, user: { name: 'app-owner', domain: { id: 'default' } } };
      const robot = tokenOf(
        await identity.authenticate({ methods: ['application_credential'], application_credential: byName }),
      );

      const more = await identity.ask('POST', path, {
        token: robot,
        body: { application_credential: { name: 'other' } },
      });
      expect(more.status).toBe(403);
      const rescoped = await identity.authenticate({ methods: ['token'], token: { id: robot } }, 'unscoped');
      expect(rescoped.status).toBe(401);
      const wrong = await identity.authenticate({
        methods: ['application_credential'],
        application_credential: { id, secret: 'x' },
      });
      expect(wrong.status).toBe(401);
      expect(
        (await identity.ask('POST', path, { token, body: { application_credential: { name: 'robot' } } })).status,
      ).toBe(409);
      expect(
        (await identity.ask('POST', path, { token: admin, body: { application_credential: { name: 'x' } } })).status,
      ).toBe(403);

      expect(
        (await identity.ask('GET', `${path}/${id}`, { token })).body.application_credential.secret,
      ).toBeUndefined();
      expect((await identity.ask('DELETE', `${path}/${id}`, { token })).status).toBe(204);
      expect(await isValid(robot)).toBe(false);
    });
  });

  describe('administration', () => {
    it('is for administrators', async () => {
      const demo = tokenOf(await identity.login('demo', DEMO_PASSWORD));
      for (const path of ['/v3/users', '/v3/projects', '/v3/roles', '/v3/domains', '/v3/role_assignments']) {
        expect([path, (await identity.ask('GET', path, { token: demo })).status]).toEqual([path, 403]);
        expect([path, (await identity.ask('GET', path)).status]).toEqual([path, 401]);
      }
      expect(
        (await identity.ask('POST', '/v3/projects', { token: demo, body: { project: { name: 'x' } } })).status,
      ).toBe(403);
    });

    it('lets a user see himself and his own projects', async () => {
      const reply = await identity.login('demo', DEMO_PASSWORD, 'unscoped');
      const [token, id] = [tokenOf(reply), reply.body.token.user.id as string];
      expect((await identity.ask('GET', `/v3/users/${id}`, { token })).body.user.name).toBe('demo');
      for (const path of ['/v3/auth/projects', `/v3/users/${id}/projects`]) {
        expect(named((await identity.ask('GET', path, { token })).body.projects)).toEqual(['demo']);
      }
      expect((await identity.ask('GET', '/v3/auth/domains', { token })).body.domains).toEqual([]);
      expect((await identity.ask('GET', '/v3/auth/system', { token: admin })).body.system).toEqual([{ all: true }]);
    });

    it('keeps names unique in their domain', async () => {
      const post = (path: string, body: unknown) => identity.ask('POST', path, { token: admin, body });
      const domain = (await post('/v3/domains', { domain: { name: 'other' } })).body.domain;
      expect((await post('/v3/projects', { project: { name: 'twin', domain_id: domain.id } })).status).toBe(201);
      expect((await post('/v3/projects', { project: { name: 'twin', domain_id: 'default' } })).status).toBe(201);
      for (const [path, body] of [
        ['/v3/projects', { project: { name: 'twin', domain_id: domain.id } }],
        ['/v3/users', { user: { name: 'demo', domain_id: 'default' } }],
        ['/v3/roles', { role: { name: 'member' } }],
        ['/v3/domains', { domain: { name: 'other' } }],
      ] as const) {
        const reply = await post(path, body);
        expect([path, reply.status, reply.body.error.title]).toEqual([path, 409, 'Conflict']);
      }
      const path = `/v3/domains/${domain.id}`;
      expect((await identity.ask('DELETE', path, { token: admin })).status).toBe(403);
      await identity.ask('PATCH', path, { token: admin, body: { domain: { enabled: false } } });
      expect((await identity.ask('DELETE', path, { token: admin })).status).toBe(204);
      expect(
        (await identity.ask('GET', `/v3/projects?domain_id=${domain.id}`, { token: admin })).body.projects,
      ).toEqual([]);
    });

    it('grants roles idempotently and finds them by assignment', async () => {
      const { user, project, grant } = await newUser('granted');
      expect((await identity.ask('PUT', grant, { token: admin })).status).toBe(204);
      expect((await identity.ask('HEAD', grant, { token: admin })).status).toBe(204);
      const direct = (
        await identity.ask('GET', `/v3/role_assignments?user.id=${user.id}&include_names`, { token: admin })
      ).body;
      expect(direct.role_assignments).toHaveLength(1);
      expect(direct.role_assignments[0]).toMatchObject({
        role: { name: 'member' },
        user: { name: 'granted', domain: { name: 'Default' } },
        scope: { project: { id: project.id, name: 'granted' } },
      });
      const effective = (
        await identity.ask('GET', `/v3/role_assignments?user.id=${user.id}&effective&include_names`, { token: admin })
      ).body;
      expect(effective.role_assignments.map(({ role }: { role: { name: string } }) => role.name)).toEqual([
        'member',
        'reader',
      ]);
      expect((await identity.ask('DELETE', grant, { token: admin })).status).toBe(204);
      expect((await identity.ask('HEAD', grant, { token: admin })).status).toBe(404);
      expect((await identity.ask('DELETE', grant, { token: admin })).status).toBe(404);
    });

    it('implies roles through chains, and no longer when a link is gone', async () => {
      const role = async (name: string) =>
        (await identity.ask('POST', '/v3/roles', { token: admin, body: { role: { name } } })).body.role.id as string;
      const [a, b] = [await role('chain-a'), await role('chain-b')];
      expect((await identity.ask('PUT', `/v3/roles/${a}/implies/${b}`, { token: admin })).status).toBe(201);
      expect((await identity.ask('HEAD', `/v3/roles/${a}/implies/${b}`, { token: admin })).status).toBe(200);
      await newUser('chained', 'chain-a');
      const token = tokenOf(await identity.login('chained', 'first'));
      expect(await validate(token)).toMatchObject({ roles: ['chain-a', 'chain-b'] });
      expect((await identity.ask('DELETE', `/v3/roles/${a}/implies/${b}`, { token: admin })).status).toBe(204);
      expect(await validate(token)).toMatchObject({ roles: ['chain-a'] });
    });

    it.each([
      ['GET', '/v3/users/nope', 404],
      ['PATCH', '/v3/projects/nope', 404],
      ['DELETE', '/v3/roles/nope', 404],
      ['GET', '/v3/nowhere', 404],
      ['GET', '/v3/users/%00', 400],
      ['GET', '/v3/users?name=%00', 400],
      ['POST', '/v3/users', 400],
    ])('answers %s %s with %i in the form of Identity', async (method, path, status) => {
      const body = method === 'PATCH' ? { project: { name: 'x' } } : method === 'POST' ? { user: {} } : undefined;
      const reply = await identity.ask(method, path, { token: admin, body });
      expect([reply.status, reply.body.error.code]).toEqual([status, status]);
    });
  });
});
