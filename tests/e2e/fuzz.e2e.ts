import { join } from 'node:path';
import { credentialsFromCloudsYaml } from '@weft/lab';
import { TestCloud } from '@weft/testing';
import { fuzz } from './fuzz';

const RUNS = 10_000;

/** A token as any client gets one: the fuzzer speaks raw HTTP. */
async function tokenOf(cloud: TestCloud, name: string): Promise<string> {
  const { username, password } = credentialsFromCloudsYaml(join(cloud.home, 'clouds.yaml'), name)!;
  const user = { name: username, domain: { id: 'default' }, password };
  const answer = await fetch(`${cloud.run.authUrl.replace(/\/v3\/?$/, '')}/v3/auth/tokens`, {
    method: 'POST',
    body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } } } }),
  });
  return answer.headers.get('x-subject-token')!;
}

describe('bad input to the whole cloud', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await TestCloud.start({ hosts: 0 });
  }, 180_000);
  afterAll(() => cloud?.stop(), 60_000);

  it(`is never answered with 5xx in ${RUNS} random requests, by administrator and member alike`, async () => {
    for (const [client, name, runs] of [
      [cloud.admin, 'weft', RUNS * 0.7],
      [cloud.demo, 'weft-demo', RUNS * 0.3],
    ] as const) {
      const network = await client.create('networks', 'network', { name: 'target' });
      const subnet = await client.create('subnets', 'subnet', {
        network_id: network.id,
        ip_version: 4,
        cidr: '10.44.0.0/24',
      });
      const port = await client.create('ports', 'port', { network_id: network.id });
      const report = await fuzz({
        baseUrl: cloud.run.apiUrl,
        token: await tokenOf(cloud, name),
        runs,
        ids: { networks: [network.id], subnets: [subnet.id], ports: [port.id] },
        bodies: {
          networks: { name: 'fuzz' },
          subnets: { network_id: network.id, ip_version: 4, cidr: '10.45.0.0/24' },
          ports: { network_id: network.id },
          segments: { network_id: network.id, network_type: 'vxlan' },
        },
      });
      expect(report.requests).toBe(runs);
      // Much of it must have been accepted, or the walls behind were never reached.
      expect(report.statuses[200]).toBeGreaterThan(runs / 100);
      expect(report.statuses[201]).toBeGreaterThan(runs / 200);
      expect((await client.raw('GET', `/v2.0/ports/${port.id}`)).status).toBe(200);
    }
  }, 300_000);
});
