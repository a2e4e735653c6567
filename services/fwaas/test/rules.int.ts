import { randomUUID } from 'node:crypto';
import { ADMIN, admin, type Body, context, eventually, other, somebody, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let fwaas: Harness;
beforeAll(async () => {
  fwaas = await Harness.start({ replicas: 2 });
});
afterAll(() => fwaas.stop());

const tcp = (port: number, more: Body = {}): Body => ({
  ...{ protocol: 'tcp', port_range_min: port, port_range_max: port },
  ...more,
});

describe('a rule', () => {
  it('is shown as it was asked for, alone and in its group, and told to nodes as what it comes to', async () => {
    const group = await fwaas.group();
    const rule = await fwaas.rule(group, tcp(22, { remote_ip_prefix: '10.0.0.5/24', description: 'ssh' }));
    expect(rule).toMatchObject({
      ...{ security_group_id: group, direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp', description: 'ssh' },
      ...{ port_range_min: 22, port_range_max: 22, remote_ip_prefix: '10.0.0.5/24', normalized_cidr: '10.0.0.0/24' },
      ...{ remote_group_id: null, remote_address_group_id: null, belongs_to_default_sg: false, revision_number: 0 },
      ...{ project_id: TENANT, tenant_id: TENANT },
    });
    const shown = (await fwaas.show('security_groups', group, tenant())).security_group_rules as Body[];
    expect(shown.find(({ id }) => id === rule.id)).toEqual(rule);
    await eventually(async () => {
      const fact = (await fwaas.facts.load()).get(`group.${group}`)!.value as unknown as { rules: Body[] };
      expect(fact.rules.find(({ id }) => id === rule.id)).toMatchObject({
        ...{
          direction: 'ingress',
          ipVersion: 4,
          protocol: 6,
          ports: { min: 22, max: 22 },
          remote: { prefix: '10.0.0.0/24' },
        },
      });
    });
  });

  it('like another is refused with the id of that, whatever it is called', async () => {
    const group = await fwaas.group();
    const { id } = await fwaas.rule(group, tcp(22));
    for (const again of [
      tcp(22),
      tcp(22, { protocol: '6' }),
      tcp(22, { remote_ip_prefix: '0.0.0.0/0', description: 'x' }),
    ])
      await expect(fwaas.rule(group, again)).rejects.toMatchObject({
        ...{ type: 'SecurityGroupRuleExists', status: 409 },
        message: `Security group rule already exists. Rule id is ${String(id)}.`,
      });
    await fwaas.rule(group, tcp(22, { ethertype: 'IPv6' }));
    await fwaas.rule(await fwaas.group(), tcp(22));
  });

  it('is made once when it is asked for twenty times at once, and the others are told of it', async () => {
    const group = await fwaas.group();
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => fwaas.rule(group, tcp(80))));
    const made = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id as string] : []));
    expect(made).toHaveLength(1);
    for (const one of asked)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({
          type: 'SecurityGroupRuleExists',
          message: expect.stringContaining(made[0]!),
        });
    await fwaas.expectUsageTrue();
  });

  it('needs a group, and another side that its maker may see', async () => {
    const group = await fwaas.group();
    const foreign = await fwaas.group({}, other());
    for (const [item, type] of [
      [{ remote_group_id: foreign }, 'SecurityGroupNotFound'],
      [{ remote_group_id: randomUUID() }, 'SecurityGroupNotFound'],
      [{ remote_group_id: 'x' }, 'SecurityGroupNotFound'],
      [{ remote_address_group_id: randomUUID() }, 'AddressGroupNotFound'],
      [{ remote_address_group_id: 'x' }, 'AddressGroupNotFound'],
    ] as const)
      await expect(fwaas.rule(group, item)).rejects.toMatchObject({ type, status: 404 });
    for (const nothing of [randomUUID(), 'x'])
      await expect(fwaas.rule(nothing)).rejects.toMatchObject({ type: 'SecurityGroupNotFound', status: 404 });
  });

  it('belongs to whom its maker says, and is seen by who owns the group', async () => {
    const group = await fwaas.group();
    const { id } = await fwaas.rule(group, tcp(1), admin());
    expect(await fwaas.show('security_group_rules', id as string, tenant())).toMatchObject({ project_id: ADMIN });
    await fwaas.delete('security_group_rules', id as string);
    await fwaas.expectUsageTrue();
  });

  it('goes alone, and nodes are told', async () => {
    const group = await fwaas.group();
    const { id } = await fwaas.rule(group, tcp(5));
    await expect(fwaas.delete('security_group_rules', id as string, other())).rejects.toMatchObject({
      ...{ type: 'SecurityGroupRuleNotFound', status: 404 },
      message: `Security group rule ${String(id)} does not exist`,
    });
    await fwaas.delete('security_group_rules', id as string);
    await eventually(async () => {
      const fact = (await fwaas.facts.load()).get(`group.${group}`)!.value as unknown as { rules: Body[] };
      expect(fact.rules).toHaveLength(2);
    });
  });
});

