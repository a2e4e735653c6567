import { type DropBatch, type DropSample, dropSubject, type PortDrops, type ViewQuery } from '@weft/contracts';
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

  it('are kept in turns by kind, so that what is rare outlives what is common', async () => {
    const busy = await portOn('h1');
    const solicitation = (n: number): DropSample => ({
      ...{ port: busy, reason: 'no-rule', direction: 'ingress', at: new Date(n).toISOString(), ethertype: 'IPv6' },
      ...{ sourceMac: 'fa:16:3e:00:00:01', destinationMac: '33:33:00:00:00:02', protocol: 58, icmpType: 133 },
    });
    const tcp = (n: number, destinationPort: number) => ({ ...sample(n, busy), protocol: 6, destinationPort });
    const shown = async (which: Record<string, unknown>) => {
      const { samples } = await drops(tenant(), busy);
      expect(samples.length).toBeLessThanOrEqual(100);
      return samples.filter((one) => Object.entries(which).every(([name, value]) => one[name] === value)).length;
    };
    const many = (make: (n: number) => DropSample) => Array.from({ length: 150 }, (_, n) => make(n));
    await send({ batch: 'rare', samples: [tcp(1, 22), { ...sample(2, busy), protocol: 17, destinationPort: 161 }] });
    await send({ batch: 'noise', samples: many(solicitation) });
    await send({ batch: 'flood', samples: many((n) => tcp(n, 443)) });
    expect([await shown({ protocol: 17 }), await shown({ destination_port: 22 })]).toEqual([1, 1]);
    // The others share the rest.
    expect((await shown({ icmp_type: 133 })) - (await shown({ protocol: 6 }))).toBe(-1);
    // Within a kind each port has its turn: a scan takes that of its own kind alone.
    await send({ batch: 'scan', samples: many((n) => tcp(n, 10_000 + n)) });
    expect([await shown({ protocol: 17 }), await shown({ destination_port: 10_149 })]).toEqual([1, 1]);
    expect(await shown({ icmp_type: 133 })).toBeGreaterThan(40);
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

  it('are told of the reasons that are asked for, and no more samples than that', async () => {
    const ask = async (query: ViewQuery) =>
      (await ipam.call<{ body: { drops: PortDrops } }>('ports', 'drops', { ctx: tenant(), id: port, query })).body
        .drops;
    const samples = [
      { ...sample(7), reason: 'spoofed-mac' as const },
      { ...sample(8), reason: 'spoofed-mac' as const },
    ];
    await send({ batch: 'mac', counts: [{ port, reason: 'spoofed-mac', packets: 2 }], samples });
    const mac = await ask({ filters: { reason: ['spoofed-mac'] }, limit: 1 });
    expect(mac).toMatchObject({ counts: [{ reason: 'spoofed-mac', packets: 2 }], samples: [{ destination_port: 8 }] });
    expect(mac.samples).toHaveLength(1);
    expect(await ask({ filters: { reason: [] } })).toEqual({ counts: [], samples: [] });
    expect((await ask({ filters: {} })).counts.length).toBeGreaterThan(1);
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
    expect((await drops(admin())).counts).toHaveLength(3);
    await ipam.delete('ports', port);
    await expect(drops()).rejects.toMatchObject({ status: 404 });
  });
});
