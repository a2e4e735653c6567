import { listed } from './read.mjs';

const PORTS = 100;
const ROUNDS = 12;
const NETWORKS = 500;

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

/** Milliseconds (median) for 100 ports, by as many requests or by one. */
async function hundredPorts(bench, send) {
  const { admin } = await bench.controlPlane();
  const network = await bench.network('bulk', '10.80.0.0/14');
  const port = { network_id: network, name: 'bench' };
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now();
    await send(admin, port);
    times.push(performance.now() - begun);
  }
  return median(times);
}

const singly = async (admin, port) => {
  for (let i = 0; i < PORTS; i++) await admin.request('POST', '/v2.0/ports', { port });
};
const atOnce = (admin, port) =>
  admin.request('POST', '/v2.0/ports', { ports: Array.from({ length: PORTS }, () => port) });

export const figures = [
  {
    name: 'bulk-of-100-ports',
    unit: 'ms (floor: 100 single creates)',
    bar: '<= 1/10 of the floor',
    met: ({ value, floor }) => value <= floor / 10,
    run: async (bench) => ({ floor: await hundredPorts(bench, singly), value: await hundredPorts(bench, atOnce) }),
  },
  {
    name: 'list-500-networks-p50',
    unit: 'ms',
    bar: '<= 30 ms',
    met: ({ value }) => value <= 30,
    run: async (bench) => {
      const { admin } = await bench.controlPlane();
      const { networks } = await admin.request('GET', '/v2.0/networks?fields=id');
      const more = Math.max(0, NETWORKS - networks.length);
      for (let made = 0; made < more; made += 100) {
        const body = Array.from({ length: Math.min(100, more - made) }, (_, i) => ({ name: `bench-${made + i}` }));
        await admin.request('POST', '/v2.0/networks', { networks: body });
      }
      return { value: await listed(bench, '/v2.0/networks', 60) };
    },
  },
];
