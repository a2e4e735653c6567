import type { PortObject } from '@weft/lab';
import { type StockClient, TestCloud } from '@weft/testing';
import { addressOf, named, untilAgents, untilServed } from './book';

/**
 * Networks, subnets and ports as "Learning OpenStack Networking" demonstrates them: its commands, typed into the stock clients.
 * Scenarios build on each other, as they do there; the lab's provider card is `physnet1`.
 */

const ENV = {
  WEFT_TENANT_NETWORK_TYPES: 'vlan,vxlan',
  WEFT_NETWORK_VLAN_RANGES: 'physnet1:30:33',
  WEFT_VNI_RANGES: '1:2',
};

let cloud: TestCloud;
let neutron: StockClient;
let tenant: StockClient;
let openstack: StockClient;
beforeAll(async () => {
  cloud = await TestCloud.start({ env: ENV });
  neutron = cloud.stock('neutron');
  tenant = cloud.stock('neutron', 'weft-demo');
  openstack = cloud.stock('openstack');
  await untilAgents(cloud, 9);
}, 180_000);
afterAll(() => cloud?.stop(), 60_000);

const ports = (query: Record<string, string>) => cloud.admin.list<PortObject>('ports', query);
const segmentOf = (network: Readonly<Record<string, unknown>>) => [
  network['provider:network_type'],
  network['provider:segmentation_id'],
];

describe('networks', () => {
  it('SC-5.1 a flat network on the provider card, shared', async () => {
    const provider = '--provider:network_type=flat --provider:physical_network=physnet1';
    expect(await neutron.show(`net-create MyFlatNetwork ${provider} --shared`)).toMatchObject({
      'provider:physical_network': 'physnet1',
      'provider:segmentation_id': null,
      'router:external': false,
      shared: true,
      mtu: 1500,
    });
  });

  it('SC-5.2 NG-1 a second flat network on the same card is refused by name (FX-46)', async () => {
    const provider = '--provider:network_type=flat --provider:physical_network=physnet1';
    expect(await neutron.refusal(`net-create MyFlatNetwork2 ${provider}`)).toMatch(
      /Physical network physnet1 is in use/,
    );
  });

  it('SC-5.3 VLAN networks beside it, with ids outside the tenants’ range, each id once', async () => {
    const vlan = (id: number) =>
      `--provider:network_type=vlan --provider:physical_network=physnet1 --provider:segmentation_id=${id}`;
    expect(segmentOf(await neutron.show(`net-create MyVLANNetwork ${vlan(200)}`))).toEqual(['vlan', 200]);
    const provider = '--provider-network-type vlan --provider-physical-network physnet1 --provider-segment 201';
    expect(segmentOf(await openstack.show(`network create MyVLANNetwork2 ${provider}`))).toEqual(['vlan', 201]);
    expect(await neutron.refusal(`net-create Third ${vlan(200)}`)).toMatch(
      /VLAN 200 on physical network physnet1 is in use/,
    );
  });

  it('SC-5.4 NG-2 NG-24 a tenant sees its own and shared networks, without provider attributes, and changes neither', async () => {
    await tenant.tell('net-create Mine');
    const seen = await tenant.show<{ name: string }[]>('net-list');
    expect(seen.map(({ name }) => name).sort()).toEqual(['Mine', 'MyFlatNetwork']);
    const shown = Object.keys(await tenant.show('net-show MyFlatNetwork'));
    expect(shown).toContain('mtu');
    expect(shown.filter((name) => name.startsWith('provider:'))).toEqual([]);
    expect(await tenant.refusal('net-update MyFlatNetwork --name ours')).toMatch(/disallowed by policy/);
    for (const attribute of [{ shared: true }, { 'router:external': true }, { 'provider:network_type': 'vlan' }])
      await expect(cloud.demo.create('networks', 'network', attribute)).rejects.toMatchObject({
        status: 403,
        message: expect.stringContaining('disallowed by policy'),
      });
    await tenant.tell('net-delete Mine');
  });

  it('SC-5.5 NG-23 tenants get VLANs 30 to 33, then VXLAN, then a refusal; more ids are given without a restart (FX-13)', async () => {
    await tenant.tell('net-create TENANT_NET');
    expect(await neutron.show('net-show TENANT_NET')).toMatchObject({
      'provider:network_type': 'vlan',
      'provider:physical_network': 'physnet1',
      'provider:segmentation_id': 30,
    });
    const made: string[] = [];
    for (let i = 1; i < 6; i++) made.push((await cloud.demo.create('networks', 'network', { name: `spent${i}` })).id);
    const segments = await Promise.all(made.map(async (id) => segmentOf(await cloud.admin.show('networks', id))));
    expect(segments).toEqual([...[31, 32, 33].map((id) => ['vlan', id]), ...[1, 2].map((id) => ['vxlan', id])]);
    expect(await tenant.refusal('net-create TooMuch')).toMatch(/No tenant network is available for allocation/);

    const range = '--shared --network-type vxlan --minimum 48 --maximum 99';
    await openstack.tell(`network segment range create ${range} more`);
    const { id } = await tenant.show<{ id: string }>('net-create Again');
    expect(segmentOf(await cloud.admin.show('networks', id))).toEqual(['vxlan', 48]);
    await cloud.demo.delete('networks', id);
  });
});

