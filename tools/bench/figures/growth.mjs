import { listOf } from './read.mjs';

/** Milliseconds (p50) to create one port more in a network. */
async function createIn(bench, name, cidr) {
  const { run, token } = await bench.controlPlane();
  const network = await bench.network(name, cidr);
  const { p50 } = await bench.load({
    ...{ url: `${run.apiUrl}/v2.0/ports`, method: 'POST', status: 201, concurrency: 1, requests: 300, warmUp: 100 },
    ...{ headers: { 'x-auth-token': await token() }, body: { port: { network_id: network } } },
  });
  return p50;
}

export const figures = [
  {
    name: 'list-50000-ports-growth',
    unit: 'x the time per port of 1,000',
    bar: '<= 1.2 (no worse than linear)',
    met: ({ value }) => value <= 1.2,
    run: async (bench) => {
      const thousand = await listOf(bench, 'thousand', '10.73.0.0/16', 1_000, 30);
      const all = await listOf(bench, 'many', '10.76.0.0/14', 50_000, 5);
      bench.say(`    1,000 ports ${thousand.toFixed(0)} ms, 50,000 ports ${all.toFixed(0)} ms`);
      return { value: all / 50 / thousand };
    },
  },
  {
    name: 'allocate-among-50000',
    unit: 'ms to create a port (floor: in an empty /22)',
    bar: '<= 1.25 x that in an empty /22',
    met: ({ value, floor }) => value <= 1.25 * floor,
    run: async (bench) => {
      await listOf(bench, 'many', '10.76.0.0/14', 50_000, 1);
      const floor = await createIn(bench, 'small', '10.81.0.0/22');
      return { floor, value: await createIn(bench, 'many', '10.76.0.0/14') };
    },
  },
];
