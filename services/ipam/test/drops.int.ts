import { type DropBatch, type DropSample, dropSubject, type PortDrops } from '@weft/contracts';
import { admin, context, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
let port: string;
beforeAll(async () => {
  ipam = await Harness.start();
  await ipam.node('h1');
  await ipam.node('h2', '10.0.0.2');
  port = await portOn('h1');
});
const portOn = async (host: string) => {
  const network_id = (await ipam.create('networks', {})).id!;
  const own = { project_id: TENANT, tenant_id: TENANT };
  return (await ipam.create('ports', { network_id, ...own, 'binding:host_id': host }, admin())).id as string;
};
afterAll(() => ipam.stop());

const sample = (n: number, id = port): DropSample => ({
  ...{ port: id, reason: 'no-rule', direction: 'ingress', at: new Date(n).toISOString(), ethertype: 'IPv4' },
  ...{ sourceMac: 'fa:16:3e:00:00:01', destinationMac: 'fa:16:3e:00:00:02', sourceIp: '10.0.0.9', destinationPort: n },
});
const send = (batch: Partial<DropBatch>) =>
  ipam.messaging.request(dropSubject('h1'), { host: 'h1', batch: 'one', samples: [], counts: [], ...batch });
const drops = async (ctx = tenant(), id = port) =>
  (await ipam.call<{ body: { drops: PortDrops } }>('ports', 'drops', { ctx, id })).body.drops;

describe('packets that did not pass', () => {
  it('are counted once, however often a node repeats itself, and of ports that are there', async () => {
    const batch = { counts: [{ port, reason: 'no-rule' as const, packets: 5 }], samples: [sample(22)] };
    const gone = '00000000-0000-4000-8000-000000000000';
    await send(batch);
    await send(batch);
    expect(await drops()).toEqual({
      counts: [{ reason: 'no-rule', packets: 5, last_at: expect.any(String) }],
      samples: [
        {
          ...{ reason: 'no-rule', direction: 'ingress', at: '1970-01-01T00:00:00.022Z', ethertype: 'IPv4' },
          ...{ source_mac: 'fa:16:3e:00:00:01', destination_mac: 'fa:16:3e:00:00:02' },
          ...{ source_ip: '10.0.0.9', destination_port: 22 },
        },
      ],
    });
    await send({ ...batch, batch: 'two', samples: [sample(23, gone)] });
    expect((await drops()).counts).toMatchObject([{ packets: 10 }]);
  });

  it('are kept as the latest hundred samples', async () => {
    for (let n = 0; n < 3; n++)
      await send({ batch: `many ${n}`, samples: Array.from({ length: 60 }, (_, i) => sample(1000 * n + i)) });
    const { samples } = await drops();
    expect(samples).toHaveLength(100);
    expect(samples[0]).toMatchObject({ destination_port: 2059 });
  });

  it('are believed of ports only that are bound to the node', async () => {
    const elsewhere = await portOn('h2');
    const count = (id: string) => ({ port: id, reason: 'spoofed-ip' as const, packets: 3 });
    const samples = [sample(1, elsewhere), sample(2)];
    await send({ batch: 'foreign', counts: [count(elsewhere), count(port)], samples });
    expect(await drops(tenant(), elsewhere)).toEqual({ counts: [], samples: [] });
    const own = await drops();
    expect(own.counts).toContainEqual({ reason: 'spoofed-ip', packets: 3, last_at: expect.any(String) });
    expect(own.samples[0]).toMatchObject({ destination_port: 2 });
  });

  const count = (change: object) => ({ counts: [{ port, reason: 'no-rule', packets: 1, ...change }] });
  const changed = (change: object) => ({ samples: [{ ...sample(1), ...change }] });
  it.each([
    ['a reason that nobody knows', () => count({ reason: 'spite' })],
    ['a port that is no id', () => count({ port: 'x' })],
    ['fewer packets than none', () => count({ packets: -1 })],
    ['half a packet', () => count({ packets: 0.5 })],
    ['more packets than there are', () => count({ packets: 2 ** 48 + 1 })],
    ['packets as text', () => count({ packets: '1' })],
    ['no counts', () => ({ counts: undefined })],
    ['a batch without name', () => ({ batch: '' })],
    ['a batch with a long name', () => ({ batch: 'x'.repeat(65) })],
    ['a batch that is an object', () => ({ batch: {} })],
    ['a sample with more than is asked for', () => changed({ more: 'x'.repeat(10_000) })],
    ['a sample with an object in it', () => changed({ protocol: {} })],
    ['a sample of no time', () => changed({ at: 'x' })],
    ['a sample from nowhere', () => changed({ sourceIp: '\0' })],
    ['too many samples', () => ({ samples: Array.from({ length: 501 }, () => sample(1)) })],
    ['too many counts', () => ({ counts: Array.from({ length: 2_001 }, () => count({}).counts[0]) })],
  ])('are refused with %s', async (_, batch) => {
    const before = await drops();
    const refused = send({ batch: 'strange', ...batch() } as Partial<DropBatch>);
    await expect(refused).rejects.toMatchObject({ type: 'BadRequest', status: 400 });
    expect(await drops()).toEqual(before);
  });

  it('are for the eyes of whoever may see the port', async () => {
    await expect(drops(context(OTHER))).rejects.toMatchObject({ type: 'PortNotFound', status: 404 });
    expect((await drops(admin())).counts).toHaveLength(2);
    await ipam.delete('ports', port);
    await expect(drops()).rejects.toMatchObject({ status: 404 });
  });
});
