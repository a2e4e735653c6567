import { randomUUID } from 'node:crypto';
import type { SecurityGroupFact } from '@weft/contracts';
import { admin, context, eventually, other, somebody, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let fwaas: Harness;
beforeAll(async () => {
  fwaas = await Harness.start({ replicas: 2 });
});
afterAll(() => fwaas.stop());

const rulesOf = (group: Record<string, unknown>) => group.security_group_rules as Record<string, unknown>[];
const shapes = (group: Record<string, unknown>) =>
  rulesOf(group)
    .map(({ direction, ethertype, remote_group_id }) => `${direction} ${ethertype} ${remote_group_id}`)
    .sort();

describe('a group', () => {
  it('begins with two rules that let everything out, and tells nodes', async () => {
    const group = await fwaas.create('security_groups', { name: 'sg1' });
    expect(group).toMatchObject({
      ...{ name: 'sg1', description: '', stateful: true, shared: false, tags: [] },
      ...{ project_id: TENANT, tenant_id: TENANT },
    });
    expect(shapes(group)).toEqual(['egress IPv4 null', 'egress IPv6 null']);
    expect(rulesOf(group)[0]).toMatchObject({
      ...{
        security_group_id: group.id,
        project_id: TENANT,
        protocol: null,
        port_range_min: null,
        port_range_max: null,
      },
      ...{ remote_ip_prefix: null, normalized_cidr: null, remote_address_group_id: null, belongs_to_default_sg: false },
    });
    const ids = rulesOf(group).map(({ id }) => id as string);
    const any = { direction: 'egress', protocol: null, ports: null, icmp: null, remote: null };
    const version = (id: string) => (rulesOf(group).find((rule) => rule.id === id)!.ethertype === 'IPv4' ? 4 : 6);
    await fwaas.expectFact(`group.${String(group.id)}`, {
      ...{ id: group.id, stateful: true },
      rules: ids.sort().map((id) => ({ id, ...any, ipVersion: version(id) })),
    });
  });

  it('goes with its rules, and its deletion is a fact', async () => {
    const id = await fwaas.group();
    await fwaas.delete('security_groups', id);
    await fwaas.expectFact(`group.${id}`, null);
    await expect(fwaas.show('security_groups', id, tenant())).rejects.toMatchObject({
      ...{ type: 'SecurityGroupNotFound', status: 404, message: `Security group ${id} does not exist` },
    });
    await fwaas.expectUsageTrue();
  });

  it('of another project does not exist', async () => {
    const id = await fwaas.group();
    for (const attempt of [
      () => fwaas.show('security_groups', id, other()),
      () => fwaas.update('security_groups', id, { name: 'x' }, other()),
      () => fwaas.delete('security_groups', id, other()),
      () => fwaas.rule(id, {}, other()),
    ])
      await expect(attempt()).rejects.toMatchObject({ type: 'SecurityGroupNotFound', status: 404 });
  });

  it('that rules of other groups name takes these rules along', async () => {
    const [named, naming] = [await fwaas.group(), await fwaas.group()];
    const rule = await fwaas.rule(naming, { remote_group_id: named });
    await fwaas.delete('security_groups', named);
    await expect(fwaas.show('security_group_rules', rule.id as string, tenant())).rejects.toMatchObject({
      status: 404,
    });
    await eventually(async () => {
      const fact = (await fwaas.facts.load()).get(`group.${naming}`)!.value as SecurityGroupFact;
      expect(fact.rules).toHaveLength(2);
    });
    await fwaas.expectUsageTrue();
  });

  it('is changed under If-Match only as its client has seen it', async () => {
    const { id, revision_number: revision } = await fwaas.create('security_groups', {});
    await fwaas.rule(id as string);
    const request = { ctx: tenant(), id, changes: { name: 'x' }, ifRevision: revision };
    await expect(fwaas.call('security_groups', 'update', request)).rejects.toMatchObject({ status: 412 });
  });

  it('keeps tags', async () => {
    const id = await fwaas.group();
    const ask = (operation: string, more: object = {}) =>
      fwaas.call('security_groups', operation, { ctx: tenant(), id, params: {}, ...more });
    await ask('replace_tags', { body: { tags: ['red'] } });
    const found = await fwaas.list('security_groups', { filters: { tags: ['red'] } });
    expect(found.map((group) => group.id)).toEqual([id]);
  });

  it('is repeated, not made twice, under the same key', async () => {
    const ctx = tenant();
    expect(await fwaas.group({ name: 'once' }, ctx)).toBe(await fwaas.group({ name: 'once' }, ctx));
    const id = await fwaas.group();
    const gone = tenant();
    await fwaas.delete('security_groups', id, gone);
    await fwaas.delete('security_groups', id, gone);
  });
});

describe('the default group', () => {
  it('is made once, whoever looks for it first: fifty at once', async () => {
    const ctx = somebody();
    const project = ctx.projectId!;
    const anew = () => context(project);
    const looks = Array.from({ length: 50 }, (_, i) => {
      if (i % 4 === 0) return fwaas.list('security_groups', {}, anew());
      if (i % 4 === 1) return fwaas.group({}, anew());
      if (i % 4 === 2) return fwaas.resolve([], [project]);
      return fwaas.list('security_group_rules', {}, anew());
    });
    await Promise.all(looks);
    const all = await fwaas.list('security_groups', { filters: { name: ['default'] } }, ctx);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ description: 'Default security group', project_id: project });
    const { id } = all[0]!;
    expect(shapes(all[0]!)).toEqual([
      ...['egress IPv4 null', 'egress IPv6 null', `ingress IPv4 ${String(id)}`, `ingress IPv6 ${String(id)}`],
    ]);
    expect(rulesOf(all[0]!).every(({ belongs_to_default_sg: belongs }) => belongs)).toBe(true);
    expect((await fwaas.resolve([], [project])).map(({ id: each, isDefault }) => [each, isDefault])).toEqual([
      [id, true],
    ]);
    await fwaas.expectUsageTrue();
  });

  const defaultOf = async (ctx: ReturnType<typeof tenant>) =>
    (await fwaas.list('security_groups', { filters: { name: ['default'] } }, ctx))[0]!.id as string;

  it('is not renamed, by nobody (NG-7)', async () => {
    const id = await defaultOf(tenant());
    for (const ctx of [tenant(), admin()])
      await expect(fwaas.update('security_groups', id, { name: 'mine' }, ctx)).rejects.toMatchObject({
        ...{ type: 'SecurityGroupCannotUpdateDefault', status: 409 },
        message: 'Updating default security group not allowed.',
      });
    expect(await fwaas.update('security_groups', id, { description: 'ours' })).toMatchObject({ description: 'ours' });
  });

  it('is deleted by operators only, and comes anew (NG-7)', async () => {
    const ctx = somebody();
    const id = await defaultOf(ctx);
    await expect(fwaas.delete('security_groups', id, ctx)).rejects.toMatchObject({
      ...{ type: 'SecurityGroupCannotRemoveDefault', status: 409 },
      message: 'Insufficient rights for removing default security group.',
    });
    await fwaas.delete('security_groups', id, admin());
    expect(await defaultOf(ctx)).not.toBe(id);
  });

  it('is not refused for a quota, and counts', async () => {
    const ctx = somebody();
    await fwaas.database.query(
      `INSERT INTO quota_limit (project_id, resource, value) VALUES ($1, 'security_group', 0), ($1, 'security_group_rule', 0)`,
      [ctx.projectId],
    );
    await defaultOf(ctx);
    await expect(fwaas.group({}, ctx)).rejects.toMatchObject({ type: 'OverQuota', status: 409 });
    await fwaas.expectUsageTrue();
  });
});

