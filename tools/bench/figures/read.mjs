import { makePorts } from './ports.mjs';

export const figures = [
  {
    name: 'get-port-p50',
    unit: 'ms',
    bar: '<= 3 ms',
    met: ({ value }) => value <= 3,
    run: async (bench) => {
      const { run, token, admin } = await bench.controlPlane();
      const network = await bench.network('read', '10.72.0.0/16');
      const { id } = await admin.create('ports', 'port', { network_id: network });
      const headers = { 'x-auth-token': await token() };
      return {
        value: (await bench.load({ url: `${run.apiUrl}/v2.0/ports/${id}`, headers, requests: 800, warmUp: 200 })).p50,
      };
    },
  },
  {
    name: 'list-1000-ports-p50',
    unit: 'ms',
    bar: '<= 40 ms',
    met: ({ value }) => value <= 40,
    run: async (bench) => ({ value: await listOf(bench, 'thousand', '10.73.0.0/16', 1_000, 60) }),
  },
];

/** Milliseconds (p50) to list a network's ports, all of them in one answer. */
export async function listOf(bench, name, cidr, count, requests) {
  const network = await bench.network(name, cidr);
  await makePorts(bench, network, count);
  return listed(bench, `/v2.0/ports?network_id=${network}`, requests);
}

/** Milliseconds (p50) of a list, all of it in one answer. */
export async function listed(bench, path, requests) {
  const { run, token } = await bench.controlPlane();
  const headers = { 'x-auth-token': await token() };
  const warmUp = Math.ceil(requests / 5);
  return (await bench.load({ url: `${run.apiUrl}${path}`, headers, requests, warmUp })).p50;
}
