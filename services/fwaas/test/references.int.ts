import { randomUUID } from 'node:crypto';
import { serviceUnavailable } from '@weft/contracts';
import { eventually, somebody, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let fwaas: Harness;
beforeAll(async () => {
  fwaas = await Harness.start({ replicas: 2 });
});
afterAll(() => fwaas.stop());
beforeEach(() => {
  fwaas.ipam.onPut = () => undefined;
  fwaas.ipam.told.length = 0;
});

/** A group that a port could have. */
const namedGroup = async () => {
  const id = await fwaas.group();
  await fwaas.resolve([id]);
  return id;
};
const intentOf = async (id: string) =>
  (await fwaas.database.query<{ intent: string | null }>('SELECT intent FROM security_group WHERE id = $1', [id]))[0]
    ?.intent;
/** As if whoever was about it had died a while ago. */
const age = (id: string) =>
  fwaas.database.query(`UPDATE security_group SET intent_at = now() - interval '1 hour' WHERE id = $1`, [id]);

describe('ipam asks', () => {
  it('for groups by id, known ones only, and for the default groups of projects', async () => {
    const id = await fwaas.group({ stateful: false });
    const { projectId } = somebody();
    const answer = await fwaas.resolve([id, randomUUID(), 'x'], [projectId!]);
    expect(answer).toHaveLength(2);
    expect(answer).toContainEqual({
      ...{ type: 'security_group', id, projectId: TENANT, stateful: false, isDefault: false, gone: false },
    });
    expect(answer.find(({ id: each }) => each !== id)).toMatchObject({ projectId, isDefault: true, stateful: true });
  });

  it('for address groups', async () => {
    const { id } = await fwaas.create('address_groups', {});
    expect(await fwaas.resolve([id as string], [], 'address_group')).toMatchObject([{ id, type: 'address_group' }]);
    await fwaas.delete('address_groups', id as string);
    const told = { id, type: 'address_group', gone: true };
    expect(fwaas.ipam.told).toMatchObject([told, { ...told, deleted: true }]);
    expect(await fwaas.resolve([id as string], [], 'address_group')).toEqual([]);
  });
});

describe('a group that a port could have', () => {
  it('goes once ipam has agreed, and is not told of meanwhile', async () => {
    const id = await namedGroup();
    const seen: unknown[] = [];
    fwaas.ipam.onPut = async () => {
      expect(await fwaas.resolve([id])).toEqual([]);
      seen.push(await intentOf(id));
    };
    await fwaas.delete('security_groups', id);
    const told = { type: 'security_group', id, projectId: TENANT, stateful: true, gone: true };
    expect(fwaas.ipam.told).toEqual([told, { ...told, deleted: true }]);
    // Only when there is no way back is it told to be deleted.
    expect(seen).toEqual(['gone', undefined]);
    await fwaas.expectFact(`group.${id}`, null);
  });

  it('that nobody has asked for goes without asking', async () => {
    await fwaas.delete('security_groups', await fwaas.group());
    expect(fwaas.ipam.told).toEqual([]);
  });

  it('in use stays as it was, and is told of again', async () => {
    const id = await namedGroup();
    fwaas.ipam.used.add(id);
    const inUse = { type: 'SecurityGroupInUse', status: 409, message: `Security Group ${id} in use.` };
    await expect(fwaas.delete('security_groups', id)).rejects.toMatchObject(inUse);
    await expect(fwaas.update('security_groups', id, { stateful: false })).rejects.toMatchObject(inUse);
    expect(await fwaas.show('security_groups', id, tenant())).toMatchObject({ stateful: true });
    expect(await fwaas.resolve([id])).toHaveLength(1);
    expect(await intentOf(id)).toBeNull();
    // What does not concern ports may change.
    expect(await fwaas.update('security_groups', id, { name: 'x', stateful: true })).toMatchObject({ name: 'x' });
    fwaas.ipam.used.delete(id);
    await fwaas.delete('security_groups', id);
  });

  it('changes its statefulness once ipam has agreed, and nodes are told', async () => {
    const id = await namedGroup();
    expect(await fwaas.update('security_groups', id, { stateful: false, name: 'bare' })).toMatchObject({
      ...{ stateful: false, name: 'bare' },
    });
    expect(fwaas.ipam.told).toMatchObject([{ id, stateful: false, gone: false }]);
    await eventually(async () => {
      expect((await fwaas.facts.load()).get(`group.${id}`)?.value).toMatchObject({ stateful: false });
    });
    expect(await fwaas.resolve([id])).toMatchObject([{ stateful: false }]);
  });

  it('is deleted once by ten at once', async () => {
    const id = await namedGroup();
    const gone = await Promise.allSettled(Array.from({ length: 10 }, () => fwaas.delete('security_groups', id)));
    expect(gone.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of gone)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ type: 'SecurityGroupNotFound' });
    await fwaas.expectUsageTrue();
  }, 30_000);

  it('that its client has seen otherwise long ago stays, and ipam is not even asked', async () => {
    const id = await namedGroup();
    const request = { ctx: tenant(), id, ifRevision: 0 };
    await expect(fwaas.call('security_groups', 'delete', request)).rejects.toMatchObject({ status: 412 });
    expect(fwaas.ipam.told).toEqual([]);
  });

  it('that its client has seen otherwise stays, and ipam is told that it does', async () => {
    const { id, revision_number: revision } = await fwaas.create('security_groups', {});
    await fwaas.resolve([id as string]);
    // Somebody changes it between the question and the deed.
    fwaas.ipam.onPut = async ({ gone }) => {
      if (gone) await fwaas.rule(id as string);
    };
    const request = { ctx: tenant(), id, ifRevision: revision };
    await expect(fwaas.call('security_groups', 'delete', request)).rejects.toMatchObject({ status: 412 });
    expect(fwaas.ipam.told.map(({ gone, deleted }) => [gone, deleted])).toEqual([
      [true, undefined],
      [false, undefined],
    ]);
    expect(await fwaas.resolve([id as string])).toHaveLength(1);
  });
});

