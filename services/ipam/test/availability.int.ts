import { type Json, serviceSubject } from '@weft/contracts';
import { admin, context, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start();
});
afterAll(() => ipam.stop());

const COLLECTION = 'network_ip_availabilities';
type Item = Record<string, Json>;
const network = async (item: Item = {}) => (await ipam.create('networks', item)).id as string;
const subnet = async (network_id: string, cidr: string, item: Item = {}) =>
  (await ipam.create('subnets', { network_id, cidr, ip_version: cidr.includes(':') ? 6 : 4, ...item })).id as string;
const of = async (network_id: string, filters: Item = {}) =>
  (await ipam.list(COLLECTION, { filters: { network_id: [network_id], ...filters } }, admin()))[0];

describe('the availability of addresses', () => {
  it('counts what pools have and what ports have, of each subnet and of the network', async () => {
    const id = await network({ name: 'blue' });
    const pools = [{ start: '10.0.0.10', end: '10.0.0.19' }];
    const first = await subnet(id, '10.0.0.0/24', { name: 'a', allocation_pools: pools });
    const second = await subnet(id, '10.0.1.0/24', { allocation_pools: [] });
    await ipam.create('ports', { network_id: id, fixed_ips: [{ subnet_id: first }, { ip_address: '10.0.0.200' }] });
    await ipam.create('ports', { network_id: id, fixed_ips: [{ ip_address: '10.0.1.7' }] });
    const details = (subnet: number, pool: number, used: number, usedInPool: number) => ({
      total_ips_in_subnet: subnet,
      total_ips_in_allocation_pool: pool,
      used_ips_in_subnet: used,
      used_ips_in_allocation_pool: usedInPool,
    });
    expect(await ipam.show(COLLECTION, id)).toEqual({
      network_id: id,
      network_name: 'blue',
      tenant_id: TENANT,
      project_id: TENANT,
      total_ips: 266,
      used_ips: 3,
      ip_availability_details: details(508, 10, 3, 1),
      subnet_ip_availability: [
        {
          ...{ subnet_id: first, subnet_name: 'a', ip_version: 4, cidr: '10.0.0.0/24', total_ips: 10, used_ips: 2 },
          ip_availability_details: details(254, 10, 2, 1),
        },
        {
          ...{ subnet_id: second, subnet_name: '', ip_version: 4, cidr: '10.0.1.0/24', total_ips: 256, used_ips: 1 },
          ip_availability_details: details(254, 0, 1, 0),
        },
      ],
    });
  });

  it('is exact where doubles are not', async () => {
    const id = await network();
    await subnet(id, 'fd00:1::/64');
    await subnet(id, '10.0.0.0/24');
    await ipam.create('ports', { network_id: id });
    const reply = await ipam.messaging.requestRaw(serviceSubject('ipam', COLLECTION, 'show'), { ctx: admin(), id });
    const text = Buffer.from(reply).toString();
    // As the reference has it: 2^64 - 1 of the one, 253 of the other.
    expect(text).toContain('"total_ips":18446744073709551868,');
    expect(text.replaceAll(' ', '')).toContain('"total_ips":18446744073709551615,"used_ips":1');
    expect(text.replaceAll(' ', '')).toContain('"total_ips_in_subnet":18446744073709551870');
    await subnet(id, 'fd00:2::/32', {
      gateway_ip: null,
      allocation_pools: [{ start: 'fd00:2::1', end: 'fd00:2::ffff' }],
    });
    expect(await of(id, { ip_version: ['6'] })).toMatchObject({
      subnet_ip_availability: [expect.anything(), { total_ips: 65535, used_ips: 0 }],
    });
  });

  it('is told of one IP version where that is asked for', async () => {
    const [both, six, none] = [await network(), await network(), await network()];
    await subnet(both, '10.0.0.0/24');
    await subnet(both, 'fd00:1::/64');
    await subnet(six, 'fd00:1::/64');
    expect(await of(both, { ip_version: ['4'] })).toMatchObject({ total_ips: 253 });
    expect((await of(both))!.subnet_ip_availability).toHaveLength(2);
    expect(await of(six, { ip_version: ['4'] })).toBeUndefined();
    expect(await of(six, { ip_version: ['4', '6'] })).toMatchObject({ network_id: six });
    expect(await of(six, { ip_version: ['seven'] })).toBeUndefined();
    expect(await of(none)).toMatchObject({ total_ips: 0, used_ips: 0, subnet_ip_availability: [] });
  });

  it('has whole prefixes of a /31 and a /32, which have no broadcast address', async () => {
    const id = await network();
    await subnet(id, '10.0.0.0/31', { gateway_ip: null });
    await subnet(id, '10.0.0.9/32', { gateway_ip: null });
    expect(await of(id)).toMatchObject({ total_ips: 3, ip_availability_details: { total_ips_in_subnet: 3 } });
  });

  it('is for operators and services, page by page', async () => {
    const id = await network({ name: 'lonely' });
    await expect(ipam.show(COLLECTION, id, tenant())).rejects.toMatchObject({ status: 404 });
    expect(await ipam.list(COLLECTION, {}, context(OTHER))).toEqual([]);
    expect(await ipam.show(COLLECTION, id, context(OTHER, ['service']))).toMatchObject({ network_id: id });
    expect(await of(id, { network_name: ['lonely'], project_id: [TENANT] })).toMatchObject({ network_id: id });
    const all = (await ipam.list(COLLECTION, {}, admin())).map((each) => each.network_id as string);
    const query = { limit: 2, marker: all[0]!, sort: [{ key: 'network_id', dir: 'asc' }] };
    expect((await ipam.list(COLLECTION, query, admin())).map((each) => each.network_id)).toEqual(all.slice(1, 3));
  });
});