describe('quotas', () => {
  it('hold for groups and rules under concurrency, to the last one', async () => {
    const ctx = somebody();
    const project = ctx.projectId!;
    await fwaas.list('security_groups', {}, ctx);
    await fwaas.database.query(
      `INSERT INTO quota_limit (project_id, resource, value) VALUES ($1, 'security_group', 4), ($1, 'security_group_rule', 12)`,
      [project],
    );
    const made = await Promise.allSettled(Array.from({ length: 10 }, () => fwaas.group({}, context(project))));
    const ids = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(ids).toHaveLength(3);
    const rules = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        fwaas.rule(ids[i % 3]!, { protocol: 'tcp', port_range_min: i + 1, port_range_max: i + 1 }, context(project)),
      ),
    );
    // Four of the default group, two of each other: two are left.
    expect(rules.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const one of rules)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({
          ...{ type: 'OverQuota', message: "Quota exceeded for resources: ['security_group_rule']." },
        });
    await fwaas.expectUsageTrue();
  });
});

describe('sharing', () => {
  it('shows a group to whom it is granted, greater generations first, and lets nobody change it', async () => {
    const id = await fwaas.group({ name: 'for others' });
    const seen = async (ctx = other()) =>
      (await fwaas.list('security_groups', { filters: { id: [id] } }, ctx)).map(({ shared }) => shared);
    expect(await seen()).toEqual([]);
    await fwaas.grant(id, [other().projectId!], 7);
    expect(await seen()).toEqual([true]);
    expect(await seen(tenant())).toEqual([false]);
    expect(await fwaas.list('security_groups', { filters: { shared: [true] } }, other())).toHaveLength(1);
    await expect(fwaas.update('security_groups', id, { name: 'x' }, other())).rejects.toMatchObject({ status: 403 });
    await expect(fwaas.delete('security_groups', id, other())).rejects.toMatchObject({ status: 403 });
    await expect(fwaas.rule(id, {}, other())).rejects.toMatchObject({ type: 'PolicyNotAuthorized', status: 403 });
    // An older word comes late.
    await fwaas.grant(id, [], 6);
    expect(await seen()).toEqual([true]);
    await fwaas.grant(id, [], 8);
    expect(await seen()).toEqual([]);
    await fwaas.grant(id, ['*'], 9);
    expect(await seen(tenant())).toEqual([true]);
  });

  it('lets others name a group in their rules, which is nobody else’s to name', async () => {
    const id = await fwaas.group();
    const own = await fwaas.group({}, other());
    const attempt = () => fwaas.rule(own, { remote_group_id: id }, other());
    await expect(attempt()).rejects.toMatchObject({ type: 'SecurityGroupNotFound', status: 404 });
    await fwaas.grant(id, ['*'], 1);
    expect(await attempt()).toMatchObject({ remote_group_id: id });
  });

  it('takes no grant of an object that is not there', async () => {
    const id = randomUUID();
    await fwaas.grant(id, ['*'], 1);
    expect(await fwaas.database.query('SELECT 1 FROM access_grant WHERE object_id = $1', [id])).toEqual([]);
  });
});