describe('several rules in one request', () => {
  const many = (items: readonly Body[], ctx = tenant()) =>
    fwaas.createAll(
      'security_group_rules',
      items.map((item) => ({ direction: 'ingress', ...item })),
      ctx,
    );

  it('are made together, or none of them', async () => {
    const group = await fwaas.group();
    const of = (port: number) => tcp(port, { security_group_id: group });
    expect(await many([of(1), of(2), of(3)])).toHaveLength(3);
    await expect(many([of(4), of(2)])).rejects.toMatchObject({ type: 'SecurityGroupRuleExists' });
    await expect(many([of(4), tcp(4, { security_group_id: group, protocol: '6' })])).rejects.toMatchObject({
      ...{ type: 'DuplicateSecurityGroupRuleInPost', status: 409 },
      message: 'Duplicate Security Group Rule in POST.',
    });
    expect(await fwaas.list('security_group_rules', { filters: { security_group_id: [group] } })).toHaveLength(5);
  });

  it('are for one group and one project', async () => {
    const [a, b] = [await fwaas.group(), await fwaas.group()];
    await expect(many([tcp(1, { security_group_id: a }), tcp(1, { security_group_id: b })])).rejects.toMatchObject({
      ...{ type: 'SecurityGroupNotSingleGroupRules', status: 400 },
    });
    const two = [TENANT, ADMIN].map((project_id, i) =>
      tcp(i + 1, { security_group_id: a, project_id, tenant_id: project_id }),
    );
    await expect(many(two, admin())).rejects.toMatchObject({
      ...{ type: 'SecurityGroupRulesNotSingleProject', status: 400 },
    });
  });

  it('are as many as a node can be told of at once, and no more', async () => {
    const group = await fwaas.group();
    const description = '\u{1F512}'.repeat(255);
    const of = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => tcp(from + i, { security_group_id: group, description }));
    for (const from of [1, 101, 201, 301]) await many(of(from, 100));
    await many(of(401, 98));
    await expect(many(of(501, 1))).rejects.toMatchObject({ type: 'SecurityGroupConflict', status: 409 });
    expect((await fwaas.show('security_groups', group, tenant())).security_group_rules).toHaveLength(500);
    await eventually(async () => {
      const fact = (await fwaas.facts.load()).get(`group.${group}`)!.value as unknown as { rules: Body[] };
      expect(fact.rules).toHaveLength(500);
    });
  }, 30_000);

  it('are no more than a group can be shown with, however JSON writes what they are described by', async () => {
    const group = await fwaas.group();
    const description = '\x01'.repeat(255);
    const of = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => tcp(from + i, { security_group_id: group, description }));
    for (const from of [1, 101, 201]) await many(of(from, 100));
    const tooMuch = { type: 'SecurityGroupConflict', status: 409 };
    await expect(many(of(301, 195))).rejects.toMatchObject(tooMuch);
    await many(of(301, 33));
    await expect(many(of(334, 1))).rejects.toMatchObject(tooMuch);
    // Two more came with the group.
    expect((await fwaas.show('security_groups', group, tenant())).security_group_rules).toHaveLength(335);
    expect(await fwaas.list('security_groups', { filters: { id: [group] } })).toHaveLength(1);
    expect(await fwaas.list('security_group_rules', { filters: { security_group_id: [group] } })).toHaveLength(335);
    await many([tcp(400, { security_group_id: group })]);
  }, 30_000);

  it('are sorted and filtered by what may be null', async () => {
    const group = await fwaas.group();
    await many([tcp(9, { security_group_id: group }), { security_group_id: group, protocol: 'icmp' }]);
    const sorted = await fwaas.list('security_group_rules', {
      filters: { security_group_id: [group], direction: ['ingress'] },
      sort: [{ key: 'port_range_min', dir: 'desc' }],
    });
    expect(sorted.map(({ protocol }) => protocol)).toEqual(['tcp', 'icmp']);
    const found = await fwaas.list('security_group_rules', {
      filters: { security_group_id: [group], protocol: ['tcp'] },
    });
    expect(found).toHaveLength(1);
  });
});

