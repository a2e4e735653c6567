import {
  TOKENS_REVOKED_SUBJECT,
  VALIDATE_TOKEN_SUBJECT,
  type TokensRevoked,
  type ValidateTokenReply,
} from '@weft/contracts';
import { ADMIN_PASSWORD, DEMO_PASSWORD, IdentityUnderTest, tokenOf, type Reply } from './identity-under-test';

const named = (items: { name: string }[]) => items.map(({ name }) => name);

describe('identity', () => {
  let identity: IdentityUnderTest;
  let admin: string;

  beforeAll(async () => {
    identity = await IdentityUnderTest.start();
    admin = await identity.adminToken();
  });
  afterAll(() => identity.stop());

  const validate = (token: string) => identity.messaging.request<ValidateTokenReply>(VALIDATE_TOKEN_SUBJECT, { token });
  const isValid = async (token: string) => (await validate(token)).valid;
  /** A user with a role on a project of his own. */
  const newUser = async (name: string, role = 'member') => {
    const project = (
      await identity.ask('POST', '/v3/projects', { token: admin, body: { project: { name, domain_id: 'default' } } })
    ).body.project;
    const user = (
      await identity.ask('POST', '/v3/users', {
        token: admin,
        body: { user: { name, password: 'first', domain_id: 'default', default_project_id: project.id } },
      })
    ).body.user;
    const [{ id: roleId }] = (await identity.ask('GET', `/v3/roles?name=${role}`, { token: admin })).body.roles;
    const grant = `/v3/projects/${project.id}/users/${user.id}/roles/${roleId}`;
    expect((await identity.ask('PUT', grant, { token: admin })).status).toBe(204);
    return { user, project, grant };
  };

  describe('bootstrap', () => {
    it('is done once by replicas that start together', async () => {
      const { body } = await identity.ask('GET', '/v3/users', { token: admin });
      expect(named(body.users)).toEqual(['admin', 'demo']);
      expect(named((await identity.ask('GET', '/v3/projects', { token: admin })).body.projects)).toEqual([
        'admin',
        'demo',
      ]);
      expect(named((await identity.ask('GET', '/v3/roles', { token: admin })).body.roles)).toEqual([
        'admin',
        'manager',
        'member',
        'reader',
        'service',
      ]);
    });
  });

  describe('discovery', () => {
    it('answers 300 at its root and 200 at /v3, with and without a slash', async () => {
      expect((await identity.ask('GET', '/')).status).toBe(300);
      for (const path of ['/v3', '/v3/']) {
        const reply = await identity.ask('GET', path);
        expect([reply.status, reply.body.version.id]).toEqual([200, 'v3.14']);
        expect(reply.body.version.links[0].href).toBe(`${identity.url}/v3/`);
      }
    });
  });

  describe('authentication by password', () => {
    it('issues a token for a project with implied roles and a catalog', async () => {
      const reply = await identity.login('admin', ADMIN_PASSWORD);
      expect(reply.status).toBe(201);
      expect(reply.headers.get('vary')).toBe('X-Auth-Token');
      const { token } = reply.body;
      expect(token).toMatchObject({
        methods: ['password'],
        user: { name: 'admin', domain: { id: 'default', name: 'Default' }, password_expires_at: null },
        project: { name: 'admin', domain: { id: 'default', name: 'Default' } },
        is_domain: false,
      });
      expect(token.audit_ids[0]).toHaveLength(22);
      expect(token.expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect(named(token.roles)).toEqual(['admin', 'manager', 'member', 'reader']);
      expect(
        token.catalog.map(({ type, endpoints }: { type: string; endpoints: { url: string }[] }) => [
          type,
          endpoints.length,
          endpoints[0]?.url,
        ]),
      ).toEqual([
        ['network', 3, 'http://127.0.0.1:9696'],
        ['identity', 3, `${identity.url}/v3`],
      ]);
    });

    it('scopes to a domain, to the system, to nothing and to the default project', async () => {
      const domain = (await identity.login('admin', ADMIN_PASSWORD, { domain: { id: 'default' } })).body.token;
      expect([domain.domain.name, domain.project]).toEqual(['Default', undefined]);
      expect((await identity.login('admin', ADMIN_PASSWORD, { system: { all: true } })).body.token.system).toEqual({
        all: true,
      });
      const unscoped = (await identity.login('admin', ADMIN_PASSWORD, 'unscoped')).body.token;
      expect([unscoped.project, unscoped.roles, unscoped.catalog]).toEqual([undefined, undefined, undefined]);
      const user = { name: 'demo', domain: { name: 'Default' }, password: DEMO_PASSWORD };
      const absent = await identity.authenticate({ methods: ['password'], password: { user } });
      expect(absent.body.token.project.name).toBe('demo');
      expect(named(absent.body.token.roles)).toEqual(['member', 'reader']);
    });

    it('says nothing but 401 for a wrong password, an unknown user, a foreign and an unknown project', async () => {
      const foreign = { project: { name: 'admin', domain: { id: 'default' } } };
      const replies = [
        await identity.login('demo', 'wrong'),
        await identity.login('nobody', 'x'),
        await identity.login('demo', DEMO_PASSWORD, foreign),
        await identity.login('demo', DEMO_PASSWORD, { project: { id: 'nope' } }),
        await identity.login('demo', DEMO_PASSWORD, { system: { all: true } }),
      ];
      for (const reply of replies) {
        expect([reply.status, reply.body]).toEqual([
          401,
          {
            error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
          },
        ]);
        expect(reply.headers.get('www-authenticate')).toBe(`Keystone uri="${identity.url}/v3"`);
      }
    });

    it.each<[string, unknown]>([
      ['no body', undefined],
      ['no JSON', '{'],
      ['no auth', {}],
      ['no methods', { auth: { identity: {} } }],
      ['a method without its part', { auth: { identity: { methods: ['password'] } } }],
      [
        'a number as password',
        { auth: { identity: { methods: ['password'], password: { user: { id: 'x', password: 5 } } } } },
      ],
      [
        'a user without domain',
        { auth: { identity: { methods: ['password'], password: { user: { name: 'admin', password: 'x' } } } } },
      ],
      [
        'a NUL in a name',
        {
          auth: {
            identity: {
              methods: ['password'],
              password: { user: { name: 'a\0', domain: { id: 'default' }, password: 'x' } },
            },
          },
        },
      ],
    ])('answers 400 for %s', async (_what, body) => {
      const reply = await identity.ask('POST', '/v3/auth/tokens', { body });
      expect([reply.status, reply.body.error.title]).toEqual([400, 'Bad Request']);
    });
  });

  describe('authentication by token', () => {
    it('rescopes, keeps the expiry and names its parent', async () => {
      const first = await identity.login('admin', ADMIN_PASSWORD, 'unscoped');
      const rescoped = await identity.authenticate(
        { methods: ['token'], token: { id: tokenOf(first) } },
        { project: { name: 'admin', domain: { id: 'default' } } },
      );
      expect(rescoped.body.token.methods).toEqual(['token', 'password']);
      expect(rescoped.body.token.expires_at).toBe(first.body.token.expires_at);
      expect(rescoped.body.token.audit_ids[1]).toBe(first.body.token.audit_ids[0]);
      expect(await isValid(tokenOf(rescoped))).toBe(true);
    });

    it('refuses a token that was tampered with', async () => {
      const token = tokenOf(await identity.login('demo', DEMO_PASSWORD));
      const [version, key, payload, signature] = token.split('.') as [string, string, string, string];
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const forged = Buffer.from(JSON.stringify({ ...claims, expiresAt: 4e12 })).toString('base64url');
      for (const bad of [
        [version, key, forged, signature],
        [version, '2', payload, signature],
        [version, key, payload, ''],
        ['x'],
      ]) {
        expect(await isValid(bad.join('.'))).toBe(false);
      }
    });
  });

  describe('validation', () => {
    it('tells the gateway who is behind a token', async () => {
      expect(await validate(tokenOf(await identity.login('demo', DEMO_PASSWORD)))).toMatchObject({
        valid: true,
        userName: 'demo',
        domainId: 'default',
        systemScope: false,
        roles: ['member', 'reader'],
      });
      expect(await validate('nonsense')).toEqual({ valid: false });
    });

    it('shows a token by GET and HEAD to its user and to administrators only', async () => {
      const demo = tokenOf(await identity.login('demo', DEMO_PASSWORD));
      const look = (method: string, token: string, subject: string) =>
        identity.ask(method, '/v3/auth/tokens', { token, headers: { 'x-subject-token': subject } });
      const shown = await look('GET', admin, demo);
      expect([shown.status, shown.body.token.user.name, shown.headers.get('x-subject-token')]).toEqual([
        200,
        'demo',
        demo,
      ]);
      expect((await look('HEAD', demo, demo)).status).toBe(200);
      expect((await look('GET', demo, admin)).status).toBe(403);
      expect((await look('GET', admin, 'nonsense')).status).toBe(404);
      expect((await look('GET', 'nonsense', demo)).status).toBe(401);
    });
  });

  describe('what ends tokens', () => {
    const ended = async (
      name: string,
      end: (made: Awaited<ReturnType<typeof newUser>>, token: string) => Promise<Reply>,
    ) => {
      const made = await newUser(name);
      const token = tokenOf(await identity.login(name, 'first'));
      expect(await isValid(token)).toBe(true);
      const heard = new Promise<TokensRevoked>((resolve) => {
        const listener = identity.messaging.listen(TOKENS_REVOKED_SUBJECT, (message) => {
          resolve(message.json<TokensRevoked>());
          void listener.stop();
        });
      });
      await identity.messaging.connection.flush();
      expect((await end(made, token)).status).toBeLessThan(300);
      expect(await isValid(token)).toBe(false);
      return { made, notice: await heard };
    };

    it('is giving it back', async () => {
      const { notice } = await ended('ends-by-delete', (_, token) =>
        identity.ask('DELETE', '/v3/auth/tokens', { token, headers: { 'x-subject-token': token } }),
      );
      expect(notice.tokens?.[0]).toMatch(/^[0-9a-f]{64}$/);
    });

    it('is a new password, after which the user can log in again', async () => {
      const { made } = await ended('ends-by-password', ({ user }) =>
        identity.ask('POST', `/v3/users/${user.id}/password`, {
          body: { user: { original_password: 'first', password: 'second' } },
        }),
      );
      expect((await identity.login('ends-by-password', 'first')).status).toBe(401);
      expect(await isValid(tokenOf(await identity.login('ends-by-password', 'second')))).toBe(true);
      const wrong = await identity.ask('POST', `/v3/users/${made.user.id}/password`, {
        body: { user: { original_password: 'no', password: 'third' } },
      });
      expect(wrong.status).toBe(401);
    });

    it('is disabling the user', async () => {
      const { notice, made } = await ended('ends-by-disable', ({ user }) =>
        identity.ask('PATCH', `/v3/users/${user.id}`, { token: admin, body: { user: { enabled: false } } }),
      );
      expect(notice.userIds).toEqual([made.user.id]);
    });

    it('is deleting the user, the project, or his last role there', async () => {
      await ended('ends-by-user', ({ user }) => identity.ask('DELETE', `/v3/users/${user.id}`, { token: admin }));
      const { notice, made } = await ended('ends-by-project', ({ project }) =>
        identity.ask('DELETE', `/v3/projects/${project.id}`, { token: admin }),
      );
      expect(notice.projectIds).toEqual([made.project.id]);
      await ended('ends-by-grant', ({ grant }) => identity.ask('DELETE', grant, { token: admin }));
    });

    it('is disabling the project or the domain', async () => {
      await ended('ends-by-project-off', ({ project }) =>
        identity.ask('PATCH', `/v3/projects/${project.id}`, { token: admin, body: { project: { enabled: false } } }),
      );
    });
  });

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