describe('subnets', () => {
  it('SC-5.6 have the defaults: the first address is the gateway, the others are the pool, DHCP is on; DNS servers keep their order (FX-19)', async () => {
    const options = '--name MyFlatSubnet --ip-version=4 --dns-nameservers 8.8.8.8 8.8.4.4';
    await neutron.tell(`subnet-create MyFlatNetwork 192.168.100.0/24 ${options}`);
    expect(await neutron.show('subnet-show MyFlatSubnet')).toMatchObject({
      ip_version: 4,
      gateway_ip: '192.168.100.1',
      allocation_pools: [{ start: '192.168.100.2', end: '192.168.100.254' }],
      enable_dhcp: true,
      dns_nameservers: ['8.8.8.8', '8.8.4.4'],
    });
  });

  it('SC-5.7 never hand out what lies between two pools', async () => {
    const pools =
      '--allocation-pool start=192.168.1.2,end=192.168.1.49 --allocation-pool start=192.168.1.56,end=192.168.1.254';
    await neutron.tell(`net-create Holed`);
    const { network_id } = await neutron.show<{ network_id: string }>(`subnet-create Holed 192.168.1.0/24 ${pools}`);
    const servers = (await ports({ network_id })).length;
    const room = 48 + 199 - servers;
    const body = { ports: Array.from({ length: room }, () => ({ network_id })) };
    const { ports: made } = await cloud.admin.request<{ ports: PortObject[] }>('POST', '/v2.0/ports', body);
    const last = made.map((port) => Number(addressOf(port).split('.')[3]));
    expect(new Set(last).size).toBe(room);
    expect(last.filter((each) => each >= 50 && each <= 55)).toEqual([]);
    await expect(cloud.admin.create('ports', 'port', { network_id })).rejects.toMatchObject({
      type: 'IpAddressGenerationFailure',
    });
  });

  it('SC-5.8 replace their host routes when told new ones; the newer client adds and takes away single ones (FX-17)', async () => {
    const route = (destination: string) => ({ destination, nexthop: '192.168.100.254' });
    const option = (destination: string) => `destination=${destination},nexthop=192.168.100.254`;
    const routes = async () => (await named(cloud, 'subnets', 'MyFlatSubnet')).host_routes;
    const [first, second, third] = ['10.0.0.0/24', '172.16.0.0/24', '10.9.0.0/24'] as const;
    await neutron.tell(`subnet-update MyFlatSubnet --host-route ${option(first)} --host-route ${option(second)}`);
    expect(await routes()).toEqual([route(first), route(second)]);
    await neutron.tell(`subnet-update MyFlatSubnet --host-route ${option(third)}`);
    expect(await routes()).toEqual([route(third)]);
    await openstack.tell('subnet set MyFlatSubnet --host-route destination=10.0.0.0/24,gateway=192.168.100.254');
    expect(await routes()).toEqual(expect.arrayContaining([route(first), route(third)]));
    await openstack.tell('subnet unset MyFlatSubnet --host-route destination=10.9.0.0/24,gateway=192.168.100.254');
    expect(await routes()).toEqual([route(first)]);
  });

  it('SC-5.9 lose their gateway, and whatever else may be empty, by being cleared (FX-18)', async () => {
    await neutron.tell('subnet-update MyFlatSubnet --gateway_ip action=clear');
    expect((await named(cloud, 'subnets', 'MyFlatSubnet')).gateway_ip).toBeNull();
    await neutron.tell('subnet-update MyFlatSubnet --host_routes action=clear');
    await neutron.tell('subnet-update MyFlatSubnet --dns_nameservers action=clear');
    expect(await named(cloud, 'subnets', 'MyFlatSubnet')).toMatchObject({ host_routes: [], dns_nameservers: [] });
    await neutron.tell('subnet-update MyFlatSubnet --gateway 192.168.100.1');
    expect((await named(cloud, 'subnets', 'MyFlatSubnet')).gateway_ip).toBe('192.168.100.1');
  });

  it.each([
    ['NG-3 another CIDR', { cidr: '192.168.101.0/24' }, /Cannot update read-only attribute cidr/],
    ['NG-6 more than 20 host routes', { host_routes: routesTo(21) }, /20/],
    ['NG-6 more than 5 DNS servers', { dns_nameservers: [1, 2, 3, 4, 5, 6].map((n) => `9.9.9.${n}`) }, /5/],
  ])('are refused %s', async (_, change, words) => {
    const { id } = await named(cloud, 'subnets', 'MyFlatSubnet');
    await expect(cloud.admin.update('subnets', 'subnet', id, change)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(words),
    });
  });

  it('NG-4 NG-5 do not overlap within a network, and keep it from being deleted while something uses it', async () => {
    expect(await neutron.refusal('subnet-create MyFlatNetwork 192.168.100.128/25')).toMatch(/overlap/i);
    const { id } = await named(cloud, 'networks', 'MyFlatNetwork');
    const port = await cloud.admin.create('ports', 'port', { network_id: id });
    expect(await neutron.refusal('net-delete MyFlatNetwork')).toMatch(/one or more ports (still )?in use/i);
    await cloud.admin.delete('ports', port.id);
  });

  it('SC-5.10 a tenant makes a network and a subnet of its own', async () => {
    const { id } = await tenant.show<{ id: string }>('net-create MyUserNetwork');
    const pool = '--allocation-pool start=192.168.204.50,end=192.168.204.250';
    const subnet = await tenant.show(`subnet-create MyUserNetwork 192.168.204.0/24 --name MyUserSubnet ${pool}`);
    expect(subnet).toMatchObject({ gateway_ip: '192.168.204.1', enable_dhcp: true });
    const [type, vni] = segmentOf(await cloud.admin.show('networks', id));
    expect(type).toBe('vxlan');
    expect(vni).toBeGreaterThanOrEqual(48);
    const servers = await untilServed(cloud, id);
    expect(servers.map(addressOf).sort()).toEqual(['192.168.204.50', '192.168.204.51']);
  });
});

function routesTo(count: number) {
  return Array.from({ length: count }, (_, n) => ({ destination: `10.${n}.0.0/24`, nexthop: '192.168.100.254' }));
}
