import { networkPortFact, type Json, type PortFact } from '@weft/contracts';
import { admin, eventually } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(() => ipam.stop());
afterEach(() => ipam.expectPoolsWhole());

type Item = Record<string, Json>;
const SLAAC = { ip_version: 6, ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' };
const network = async () => (await ipam.create('networks', {})).id as string;
const subnet = async (network_id: string, cidr: string, item: Item = {}) =>
  (await ipam.create('subnets', { network_id, cidr, ip_version: 4, ...item })).id as string;
const port = async (network_id: string, item: Item = {}) =>
  (await ipam.create('ports', { network_id, mac_address: 'fa:16:3e:00:00:01', ...item })).id as string;
const addresses = async (id: string) =>
  ((await ipam.show('ports', id)).fixed_ips as { ip_address: string }[]).map(({ ip_address }) => ip_address);
const told = async (network: string, id: string) =>
  ((await ipam.facts.load()).get(networkPortFact.key(network, id))?.value as PortFact).addresses.map(({ ip }) => ip);

describe('a subnet in which instances make their addresses themselves', () => {
  it('gives all ports of its network theirs when it comes, and goes although they have them', async () => {
    const id = await network();
    await subnet(id, '10.0.0.0/24');
    const one = await port(id, { fixed_ips: [{ ip_address: '10.0.0.7' }] });
    const none = await port(id, { fixed_ips: [], mac_address: 'fa:16:3e:00:00:02' });
    const router = await port(id, {
      ...{ device_owner: 'network:router_interface', fixed_ips: [{ ip_address: '10.0.0.9' }] },
      mac_address: 'fa:16:3e:00:00:03',
    });
    const { revision_number: before } = await ipam.show('ports', one);
    const six = await subnet(id, 'fd00:1::/64', SLAAC);
    expect(await addresses(one)).toEqual(['10.0.0.7', 'fd00:1::f816:3eff:fe00:1']);
    expect((await ipam.show('ports', one)).revision_number).toBeGreaterThan(before as number);
    expect(await addresses(none)).toEqual([]);
    expect(await addresses(router)).toEqual(['10.0.0.9']);
    await eventually(async () => expect(await told(id, one)).toEqual(['10.0.0.7', 'fd00:1::f816:3eff:fe00:1']));
    await ipam.delete('subnets', six);
    expect(await addresses(one)).toEqual(['10.0.0.7']);
    await eventually(async () => expect(await told(id, one)).toEqual(['10.0.0.7']));
  });

  it('does not go while a router has an address in it', async () => {
    const id = await network();
    const six = await subnet(id, 'fd00:2::/64', SLAAC);
    const router = await port(id, { device_owner: 'network:router_interface' });
    await expect(ipam.delete('subnets', six)).rejects.toMatchObject({ type: 'SubnetInUse', status: 409 });
    expect(await addresses(router)).toHaveLength(1);
  });

  it('is for the ports that it is kept for', async () => {
    const id = await network();
    await subnet(id, '10.0.0.0/24');
    const plain = await port(id, { device_owner: 'compute:nova' });
    const item = { ...SLAAC, service_types: ['compute:metal'] };
    const request = { network_id: id, cidr: 'fd00:3::/64', ...item };
    await ipam.create('subnets', request, admin());
    expect(await addresses(plain)).toHaveLength(1);
  });

  it('misses no port that comes at the same moment', async () => {
    const id = await network();
    await subnet(id, '10.0.0.0/24');
    const mac = (i: number) => `fa:16:3e:00:01:${i.toString(16).padStart(2, '0')}`;
    const [ports] = await Promise.all([
      Promise.all(Array.from({ length: 16 }, (_, i) => port(id, { mac_address: mac(i) }))),
      subnet(id, 'fd00:4::/64', SLAAC),
    ]);
    for (const each of ports) expect(await addresses(each)).toHaveLength(2);
  });
});

describe('a full subnet', () => {
  it('is no dead end: the network goes on in another one', async () => {
    const id = await network();
    const pools = [{ start: '10.0.0.2', end: '10.0.0.2' }];
    await subnet(id, '10.0.0.0/24', { allocation_pools: pools, enable_dhcp: false });
    await port(id);
    const next = { mac_address: 'fa:16:3e:00:00:02' };
    await expect(port(id, next)).rejects.toMatchObject({ type: 'IpAddressGenerationFailure' });
    await subnet(id, '10.0.1.0/24', { enable_dhcp: false });
    expect((await addresses(await port(id, next)))[0]).toMatch(/^10\.0\.1\./);
  });
});
