import { policyNotAuthorized, type Quota, type RequestContext } from '@weft/contracts';
import { QuotaClient } from './quota.client';

const QUOTAS: readonly Quota[] = [
  { name: 'network', default: 100, service: 'ipam' },
  { name: 'router', default: 10, service: 'l3' },
  { name: 'port', default: 500, service: 'ipam' },
];
const ctx: RequestContext = { requestId: 'r', idempotencyKey: 'r', userId: 'u', projectId: 'p', roles: ['admin'] };

/** @param answer by subject and the request; what it throws refuses */
function clientOf(answer: (subject: string, request: Record<string, unknown>) => unknown) {
  const asked: string[] = [];
  const request = async (subject: string, body: unknown) => {
    asked.push(`${subject} ${JSON.stringify((body as { limits?: object }).limits ?? {})}`);
    return { body: answer(subject, body as Record<string, unknown>) };
  };
  return { asked, client: new QuotaClient({ request: request as never }, QUOTAS) };
}

describe(QuotaClient.name, () => {
  it('shows what every service knows of a project', async () => {
    const { client, asked } = clientOf((subject) =>
      subject.includes('ipam') ? { network: { limit: 1 }, port: { limit: 2 } } : { router: { limit: 3 } },
    );
    expect(await client.show(ctx, 'p')).toEqual({ network: { limit: 1 }, port: { limit: 2 }, router: { limit: 3 } });
    expect(asked).toHaveLength(2);
  });

  it('gives each service its own part, and sets nothing before all have agreed', async () => {
    const { client, asked } = clientOf((subject) =>
      subject.endsWith('check') ? null : subject.includes('l3') ? { router: 10 } : { network: 100, port: 500 },
    );
    const before = await client.set(ctx, 'p', { router: 1, network: 2 }, false);
    expect(before).toEqual({ network: 100, port: 500, router: 10 });
    expect(asked).toEqual([
      'svc.ipam.quotas.check {"network":2}',
      'svc.l3.quotas.check {"router":1}',
      'svc.ipam.quotas.set {"network":2}',
      'svc.l3.quotas.set {"router":1}',
    ]);
    const refusing = clientOf((subject) => {
      if (subject === 'svc.l3.quotas.check') throw policyNotAuthorized('rule:update_quota');
      return null;
    });
    await expect(refusing.client.set(ctx, 'p', { router: 1, network: 2 }, false)).rejects.toMatchObject({
      status: 403,
    });
    expect(refusing.asked.filter((one) => one.includes('.set'))).toEqual([]);
  });

  it('lists every project that has a limit of its own anywhere, page by page, with defaults for the rest', async () => {
    const { client, asked } = clientOf((subject, { after }) => {
      if (subject.includes('l3'))
        return { defaults: { router: 10 }, projects: [{ projectId: 'b', limits: { router: 0 } }], more: false };
      const defaults = { network: 100, port: 500 };
      return after === undefined
        ? { defaults, projects: [{ projectId: 'a', limits: { port: 7 } }], more: true }
        : { defaults, projects: [{ projectId: 'b', limits: { network: 9 } }], more: false };
    });
    expect(Array.from(await client.list(ctx))).toEqual([
      ['a', { network: 100, port: 7, router: 10 }],
      ['b', { network: 9, port: 500, router: 0 }],
    ]);
    expect(asked).toHaveLength(3);
  });

  it('resets a project everywhere, and knows whether there was anything to reset', async () => {
    const some = clientOf((subject) =>
      subject.includes('l3') ? { existed: true, before: { router: 7 } } : { existed: false, before: { network: 100 } },
    );
    expect(await some.client.reset(ctx, 'p')).toEqual({ existed: true, before: { router: 7, network: 100 } });
    const none = clientOf(() => ({ existed: false })).client;
    expect(await none.reset(ctx, 'p')).toEqual({ existed: false, before: {} });
  });
});