describe('what new groups begin with', () => {
  const TEMPLATES = 'default_security_group_rules';

  it('is for operators to say, and for all to see', async () => {
    const item = tcp(22, { direction: 'ingress', used_in_default_sg: false, used_in_non_default_sg: true });
    await expect(fwaas.create(TEMPLATES, item)).rejects.toMatchObject({ type: 'PolicyNotAuthorized', status: 403 });
    const made = await fwaas.create(TEMPLATES, item, admin());
    expect(made).toMatchObject({ ...item, remote_group_id: null });
    expect(await fwaas.list(TEMPLATES)).toHaveLength(5);
    await expect(fwaas.create(TEMPLATES, { ...item, protocol: '6' }, admin())).rejects.toMatchObject({
      ...{ type: 'DefaultSecurityGroupRuleExists', status: 409 },
      message: `Default Security group rule already exists. Rule id is ${String(made.id)}.`,
    });
    const group = await fwaas.create('security_groups', {});
    expect((group.security_group_rules as Body[]).filter(({ protocol }) => protocol === 'tcp')).toHaveLength(1);
    await expect(fwaas.delete(TEMPLATES, made.id as string)).rejects.toMatchObject({ status: 403 });
    await fwaas.delete(TEMPLATES, made.id as string, admin());
    expect((await fwaas.create('security_groups', {})).security_group_rules).toHaveLength(2);
  });

  it('may name the group that the rule will be in, or one for all', async () => {
    const [known] = (await fwaas.list(TEMPLATES)).filter(({ remote_group_id }) => remote_group_id === 'PARENT');
    expect(known).toMatchObject({ direction: 'ingress', used_in_default_sg: true, used_in_non_default_sg: false });
    const both = { used_in_default_sg: true, used_in_non_default_sg: true };
    const parent = { direction: 'ingress', ethertype: 'IPv4', remote_group_id: 'PARENT', ...both };
    const { id } = await fwaas.create(TEMPLATES, parent, admin());
    const group = await fwaas.create('security_groups', {});
    expect(
      (group.security_group_rules as Body[]).filter(({ remote_group_id }) => remote_group_id === group.id),
    ).toHaveLength(1);
    // A default group is given what two templates say alike once.
    const ctx = somebody();
    const [standard] = await fwaas.list('security_groups', {}, ctx);
    expect(standard!.security_group_rules).toHaveLength(4);
    await fwaas.delete(TEMPLATES, id as string, admin());
    const item = { ...parent, remote_group_id: randomUUID() };
    await expect(fwaas.create(TEMPLATES, item, admin())).rejects.toMatchObject({ type: 'SecurityGroupNotFound' });
  });

  it('can be nothing', async () => {
    const all = await fwaas.list(TEMPLATES);
    for (const { id } of all) await fwaas.delete(TEMPLATES, id as string, admin());
    try {
      expect((await fwaas.create('security_groups', {}, context(TENANT))).security_group_rules).toEqual([]);
    } finally {
      for (const { id: _, revision_number: _r, created_at: _c, updated_at: _u, ...item } of all)
        await fwaas.create(TEMPLATES, item, admin());
    }
    expect((await fwaas.create('security_groups', {})).security_group_rules).toHaveLength(2);
  });
});
