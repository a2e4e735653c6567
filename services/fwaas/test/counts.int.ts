import { randomUUID } from 'node:crypto';
import { reportSubject, type RuleCountBatch, type RuleStats } from '@weft/contracts';
import { admin, other, tenant } from '@weft/testing';
import { Harness } from './support';

let fwaas: Harness;
beforeAll(async () => {
  fwaas = await Harness.start({ replicas: 2 });
});
afterAll(() => fwaas.stop());

const tell = (host: string, rules: RuleCountBatch['rules'], batch: string = randomUUID()) =>
  fwaas.messaging.request(reportSubject('fwaas', host), { host, batch, rules });
const stats = async (id: string, ctx = admin()) =>
  (await fwaas.call<{ body: { stats: RuleStats } }>('security_group_rules', 'stats', { ctx, id, params: {} })).body
    .stats;
const aRule = async () => (await fwaas.rule(await fwaas.group(), { protocol: 'tcp' })).id as string;

describe('what a rule has let pass', () => {
  it('is the sum of what nodes tell, and operators see on which', async () => {
    const id = await aRule();
    expect(await stats(id)).toEqual({ packets: 0, bytes: 0, hosts: [] });
    await tell('host1', [{ id, packets: 2, bytes: 200 }]);
    await tell('host1', [{ id, packets: 1, bytes: 100 }]);
    await tell('host.2', [{ id, packets: 5, bytes: 2 ** 40 }]);
    expect(await stats(id)).toMatchObject({
      ...{ packets: 8, bytes: 300 + 2 ** 40 },
      hosts: [
        { host: 'host.2', packets: 5, bytes: 2 ** 40 },
        { host: 'host1', packets: 3, bytes: 300 },
      ],
    });
    expect(await stats(id, tenant())).toEqual({ packets: 8, bytes: 300 + 2 ** 40 });
  });

  it('counts a batch once, however often it comes, and two rows of one rule both', async () => {
    const id = await aRule();
    const batch = randomUUID();
    const rows = [
      { id, packets: 1, bytes: 10 },
      { id, packets: 2, bytes: 20 },
    ];
    await Promise.all(Array.from({ length: 10 }, () => tell('host1', rows, batch)));
    await tell('host1', rows, batch);
    expect(await stats(id)).toMatchObject({ packets: 3, bytes: 30 });
    // Another host may call its own the same.
    await tell('host2', rows, batch);
    expect(await stats(id)).toMatchObject({ packets: 6, bytes: 60 });
  });

  it('counts for the node that the subject names', async () => {
    const id = await aRule();
    const forged = { host: 'host2', batch: randomUUID(), rules: [{ id, packets: 1, bytes: 1 }] };
    await fwaas.messaging.request(reportSubject('fwaas', 'host1'), forged);
    expect((await stats(id)).hosts).toMatchObject([{ host: 'host1' }]);
  });

  it('passes over rules that are gone or never were', async () => {
    const id = await aRule();
    const rows = [randomUUID(), 'x', id].map((each) => ({ id: each, packets: 1, bytes: 1 }));
    await tell('host1', rows);
    expect(await stats(id)).toMatchObject({ packets: 1 });
    await fwaas.delete('security_group_rules', id);
    await tell('host1', rows);
    await expect(stats(id)).rejects.toMatchObject({ type: 'SecurityGroupRuleNotFound', status: 404 });
  });

  it.each([
    ['fewer packets than none', { packets: -1 }],
    ['half a byte', { bytes: 0.5 }],
    ['more packets than there are', { packets: 2 ** 48 + 1 }],
    ['bytes that are no safe integer', { bytes: 2 ** 53 }],
    ['bytes as text', { bytes: '1' }],
    ['an id that is none', { id: 1 }],
    ['more than is asked for', { more: 1 }],
  ])('is not believed with %s', async (_, change) => {
    const id = await aRule();
    const rows = [{ id, packets: 1, bytes: 1, ...change }] as RuleCountBatch['rules'];
    await expect(tell('host1', rows)).rejects.toMatchObject({ type: 'BadRequest', status: 400 });
    expect(await stats(id)).toMatchObject({ packets: 0 });
  });

  it('is not believed in batches of no shape', async () => {
    const row = { id: randomUUID(), packets: 1, bytes: 1 };
    const refused = { type: 'BadRequest', status: 400 };
    await expect(tell('host1', Array(2_001).fill(row))).rejects.toMatchObject(refused);
    await expect(tell('host1', {} as [])).rejects.toMatchObject(refused);
    await expect(tell('host1', [row], 'x'.repeat(65))).rejects.toMatchObject(refused);
    await expect(tell('host1', [row], '')).rejects.toMatchObject(refused);
  });

  it('is told to who may see the rule', async () => {
    await expect(stats(await aRule(), other())).rejects.toMatchObject({
      type: 'SecurityGroupRuleNotFound',
      status: 404,
    });
  });
});
