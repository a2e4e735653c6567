import fc from 'fast-check';
import { IdentityUnderTest } from './identity-under-test';

const COLLECTIONS = [
  'domains',
  'projects',
  'users',
  'roles',
  'role_assignments',
  'role_inferences',
  'services',
  'endpoints',
  'auth/tokens',
  'auth/projects',
];
const MEMBERS = ['domain', 'project', 'user', 'role', 'auth', 'application_credential'];
const FIELDS = [
  'name',
  'domain_id',
  'enabled',
  'password',
  'description',
  'email',
  'default_project_id',
  'roles',
  'expires_at',
  'identity',
];

/** Any request near the border of the valid is the client's error or is done; it is never a defect of ours. */
describe('random requests to identity', () => {
  let identity: IdentityUnderTest;
  beforeAll(async () => {
    identity = await IdentityUnderTest.start(1);
  });
  afterAll(() => identity.stop());

  it('are never answered with 5xx, and errors have their form', async () => {
    const token = await identity.adminToken();
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>('default', 'x', '', null, true, 'x'.repeat(300), '\0', []),
    );
    const fields = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 4 });
    const named = fc.record({ name: fc.string({ minLength: 1 }) });
    const body = fc.oneof(
      fc.tuple(fc.constantFrom(...MEMBERS), fields).map(([member, given]) => ({ [member]: given })),
      // Something for every collection at once: most of these are accepted.
      named.map((given) => Object.fromEntries(MEMBERS.map((member) => [member, given]))),
      fc.jsonValue(),
    );
    const id = fc.oneof(
      fc.constantFrom('default', 'nope', 'a/b', '%zz', '%00', '..'),
      fc.string().map(encodeURIComponent),
    );
    const path = fc.oneof(
      fc.constantFrom(...COLLECTIONS),
      fc.tuple(fc.constantFrom(...COLLECTIONS), id).map((parts) => parts.join('/')),
      fc.tuple(id, id, id).map(([a, b, c]) => `projects/${a}/users/${b}/roles/${c}`),
      fc.tuple(id, id).map(([a, b]) => `users/${a}/application_credentials/${b}`),
      id.map((a) => `users/${a}/password`),
    );
    const query = fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('name', 'enabled', 'user.id', 'effective'), id).map(([key, text]) => `?${key}=${text}`),
    );
    const method = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT');
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(method, path, query, body, async (verb, where, what, sent) => {
        // The domain under the administrator's feet stays.
        fc.pre(!(where === 'domains/default' && (verb === 'PATCH' || verb === 'DELETE')));
        const reply = await identity.ask(verb, `/v3/${where}${what}`, { token, ...(verb !== 'GET' && { body: sent }) });
        statuses.add(reply.status);
        if (reply.status >= 500) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
        if (reply.status >= 400 && reply.body?.error?.code !== reply.status)
          throw new Error(`no form: ${JSON.stringify(reply.body)}`);
      }),
      { numRuns: 600 },
    );
    for (const status of [200, 201, 400, 404]) expect(statuses).toContain(status);
  });
});
