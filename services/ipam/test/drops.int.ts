import { type DropBatch, type DropSample, dropSubject, type PortDrops } from '@weft/contracts';
import { admin, context, Harness, OTHER, tenant } from './support';

let ipam: Harness;
let port: string;
beforeAll(async () => {
  ipam = await Harness.start();
  const network_id = (await ipam.create('networks', {})).id!;
  port = (await ipam.create('ports', { network_id })).id as string;
});
afterAll(() => ipam.stop());

const sample = (n: number, id = port): DropSample => ({
  ...{ port: id, reason: 'no-rule', direction: 'ingress', at: new Date(n).toISOString(), ethertype: 'IPv4' },
  ...{ sourceMac: 'fa:16:3e:00:00:01', destinationMac: 'fa:16:3e:00:00:02', sourceIp: '10.0.0.9', destinationPort: n },
});
const send = (batch: Partial<DropBatch>) =>
  ipam.messaging.request(dropSubject('h1'), { host: 'h1', batch: 'one', samples: [], counts: [], ...batch });
const drops = async (ctx = tenant()) =>
  (await ipam.call<{ body: { drops: PortDrops } }>('ports', 'drops', { ctx, id: port })).body.drops;

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

  it('are for the eyes of whoever may see the port', async () => {
    await expect(drops(context(OTHER))).rejects.toMatchObject({ type: 'PortNotFound', status: 404 });
    expect((await drops(admin())).counts).toHaveLength(1);
    await ipam.delete('ports', port);
    await expect(drops()).rejects.toMatchObject({ status: 404 });
  });
});
