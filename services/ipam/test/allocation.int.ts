import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start(2);
});
afterAll(() => ipam.stop());

const subnetOf = async (cidr: string, more = {}) => {
  const network = (await ipam.create('networks', {})).id as string;
  const ip_version = cidr.includes(':') ? 6 : 4;
  const subnet = (await ipam.create('subnets', { network_id: network, cidr, ip_version, ...more })).id as string;
  return { network, subnet };
};

/** Every number of the pools is given out or free, and never both. */
const expectPartition = async (subnet: string, size: number): Promise<void> => {
  const [count] = await ipam.database.query<{ used: number; free: number; both: number }>(
    `SELECT (SELECT count(*) FROM ip_allocation WHERE subnet_id = $1)::int AS used,
       (SELECT COALESCE(sum(last - first + 1), 0) FROM free_range WHERE pool = $1)::int AS free,
       (SELECT count(*) FROM ip_allocation a JOIN free_range f ON f.pool = a.subnet_id AND a.ip BETWEEN f.first AND f.last
        WHERE a.subnet_id = $1)::int AS both`,
    [subnet],
  );
  expect(count).toMatchObject({ both: 0 });
  expect(count!.used + count!.free).toBe(size);
};

describe('addresses asked for by name', () => {
  it('leave the pool, also when many of one range are asked for at once', async () => {
    const { network, subnet } = await subnetOf('10.1.0.0/24', { enable_dhcp: false });
    const wanted = Array.from({ length: 200 }, (_, i) => `10.1.0.${i + 2}`);
    await Promise.all(
      wanted.map((ip_address) => ipam.create('ports', { network_id: network, fixed_ips: [{ ip_address }] })),
    );
    await expectPartition(subnet, 253);
    const rest = await Promise.all(Array.from({ length: 53 }, () => ipam.create('ports', { network_id: network })));
    expect(rest).toHaveLength(53);
    await expectPartition(subnet, 253);
  });
});
