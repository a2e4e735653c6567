/** POST port, beside the floor: the same load generator, the same servers, one after the other. */
const REQUESTS = 1_500;

const weft = async (bench, options) => {
  const { run, token } = await bench.controlPlane();
  const network = await bench.network('write', '10.64.0.0/14');
  return bench.load({
    ...{ url: `${run.apiUrl}/v2.0/ports`, method: 'POST', status: 201 },
    ...{ headers: { 'x-auth-token': await token() }, body: { port: { network_id: network, name: 'bench' } } },
    ...options,
  });
};
const floor = async (bench, options) => {
  const { url } = await bench.floor();
  return bench.load({
    url,
    method: 'POST',
    status: 201,
    body: { port: { network_id: '5378fb00-b3f2-4a69-8883-0fd041be1c2d', name: 'bench' } },
    ...options,
  });
};
const parallel = { concurrency: 8, requests: REQUESTS, warmUp: 300 };
const sequential = { concurrency: 1, requests: 400, warmUp: 100 };

export const figures = [
  {
    name: 'post-port-concurrency-8',
    unit: 'requests/s',
    bar: '>= 0.15 x floor and >= 300/s',
    met: ({ value, floor: bottom }) => value >= 300 && value >= 0.15 * bottom,
    run: async (bench) => ({
      floor: (await floor(bench, parallel)).perSecond,
      value: (await weft(bench, parallel)).perSecond,
    }),
  },
  {
    name: 'post-port-sequential-p50',
    unit: 'ms',
    bar: '<= 8 ms',
    met: ({ value }) => value <= 8,
    run: async (bench) => ({ floor: (await floor(bench, sequential)).p50, value: (await weft(bench, sequential)).p50 }),
  },
];
