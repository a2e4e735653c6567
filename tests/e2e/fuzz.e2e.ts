import type { ApiObject } from '@weft/lab';
import { TestCloud } from '@weft/testing';
import { budget, SEED } from '../proof';
import { fuzz } from './fuzz';

const RUNS = budget({ commit: 3_000, soak: 10_000 });

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 0 });
}, 120_000);
afterAll(() => cloud?.stop(), 60_000);

it(`answers ${RUNS} random bodies, queries and paths without a 5xx`, async () => {
  const network = await cloud.admin.create<ApiObject>('networks', 'network', { name: 'target' });
  const subnet = await cloud.admin.create('subnets', 'subnet', {
    network_id: network.id,
    ip_version: 4,
    cidr: '10.0.0.0/16',
  });
  const port = await cloud.admin.create('ports', 'port', { network_id: network.id });
  const group = await cloud.admin.create<ApiObject>('security-groups', 'security_group', { name: 'target' });
  const addresses = await cloud.admin.create<ApiObject>('address-groups', 'address_group', {
    addresses: ['10.0.0.0/8'],
  });
  const report = await fuzz({
    baseUrl: cloud.run.apiUrl,
    token: await cloud.admin.token(),
    runs: RUNS,
    seed: SEED,
    ids: {
      networks: [network.id],
      subnets: [subnet.id],
      ports: [port.id],
      security_groups: [group.id],
      address_groups: [addresses.id],
    },
    bodies: {
      networks: { name: 'n' },
      subnets: { network_id: network.id, ip_version: 4, cidr: '10.7.0.0/24' },
      ports: { network_id: network.id },
      subnetpools: { name: 'p', prefixes: ['10.64.0.0/12'] },
      address_scopes: { name: 's', ip_version: 4 },
      policies: { name: 'q' },
      security_groups: { name: 'g' },
      security_group_rules: { security_group_id: group.id, direction: 'ingress', protocol: 'tcp' },
      address_groups: { addresses: ['10.0.0.0/8'] },
    },
  });
  expect(report.requests).toBeGreaterThanOrEqual(RUNS);
  // It must have come past the parser, too: some requests are right.
  expect(report.statuses[200]).toBeGreaterThan(RUNS / 100);
  expect(report.statuses[201]).toBeGreaterThan(RUNS / 100);
  console.info(JSON.stringify(report.statuses));
}, 300_000);
