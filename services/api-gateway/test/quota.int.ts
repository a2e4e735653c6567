import { byQuota, policyNotAuthorized, QUOTAS, type SetQuotasRequest } from '@weft/contracts';
import { GatewayUnderTest } from './gateway-under-test';

const DEFAULTS = Object.fromEntries(QUOTAS.map((quota) => [quota.name, quota.default]));

describe('quotas at the gateway', () => {
  let gateway: GatewayUnderTest;
  let limits: Record<string, number> | undefined;
  const asked: string[] = [];
  const sets: object[] = [];

  beforeAll(async () => {
    gateway = await GatewayUnderTest.start();
    gateway.serve('svc.ipam.quotas.*', async (message) => {
      const operation = message.subject.split('.').at(-1)!;
      const { ctx, ...request } = message.json<SetQuotasRequest>();
      asked.push(operation);
      const isAdmin = ctx.roles.includes('admin');
      switch (operation) {
        case 'show': {
          if (!isAdmin && request.projectId !== ctx.projectId) throw policyNotAuthorized('rule:get_quota');
          const states = Object.entries({ ...DEFAULTS, ...limits }).map(([name, limit]) => [
            name,
            { limit, used: 2, default: DEFAULTS[name]! },
          ]);
          return { body: Object.fromEntries(states) };
        }
        case 'list':
          return { body: { defaults: DEFAULTS, projects: limits ? [{ projectId: 'p1', limits }] : [], more: false } };
        case 'set':
          limits = { ...limits, ...request.limits };
          sets.push(request);
          return { body: null };
        case 'check':
          return { body: null };
        default: {
          const existed = limits !== undefined;
          limits = undefined;
          return { body: { existed } };
        }
      }
    });
    // Others keep theirs as they were.
    for (const service of new Set(QUOTAS.map((quota) => quota.service).filter((name) => name !== 'ipam'))) {
      const own = QUOTAS.filter((quota) => quota.service === service);
      const defaults = Object.fromEntries(own.map((quota) => [quota.name, quota.default]));
      const states = own.map((quota) => [quota.name, { limit: quota.default, used: 2, default: quota.default }]);
      const answers: Readonly<Record<string, unknown>> = {
        show: Object.fromEntries(states),
        list: { defaults, projects: [], more: false },
        reset: { existed: false },
      };
      gateway.serve(`svc.${service}.quotas.*`, (message) =>
        Promise.resolve({ body: answers[message.subject.split('.').at(-1)!] ?? null }),
      );
    }
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    limits = undefined;
    [asked, sets].forEach((list) => list.splice(0));
  });

  const admin = { token: 'admin' };
  const put = (quota: unknown) => gateway.ask('PUT', '/v2.0/quotas/p1', { ...admin, body: { quota } });

  it('shows limits, defaults and usage in the forms that clients know', async () => {
    limits = { network: 3 };
    expect((await gateway.ask('GET', '/v2.0/quotas/p1')).body).toEqual({ quota: { ...DEFAULTS, network: 3 } });
    expect((await gateway.ask('GET', '/v2.0/quotas/p1/default.json')).body).toEqual({ quota: DEFAULTS });
    expect((await gateway.ask('GET', '/v2.0/quotas/p1/details.json')).body).toEqual({
      quota: byQuota((name) => ({ limit: name === 'network' ? 3 : DEFAULTS[name]!, used: 2, reserved: 0 })),
    });
    expect((await gateway.ask('GET', '/v2.0/quotas', admin)).body).toEqual({
      quotas: [{ ...DEFAULTS, network: 3, project_id: 'p1', tenant_id: 'p1' }],
    });
    expect((await gateway.ask('GET', '/v2.0/quotas/tenant')).body).toEqual({ tenant: { tenant_id: 'p1' } });
    expect((await gateway.ask('GET', '/v2.0/quotas/project')).body).toEqual({ project: { project_id: 'p1' } });
  });

  it('sets what is named, after asking whether it would do, and answers with the whole', async () => {
    expect((await put({ network: '3', port: -1 })).body).toEqual({ quota: { ...DEFAULTS, network: 3, port: -1 } });
    expect(asked).toEqual(['check', 'set', 'show']);
    await put({ network: 1, force: true });
    await put({ network: 1, check_limit: 'false' });
    await put({ network: 1, check_limit: true });
    await put({});
    expect(sets).toEqual([
      { projectId: 'p1', limits: { network: 3, port: -1 }, force: false },
      { projectId: 'p1', limits: { network: 1 }, force: true },
      { projectId: 'p1', limits: { network: 1 }, force: true },
      { projectId: 'p1', limits: { network: 1 }, force: false },
      { projectId: 'p1', limits: {}, force: false },
    ]);
  });

  it.each([
    [{ network: -2 }, "Invalid input for network. Reason: '-2' is too small - must be at least '-1'."],
    [{ network: 'x' }, "Invalid input for operation: 'x' is not an integer."],
    [{ bogus: 1 }, "Unrecognized attribute(s) 'bogus'"],
    [{ project_id: 'p1' }, "Unrecognized attribute(s) 'project_id'"],
    [{ network: 1, force: true, check_limit: true }, "'force' and 'check_limit' exclude each other"],
    [null, "Unable to find 'quota' in request body"],
  ])('refuses %j and sets nothing', async (quota, message) => {
    const reply = await put(quota);
    expect([reply.status, reply.body.NeutronError.message]).toEqual([400, message]);
    expect(asked).toEqual([]);
  });

  it('resets to the defaults once', async () => {
    limits = { network: 3 };
    expect((await gateway.ask('DELETE', '/v2.0/quotas/p1', admin)).status).toBe(204);
    const gone = await gateway.ask('DELETE', '/v2.0/quotas/p1', admin);
    expect([gone.status, gone.body.NeutronError]).toEqual([
      404,
      { type: 'TenantQuotaNotFound', message: 'Quota for tenant p1 could not be found.', detail: '' },
    ]);
  });

  it('passes on what the owner refuses', async () => {
    const reply = await gateway.ask('GET', '/v2.0/quotas/p2');
    expect([reply.status, reply.body.NeutronError.message]).toEqual([403, 'rule:get_quota is disallowed by policy']);
  });

  it('has no other paths and methods', async () => {
    for (const path of ['/v2.0/quotas/p1/nope', '/v2.0/quotas/p1/details/x', '/v2.0/quotas/p1/toString']) {
      expect((await gateway.ask('GET', path)).status).toBe(404);
    }
    for (const [method, path] of [
      ['POST', ''],
      ['POST', '/p1'],
      ['PUT', '/p1/default'],
      ['DELETE', '/project'],
    ]) {
      expect((await gateway.ask(method!, `/v2.0/quotas${path!}`)).status).toBe(405);
    }
  });
});
