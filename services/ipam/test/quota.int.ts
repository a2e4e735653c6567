import { randomUUID } from 'node:crypto';
import type { ProjectQuotas, QuotaPage, RequestContext } from '@weft/contracts';
import { ADMIN, admin, context, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(() => ipam.stop());
afterEach(() => ipam.expectUsageTrue());

const someone = (project = randomUUID().replaceAll('-', '')): RequestContext => context(project);
const again = (ctx: RequestContext): RequestContext => context(ctx.projectId!);
const limit = (ctx: RequestContext, limits: Record<string, number>, more: object = {}) =>
  ipam.call('quotas', 'set', { ctx: admin(), projectId: ctx.projectId, limits, force: false, ...more });
const states = async (ctx: RequestContext, asker = again(ctx)) =>
  (await ipam.call<{ body: ProjectQuotas }>('quotas', 'show', { ctx: asker, projectId: ctx.projectId })).body;
const over = (...names: string[]) => ({
  type: 'OverQuota',
  status: 409,
  message: `Quota exceeded for resources: [${names.map((name) => `'${name}'`).join(', ')}].`,
});

describe('a limit', () => {
  it('is never overshot, by however many at once on however many replicas', async () => {
    const ctx = someone();
    await limit(ctx, { network: 7 });
    const tries = await Promise.allSettled(Array.from({ length: 50 }, () => ipam.create('networks', {}, again(ctx))));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    for (const tried of tries) if (tried.status === 'rejected') expect(tried.reason).toMatchObject(over('network'));
    expect((await states(ctx)).network).toEqual({ limit: 7, used: 7, default: -1 });
  });

  it('counts a bulk as a whole: all of it or none', async () => {
    const ctx = someone();
    await limit(ctx, { port: 3 });
    const network_id = (await ipam.create('networks', {}, again(ctx))).id as string;
    const ports = (count: number) => ipam.createAll('ports', Array(count).fill({ network_id }), again(ctx));
    await expect(ports(4)).rejects.toMatchObject(over('port'));
    expect((await states(ctx)).port!.used).toBe(0);
    await ports(3);
    await expect(ports(1)).rejects.toMatchObject(over('port'));
  });

  it('comes before policy and before what is wrong with the request otherwise', async () => {
    const ctx = someone();
    await limit(ctx, { network: 0, port: 0 });
    await expect(ipam.create('networks', { shared: true }, again(ctx))).rejects.toMatchObject(over('network'));
    const reader = context(ctx.projectId!, ['reader']);
    await expect(ipam.create('networks', {}, reader)).rejects.toMatchObject(over('network'));
    await expect(ipam.create('ports', { network_id: randomUUID() }, again(ctx))).rejects.toMatchObject(over('port'));
    await limit(ctx, { network: 1 });
    await expect(ipam.create('networks', {}, reader)).rejects.toMatchObject({ status: 403 });
  });

  it('lets a request that comes again have its answer, though the project is full meanwhile', async () => {
    const ctx = someone();
    await limit(ctx, { network: 1 });
    const first = await ipam.create('networks', {}, ctx);
    expect(await ipam.create('networks', {}, ctx)).toMatchObject({ id: first.id });
    await expect(ipam.create('networks', {}, again(ctx))).rejects.toMatchObject(over('network'));
  });

  it('that was lowered by force refuses more and takes back what is given back', async () => {
    const ctx = someone();
    const made = [];
    for (let i = 0; i < 3; i++) made.push(await ipam.create('networks', {}, again(ctx)));
    await expect(limit(ctx, { network: 2 })).rejects.toMatchObject({
      ...{ type: 'HTTPBadRequest', status: 400 },
      message: 'Quota limit 2 for network must be greater than or equal to already used 3',
    });
    await limit(ctx, { network: 1 }, { force: true });
    await ipam.delete('networks', made[0]!.id as string, again(ctx));
    await expect(ipam.create('networks', {}, again(ctx))).rejects.toMatchObject(over('network'));
    await limit(ctx, { network: -1 });
    await ipam.create('networks', {}, again(ctx));
  });

  it('holds for the project that owns the new object, not for the one that asks', async () => {
    const ctx = someone();
    await limit(ctx, { network: 0 });
    const item = { project_id: ctx.projectId, tenant_id: ctx.projectId };
    await expect(ipam.create('networks', item, admin())).rejects.toMatchObject(over('network'));
  });
});

describe('usage', () => {
  it('is of the owner of each object, and goes with the network', async () => {
    const [owner, guest] = [someone(), someone()];
    const network_id = (await ipam.create('networks', { shared: true }, admin())).id as string;
    const subnet = { network_id, cidr: '10.9.0.0/24', ip_version: 4 };
    await ipam.create('subnets', { ...subnet, project_id: owner.projectId, tenant_id: owner.projectId }, admin());
    const port = await ipam.create('ports', { network_id }, guest);
    expect((await states(owner)).subnet!.used).toBe(1);
    expect((await states(guest)).port!.used).toBe(1);
    await ipam.delete('ports', port.id as string, again(guest));
    await ipam.delete('networks', network_id, admin());
    expect((await states(owner)).subnet!.used).toBe(0);
    expect((await states(guest)).port!.used).toBe(0);
  });

  it('does not know the ports that Weft makes for itself', async () => {
    await ipam.node('h1');
    const ctx = someone();
    await limit(ctx, { port: 0 });
    const network_id = (await ipam.create('networks', {}, again(ctx))).id as string;
    await ipam.create('subnets', { network_id, cidr: '10.8.0.0/24', ip_version: 4 }, again(ctx));
    expect(await ipam.list('ports', { filters: { network_id: [network_id] } }, admin())).toHaveLength(1);
    expect((await states(ctx)).port).toEqual({ limit: 0, used: 0, default: -1 });
    await ipam.delete('networks', network_id, again(ctx));
  });

  it('is what there is after random work by many at once', async () => {
    const parties = Array.from({ length: 3 }, () => someone());
    await limit(parties[0]!, { network: 5, port: 8 });
    const work = async (ctx: RequestContext): Promise<void> => {
      const networks: string[] = [];
      const ports: string[] = [];
      for (let i = 0; i < 25; i++) {
        const any = (list: string[]) => list.splice(Math.floor(Math.random() * list.length), 1)[0];
        const kind = Math.floor(Math.random() * 4);
        const attempt = async () => {
          if (kind === 0 || networks.length === 0) {
            const { id } = await ipam.create('networks', {}, again(ctx));
            networks.push(id as string);
            await ipam.create('subnets', { network_id: id!, cidr: '10.7.0.0/24', ip_version: 4 }, again(ctx));
          } else if (kind === 1) {
            const [network_id] = networks;
            const made = await ipam.createAll(
              'ports',
              [{ network_id: network_id! }, { network_id: network_id! }],
              again(ctx),
            );
            ports.push(...made.map(({ id }) => id as string));
          } else if (kind === 2 && ports.length > 0) await ipam.delete('ports', any(ports)!, again(ctx));
          else await ipam.delete('networks', any(networks)!, again(ctx));
        };
        await attempt().catch((error: { status?: number }) => expect(error.status).toBe(409));
      }
    };
    await Promise.all(parties.flatMap((ctx) => [work(ctx), work(ctx), work(ctx)]));
    await ipam.expectUsageTrue();
    await ipam.expectPoolsWhole();
  });
});

describe('the quotas of projects', () => {
  it('are seen by their own, by administrators, and by nobody else', async () => {
    const ctx = someone();
    const none = (standard: number) => ({ limit: standard, used: 0, default: standard });
    expect(await states(ctx)).toEqual({
      ...{ network: none(-1), subnet: none(-1), subnetpool: none(-1), port: none(-1) },
      ...{ trunk: none(-1), rbac_policy: none(10) },
    });
    await states(ctx, admin());
    for (const roles of [
      ['member', 'reader'],
      ['manager', 'member', 'reader'],
    ]) {
      const stranger = context(ADMIN, roles);
      const refused = { type: 'PolicyNotAuthorized', status: 403 };
      await expect(states(ctx, stranger)).rejects.toMatchObject({
        ...refused,
        message: 'rule:get_quota is disallowed by policy',
      });
      await expect(ipam.call('quotas', 'list', { ctx: stranger })).rejects.toMatchObject(refused);
      for (const operation of ['check', 'set', 'reset']) {
        const request = { ctx: stranger, projectId: ctx.projectId, limits: { network: 1 }, force: true };
        await expect(ipam.call('quotas', operation, request)).rejects.toMatchObject(refused);
      }
    }
  });

  it('are listed where something was said, and forgotten when reset, once', async () => {
    const ctx = someone();
    await limit(ctx, { network: 3 });
    expect(await limit(ctx, { port: 4 })).toMatchObject({ body: { network: 3, port: expect.any(Number) } });
    const listed = async () =>
      (await ipam.call<{ body: QuotaPage }>('quotas', 'list', { ctx: admin() })).body.projects.find(
        ({ projectId }) => projectId === ctx.projectId,
      );
    expect(await listed()).toEqual({ projectId: ctx.projectId, limits: { network: 3, port: 4 } });
    const asked = { ctx: admin(), projectId: ctx.projectId };
    expect(await ipam.call('quotas', 'reset', asked)).toMatchObject({
      body: { existed: true, before: { network: 3, port: 4 } },
    });
    // The same request again: its reply was lost.
    expect(await ipam.call('quotas', 'reset', asked)).toEqual({ body: { existed: true } });
    expect(await ipam.call('quotas', 'reset', { ...asked, ctx: admin() })).toMatchObject({ body: { existed: false } });
    expect(await listed()).toBeUndefined();
    expect((await states(ctx)).network!.limit).toBe(-1);
    await ipam.create('networks', {}, tenant());
  });
});
