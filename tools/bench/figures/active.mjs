import { setTimeout as sleep } from 'node:timers/promises';

const COUNT = 100;

/**
 * From the request that binds a port to its host until the API shows ACTIVE, with the tap there already. (A tap is named after
 * its port's id, which the server chooses: so the port is made first, its tap second, and the clock starts at the binding.)
 */
const measure = (bench) =>
  bench.once('active', async () => {
    const { admin, instances } = await bench.wholeCloud();
    const { id: network } = await admin.create('networks', 'network', { name: 'active' });
    await admin.create('subnets', 'subnet', { network_id: network, cidr: '10.80.0.0/16', ip_version: 4 });
    const times = [];
    for (let k = 0; k < COUNT; k++) {
      const port = await admin.create('ports', 'port', {
        network_id: network,
        device_owner: 'compute:bench',
        device_id: `bench-${k}`,
      });
      await instances.plug('host1', `bench-${k}`, { id: port.id, mac: port.mac_address });
      const begun = performance.now();
      await admin.update('ports', 'port', port.id, { 'binding:host_id': 'host1' });
      while ((await admin.show('ports', port.id)).status !== 'ACTIVE') {
        if (performance.now() - begun > 30_000) throw new Error(`port ${port.id} is not ACTIVE after 30 s`);
        await sleep(5);
      }
      times.push(performance.now() - begun);
      await instances.destroy('host1', `bench-${k}`);
      await admin.delete('ports', port.id);
    }
    times.sort((a, b) => a - b);
    return times;
  });

export const figures = [
  {
    name: 'bind-to-active-p50',
    unit: 'ms',
    bar: '<= 150 ms',
    needsLab: true,
    met: ({ value }) => value <= 150,
    run: async (bench) => ({ value: (await measure(bench))[COUNT / 2] }),
  },
  {
    name: 'bind-to-active-p99',
    unit: 'ms',
    bar: '<= 500 ms',
    needsLab: true,
    met: ({ value }) => value <= 500,
    run: async (bench) => ({ value: (await measure(bench))[Math.floor(COUNT * 0.99) - 1] }),
  },
];
