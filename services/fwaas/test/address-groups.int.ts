import { securitySubject, type WithdrawReply, type WithdrawRequest } from '@weft/contracts';
import { admin, type Body, context, other, somebody, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let fwaas: Harness;
beforeAll(async () => {
  fwaas = await Harness.start({ replicas: 2 });
});
afterAll(() => fwaas.stop());

const make = (addresses: string[] = [], ctx = tenant()) =>
  fwaas.create('address_groups', { name: 'ag', addresses }, ctx);
const change = (id: unknown, action: 'add_addresses' | 'remove_addresses', addresses: string[], ctx = tenant()) =>
  fwaas
    .call<{ body: { address_group: Body } }>('address_groups', action, { ctx, id, params: {}, body: { addresses } })
    .then(({ body }) => body.address_group);

describe('an address group', () => {
  it('holds prefixes without host bits, each once, and tells nodes', async () => {
    const group = await make(['10.0.0.5/24', '10.0.0.0/24', 'FD00::1/64']);
    expect(group).toMatchObject({ name: 'ag', project_id: TENANT, addresses: ['10.0.0.0/24', 'fd00::/64'] });
    expect(group).not.toHaveProperty('shared');
    await fwaas.expectFact(`addresses.${String(group.id)}`, { id: group.id, addresses: ['10.0.0.0/24', 'fd00::/64'] });
    await fwaas.delete('address_groups', group.id as string);
    await fwaas.expectFact(`addresses.${String(group.id)}`, null);
    await fwaas.expectUsageTrue();
  });

  it('grows and shrinks', async () => {
    const { id } = await make(['10.0.0.1/32']);
    expect(await change(id, 'add_addresses', ['10.0.0.2/32'])).toMatchObject({
      ...{ addresses: ['10.0.0.1/32', '10.0.0.2/32'], revision_number: 2 },
    });
    await expect(change(id, 'add_addresses', ['10.0.0.3/32', '10.0.0.2/32'])).rejects.toMatchObject({
      ...{ type: 'AddressesAlreadyExist', status: 400 },
      message: `Addresses ['10.0.0.2/32'] already exist in the address group ${String(id)}.`,
    });
    await expect(change(id, 'remove_addresses', ['10.0.0.9/32'])).rejects.toMatchObject({
      ...{ type: 'AddressesNotFound', status: 404 },
      message: `Addresses ['10.0.0.9/32'] not found in the address group ${String(id)}.`,
    });
    expect(await change(id, 'remove_addresses', ['10.0.0.1/32'])).toMatchObject({ addresses: ['10.0.0.2/32'] });
    await fwaas.expectFact(`addresses.${String(id)}`, { id, addresses: ['10.0.0.2/32'] });
  });

  it('loses no address when many are added at once', async () => {
    const { id } = await make();
    await Promise.all(Array.from({ length: 20 }, (_, i) => change(id, 'add_addresses', [`10.0.${i}.0/24`])));
    expect((await fwaas.show('address_groups', id as string, tenant())).addresses).toHaveLength(20);
  });

  it('holds as many as a node can be told of at once', async () => {
    const addresses = (from: number, count: number) =>
      Array.from(
        { length: count },
        (_, i) =>
          `fd00:ffff:ffff:ffff:ffff:ffff:${((from + i) >> 16) + 4096}:${((from + i) & 0xffff).toString(16)}/128`,
      );
    const { id } = await make(addresses(0, 5_000));
    await change(id, 'add_addresses', addresses(5_000, 5_000));
    await expect(change(id, 'add_addresses', addresses(10_000, 1))).rejects.toMatchObject({
      type: 'InvalidInput',
      status: 400,
    });
    await fwaas.expectFact(`addresses.${String(id)}`, { id, addresses: addresses(0, 10_000) });
  }, 30_000);

  it('does not go while a rule or a template names it', async () => {
    const { id } = await make(['10.0.0.0/8']);
    const rule = await fwaas.rule(await fwaas.group(), { remote_address_group_id: id as string });
    const inUse = {
      type: 'AddressGroupInUse',
      status: 409,
      message: expect.stringContaining('is in use on one or more'),
    };
    await expect(fwaas.delete('address_groups', id as string)).rejects.toMatchObject(inUse);
    await fwaas.delete('security_group_rules', rule.id as string);
    await fwaas.delete('address_groups', id as string);
  });

  it('of another project does not exist, unless it is shared, and then it is not to be changed', async () => {
    const { id } = await make();
    const attempts = [
      () => fwaas.update('address_groups', id as string, { name: 'x' }, other()),
      () => fwaas.delete('address_groups', id as string, other()),
      () => change(id, 'add_addresses', ['10.0.0.0/8'], other()),
    ];
    const named = async () =>
      fwaas.rule(await fwaas.group({}, other()), { remote_address_group_id: id as string }, other());
    for (const attempt of [...attempts, named])
      await expect(attempt()).rejects.toMatchObject({ type: 'AddressGroupNotFound', status: 404 });
    await fwaas.grant(id as string, [other().projectId!], 1, 'address_group');
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({ type: 'PolicyNotAuthorized', status: 403 });
    expect(await named()).toMatchObject({ remote_address_group_id: id });
    expect(await fwaas.show('address_groups', id as string, other())).toMatchObject({ id });
    expect(await fwaas.show('address_groups', id as string, admin())).toMatchObject({ id });
  });

  describe('that is shared', () => {
    const foreign = other().projectId!;
    let generation = 100;
    const share = async (targets: string[]) => {
      const id = (await make()).id as string;
      await fwaas.grant(id, targets, ++generation, 'address_group');
      return id;
    };
    const named = async (id: string) =>
      fwaas.rule(await fwaas.group({}, other()), { remote_address_group_id: id }, other());
    const withdraw = async (id: string, from: string, targets: string[] = []) => {
      const request: WithdrawRequest = { type: 'address_group', id, from, targets, generation: ++generation };
      return (await fwaas.messaging.request<WithdrawReply>(securitySubject.withdraw, request)).dependents;
    };

    it('is not taken back from whom rules would miss it', async () => {
      const id = await share([foreign]);
      const rule = await named(id);
      // Its owner's own rules need no grant.
      await fwaas.rule(await fwaas.group(), { remote_address_group_id: id });
      expect(await withdraw(id, foreign)).toEqual([foreign]);
      expect(await fwaas.show('address_groups', id, other())).toMatchObject({ id });
      // Others who had it, or another grant for the same, are no reason.
      expect(await withdraw(id, TENANT, [foreign])).toEqual([]);
      expect(await withdraw(id, foreign, ['*'])).toEqual([]);
      expect(await withdraw(id, '*', [foreign])).toEqual([]);
      expect(await withdraw(id, '*')).toEqual([foreign]);
      await fwaas.delete('security_group_rules', rule.id as string, other());
      expect(await withdraw(id, '*')).toEqual([]);
      await expect(named(id)).rejects.toMatchObject({ type: 'AddressGroupNotFound' });
    });

    it('is either named by a rule or taken back, never both', async () => {
      for (let round = 0; round < 15; round++) {
        const id = await share([foreign]);
        const group = await fwaas.group({}, other());
        const rule = { remote_address_group_id: id };
        const [made, dependents] = await Promise.all([
          fwaas.rule(group, rule, other()).catch((error: { type: string }) => error.type),
          withdraw(id, foreign),
        ]);
        expect(made === 'AddressGroupNotFound').toBe(dependents.length === 0);
      }
    });
  });

  it('counts for its quota', async () => {
    const ctx = somebody();
    await fwaas.database.query(
      `INSERT INTO quota_limit (project_id, resource, value) VALUES ($1, 'address_group', 2)`,
      [ctx.projectId],
    );
    const made = await Promise.allSettled(Array.from({ length: 6 }, () => make([], context(ctx.projectId!))));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });
});