describe('after a crash between asking ipam and doing it', () => {
  /** The mark is there and nobody goes on: ipam has not answered. */
  const left = async (request: (id: string) => Promise<unknown>) => {
    const id = await namedGroup();
    fwaas.ipam.onPut = () => {
      throw serviceUnavailable('It is away.');
    };
    await expect(request(id)).rejects.toMatchObject({ status: 503 });
    expect(await intentOf(id)).not.toBeNull();
    expect(await fwaas.resolve([id])).toEqual([]);
    fwaas.ipam.onPut = () => undefined;
    return id;
  };

  it('the leader finishes the deletion', async () => {
    const id = await left((each) => fwaas.delete('security_groups', each));
    await age(id);
    await eventually(async () => {
      await expect(fwaas.show('security_groups', id, tenant())).rejects.toMatchObject({ status: 404 });
    });
    expect(fwaas.ipam.told).toMatchObject([
      { id, gone: true },
      { id, gone: true, deleted: true },
    ]);
    await fwaas.expectFact(`group.${id}`, null);
    await fwaas.expectUsageTrue();
  }, 30_000);

  it('the leader finishes a change of statefulness', async () => {
    const id = await left((each) => fwaas.update('security_groups', each, { stateful: false }));
    await age(id);
    await eventually(async () => expect(await fwaas.resolve([id])).toMatchObject([{ stateful: false }]));
    expect(await fwaas.show('security_groups', id, tenant())).toMatchObject({ stateful: false });
  }, 30_000);

  it('the leader leaves it as it was if ipam says no', async () => {
    const id = await left((each) => fwaas.delete('security_groups', each));
    fwaas.ipam.used.add(id);
    await age(id);
    await eventually(async () => expect(await fwaas.resolve([id])).toHaveLength(1));
    expect(await fwaas.show('security_groups', id, tenant())).toMatchObject({ id });
  }, 30_000);

  it('the next who asks need not wait for the leader', async () => {
    const id = await left((each) => fwaas.delete('security_groups', each));
    await age(id);
    await fwaas.delete('security_groups', id).catch((error: unknown) => expect(error).toMatchObject({ status: 404 }));
    await expect(fwaas.show('security_groups', id, tenant())).rejects.toMatchObject({ status: 404 });
  });
});

describe('grants', () => {
  const shared = async (id: string) => (await fwaas.show('security_groups', id, tenant())).shared;

  it('that were missed are read from ipam when a leader starts, and those that are gone end', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await fwaas.group());
    const lost = await fwaas.group();
    await fwaas.grant(lost, ['*'], 1);
    expect(await shared(lost)).toBe(true);
    fwaas.ipam.grants = ids.map((id) => ({ type: 'security_group', id, targets: [TENANT], generation: 3 }));
    // Its connection is cut: the other replica leads.
    await fwaas.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'weft-fwaas-leader'`,
    );
    await eventually(async () => {
      for (const id of ids) expect(await shared(id)).toBe(true);
      expect(await shared(lost)).toBe(false);
    });
  }, 30_000);
});

describe('a deletion of which ipam has not heard', () => {
  it('is told again by the leader who finds its grants', async () => {
    const id = randomUUID();
    fwaas.ipam.grants = [{ type: 'address_group', id, targets: [TENANT], generation: 3 }];
    await fwaas.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'weft-fwaas-leader'`,
    );
    await eventually(async () => expect(fwaas.ipam.told).toMatchObject([{ id, gone: true, deleted: true }]));
    fwaas.ipam.grants = [];
  }, 30_000);
});

describe('facts', () => {
  it('that the broker lost, and those of what is not there, are mended by the audit', async () => {
    const id = await fwaas.group();
    const addresses = (await fwaas.create('address_groups', { addresses: ['10.0.0.0/8'] })).id as string;
    await eventually(async () => expect((await fwaas.facts.load()).get(`addresses.${addresses}`)?.value).toBeTruthy());
    const known = await fwaas.facts.load();
    for (const key of [`group.${id}`, `addresses.${addresses}`]) await fwaas.facts.purge(key, known.get(key)!.revision);
    expect((await fwaas.facts.load()).has(`group.${id}`)).toBe(false);
    await fwaas.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'weft-fwaas-leader'`,
    );
    await fwaas.expectFact(`addresses.${addresses}`, { id: addresses, addresses: ['10.0.0.0/8'] });
    await eventually(async () => expect((await fwaas.facts.load()).get(`group.${id}`)?.value).toMatchObject({ id }));
  }, 30_000);
});
