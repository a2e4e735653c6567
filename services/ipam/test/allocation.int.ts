import { dhcpAssignmentFact, networkFact } from '@weft/contracts';
import { admin, eventually, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
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

describe('addresses that instances make themselves', () => {
  it('leave nothing behind in the pool', async () => {
    const mode = { ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' };
    const { network, subnet } = await subnetOf('fd00:1::/64', mode);
    for (let i = 0; i < 3; i++) {
      const { id } = await ipam.create('ports', { network_id: network });
      await ipam.delete('ports', id as string);
    }
    expect(await ipam.database.query('SELECT 1 FROM free_range WHERE pool = $1', [subnet])).toHaveLength(0);
  });
});

describe('ports of tenants that bear the owner of a DHCP server', () => {
  const dhcp = { device_owner: 'network:dhcp' };

  it('go with their network', async () => {
    const { network } = await subnetOf('10.2.0.0/24');
    const { id } = await ipam.create('ports', { network_id: network, ...dhcp });
    await ipam.delete('networks', network);
    await expect(ipam.show('ports', id as string)).rejects.toMatchObject({ status: 404 });
  });

  it('lose the addresses of a subnet that goes', async () => {
    const { network, subnet } = await subnetOf('10.3.0.0/24');
    const { id } = await ipam.create('ports', { network_id: network, ...dhcp });
    await ipam.delete('subnets', subnet);
    expect(await ipam.show('ports', id as string)).toMatchObject({ fixed_ips: [] });
  });
});

describe('DHCP servers', () => {
  beforeAll(async () => {
    await ipam.node('h1');
    await ipam.node('h2', '10.0.0.2');
  });

  const bindings = (network: string) =>
    ipam.database.query<{ host: string; port_id: string }>(
      'SELECT host, port_id FROM dhcp_binding WHERE network_id = $1',
      [network],
    );

  it.each([
    ['10.4.0.0/32', 0],
    ['10.4.0.0/30', 1],
    ['10.4.0.0/29', 2],
  ])('are as many as %s has room for', async (cidr, servers) => {
    const { network, subnet } = await subnetOf(cidr, { gateway_ip: null, allocation_pools: pool(cidr, servers) });
    expect(await bindings(network)).toHaveLength(servers);
    await expectPartition(subnet, servers);
    // A change of anything else does not meet them either.
    await ipam.update('networks', network, { name: 'renamed' });
  });

  it('are told that they serve no longer when a client deletes their port', async () => {
    const { network } = await subnetOf('10.5.0.0/24');
    const [{ host, port_id }] = (await bindings(network)) as [{ host: string; port_id: string }];
    const key = dhcpAssignmentFact.key(host, network);
    await eventually(async () => (await ipam.facts.load()).get(key)?.value !== undefined);
    await ipam.delete('ports', port_id, admin());
    await eventually(async () => {
      const fact = (await ipam.facts.load()).get(key);
      // Taken, or given anew with another port: never the port that is gone.
      return fact?.value === null || (fact?.value as { port: string }).port !== port_id;
    });
  });
});

const pool = (cidr: string, size: number) => {
  const base = cidr.slice(0, cidr.lastIndexOf('.'));
  return size === 0 ? [] : [{ start: `${base}.1`, end: `${base}.${size}` }];
};

describe('a network', () => {
  it('takes no more subnets than one message to a node can tell of', async () => {
    const { id: network } = await ipam.create('networks', {});
    const host_routes = Array.from({ length: 20 }, (_, i) => ({
      destination: `2001:db8:1111:2222:3333:4444:${i + 1}:0/112`,
      nexthop: `2001:db8:aaaa:bbbb:cccc:dddd:eeee:${i + 1000}`,
    }));
    const subnets = Array.from({ length: 100 }, (_, i) => ({
      ...{ network_id: network!, ip_version: 6, cidr: `fd00:${(i + 1).toString(16)}::/64`, enable_dhcp: false },
      host_routes,
    }));
    const part = (n: number) =>
      subnets.map((subnet, i) => ({ ...subnet, cidr: `fd00:${(n * 100 + i + 1).toString(16)}::/64` }));
    const refused = (async () => {
      for (let n = 0; n < 6; n++) await ipam.createAll('subnets', part(n), tenant());
    })();
    await expect(refused).rejects.toMatchObject({ type: 'OverQuota', status: 409 });
    // What others do is told as ever.
    const { id } = await ipam.create('networks', {});
    await eventually(async () => (await ipam.facts.load()).has(networkFact.key(id as string)));
  });
});
