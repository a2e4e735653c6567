import {
  dhcpAssignmentFact,
  networkFact,
  networkPortFact,
  portAssignmentFact,
  type PortFact,
  reportSubject,
} from '@weft/contracts';
import { admin, context, eventually, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2, privatePostgres: true });
});
afterAll(() => ipam.stop());

const networkWith = async (cidr: string, more = {}) => {
  const network = await ipam.create('networks', { name: 'net' });
  const subnet = await ipam.create('subnets', {
    network_id: network.id!,
    cidr,
    ip_version: cidr.includes(':') ? 6 : 4,
    ...more,
  });
  return { network: network.id as string, subnet: subnet.id as string };
};

describe('networks', () => {
  it('are VXLAN with what the underlay leaves as MTU', async () => {
    const { id } = await ipam.create('networks', { name: 'n1' });
    expect(await ipam.show('networks', id as string)).toMatchObject({
      name: 'n1',
      project_id: TENANT,
      mtu: 1450,
      status: 'ACTIVE',
      'provider:network_type': 'vxlan',
      'provider:segmentation_id': expect.any(Number),
      revision_number: 1,
    });
  });

  it('hide provider attributes from tenants', async () => {
    const { id } = await ipam.create('networks', {});
    expect(await ipam.show('networks', id as string, tenant())).not.toHaveProperty(['provider:network_type']);
  });

  it('do not tell tenants provider attributes by a filter either', async () => {
    const { id } = await ipam.create('networks', {});
    const filters = { id: [id!], 'provider:network_type': ['vxlan'] };
    expect(await ipam.list('networks', { filters })).toEqual([]);
    expect(await ipam.list('networks', { filters }, admin())).toHaveLength(1);
  });

  it('are invisible to another project', async () => {
    const { id } = await ipam.create('networks', {});
    await expect(ipam.show('networks', id as string, context(OTHER))).rejects.toMatchObject({
      type: 'NetworkNotFound',
      status: 404,
    });
  });

  it('refuse a second flat network on the same physical network (NG-1)', async () => {
    const flat = { 'provider:network_type': 'flat', 'provider:physical_network': 'physnet9' };
    await ipam.create('networks', flat, admin());
    await expect(ipam.create('networks', flat, admin())).rejects.toMatchObject({
      type: 'FlatNetworkInUse',
      status: 409,
    });
  });

  it('refuse deletion while a port is on them, and name it', async () => {
    const { network } = await networkWith('10.1.0.0/24');
    const port = await ipam.create('ports', { network_id: network });
    await expect(ipam.delete('networks', network)).rejects.toMatchObject({
      type: 'NetworkInUse',
      message: expect.stringContaining(port.id as string),
    });
    await ipam.delete('ports', port.id as string);
    await ipam.delete('networks', network);
    await expect(ipam.show('networks', network)).rejects.toMatchObject({ status: 404 });
  });
});

describe('subnets', () => {
  it('have the defaults of the contract (SC-5.6)', async () => {
    const { subnet } = await networkWith('192.168.100.7/24', { dns_nameservers: ['8.8.8.8', '8.8.4.4'] });
    expect(await ipam.show('subnets', subnet)).toMatchObject({
      cidr: '192.168.100.0/24',
      gateway_ip: '192.168.100.1',
      allocation_pools: [{ start: '192.168.100.2', end: '192.168.100.254' }],
      enable_dhcp: true,
      dns_nameservers: ['8.8.8.8', '8.8.4.4'],
    });
  });

  it('refuse to overlap in their network (NG-4)', async () => {
    const { network } = await networkWith('10.2.0.0/16');
    await expect(
      ipam.create('subnets', { network_id: network, cidr: '10.2.7.0/24', ip_version: 4 }),
    ).rejects.toMatchObject({
      type: 'InvalidInput',
      message: `Invalid input for operation: Requested subnet with cidr: 10.2.7.0/24 for network: ${network} overlaps with another subnet.`,
    });
  });

  it('never hand out what lies outside their pools (SC-5.7)', async () => {
    const { network, subnet } = await networkWith('10.3.0.0/28', {
      allocation_pools: [
        { start: '10.3.0.2', end: '10.3.0.3' },
        { start: '10.3.0.9', end: '10.3.0.9' },
      ],
      enable_dhcp: false,
    });
    const ports = [];
    for (let i = 0; i < 3; i++) ports.push(await ipam.create('ports', { network_id: network }));
    const ips = ports.map(({ fixed_ips }) => (fixed_ips as { ip_address: string }[])[0]!.ip_address);
    expect(ips.sort()).toEqual(['10.3.0.2', '10.3.0.3', '10.3.0.9']);
    await expect(ipam.create('ports', { network_id: network })).rejects.toMatchObject({
      type: 'IpAddressGenerationFailure',
      status: 409,
    });
    await ipam.update('subnets', subnet, { allocation_pools: [{ start: '10.3.0.2', end: '10.3.0.9' }] });
    const more = await ipam.create('ports', { network_id: network });
    expect(ips).not.toContain((more.fixed_ips as { ip_address: string }[])[0]!.ip_address);
  });
});

describe('an idempotency key', () => {
  it('answers for the object that it was used on, and for no other', async () => {
    const { network } = await networkWith('10.44.0.0/24');
    const [a, b] = await ipam.createAll('ports', [{ network_id: network }, { network_id: network }]);
    const ctx = tenant();
    await ipam.delete('ports', a!.id as string, ctx);
    await ipam.delete('ports', a!.id as string, ctx);
    await expect(ipam.delete('ports', b!.id as string, ctx)).rejects.toMatchObject({ status: 400 });
    expect(await ipam.show('ports', b!.id as string)).toMatchObject({ id: b!.id });
  });
});

describe('ports', () => {
  it('get a MAC, an address, and wait DOWN', async () => {
    const { network, subnet } = await networkWith('10.4.0.0/24');
    const port = await ipam.create('ports', { network_id: network, name: 'p' });
    expect(port).toMatchObject({
      name: 'p',
      status: 'DOWN',
      mac_address: expect.stringMatching(/^fa:16:3e:/),
      fixed_ips: [{ subnet_id: subnet, ip_address: expect.stringMatching(/^10\.4\.0\./) }],
    });
    expect(await ipam.show('ports', port.id as string)).toMatchObject({
      'binding:vif_type': 'unbound',
      'binding:host_id': '',
    });
  });

  it('take an address that is asked for, once', async () => {
    const { network, subnet } = await networkWith('10.5.0.0/24');
    const wanted = { network_id: network, fixed_ips: [{ ip_address: '10.5.0.77' }] };
    await ipam.create('ports', wanted);
    await expect(ipam.create('ports', wanted)).rejects.toMatchObject({
      type: 'IpAddressAlreadyAllocated',
      message: `IP address 10.5.0.77 already allocated in subnet ${subnet}.`,
    });
    await expect(
      ipam.create('ports', { network_id: network, fixed_ips: [{ ip_address: '10.6.0.1' }] }),
    ).rejects.toMatchObject({
      type: 'InvalidIpForNetwork',
    });
  });

  it('are made all or none in a bulk', async () => {
    const { network } = await networkWith('10.7.0.0/24');
    const bad = { network_id: network, fixed_ips: [{ ip_address: '1.2.3.4' }] };
    await expect(ipam.createAll('ports', [{ network_id: network }, bad])).rejects.toMatchObject({ status: 400 });
    expect(await ipam.list('ports', { filters: { network_id: [network] } })).toHaveLength(0);
  });

  it('make their own address in a SLAAC subnet', async () => {
    const { network } = await networkWith('fd00:5::/64', { ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' });
    const port = await ipam.create('ports', { network_id: network, mac_address: 'fa:16:3e:33:44:55' });
    expect(port.fixed_ips).toMatchObject([{ ip_address: 'fd00:5::f816:3eff:fe33:4455' }]);
  });

  it('have no other address than their own in a SLAAC subnet', async () => {
    const { network } = await networkWith('fd00:7::/64', { ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' });
    const named = ipam.create('ports', { network_id: network, fixed_ips: [{ ip_address: 'fd00:7::7' }] });
    await expect(named).rejects.toMatchObject({ type: 'AllocationOnAutoAddressSubnet', status: 400 });
  });

  it('draw another MAC address on request, which their SLAAC address follows', async () => {
    const { network } = await networkWith('fd00:6::/64', { ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' });
    const port = await ipam.create('ports', { network_id: network, mac_address: 'fa:16:3e:33:44:55' });
    const changed = await ipam.update('ports', port.id as string, { mac_address: null }, admin());
    expect(changed.mac_address).toMatch(/^fa:16:3e:/);
    expect(changed.mac_address).not.toBe(port.mac_address);
    expect(changed.fixed_ips).not.toEqual(port.fixed_ips);
    const back = await ipam.update('ports', port.id as string, { mac_address: 'fa:16:3e:33:44:55' }, admin());
    expect(back.fixed_ips).toEqual(port.fixed_ips);
  });

  it('keep the addresses that an update names, and give back those that it does not', async () => {
    const { network, subnet } = await networkWith('10.12.0.0/28', { enable_dhcp: false });
    const port = await ipam.create('ports', {
      network_id: network,
      fixed_ips: [{ ip_address: '10.12.0.5' }, { subnet_id: subnet }],
    });
    const changed = await ipam.update('ports', port.id as string, {
      fixed_ips: [{ ip_address: '10.12.0.5' }, { ip_address: '10.12.0.9' }],
    });
    expect((changed.fixed_ips as { ip_address: string }[]).map(({ ip_address }) => ip_address)).toEqual([
      '10.12.0.5',
      '10.12.0.9',
    ]);
    await ipam.update('ports', port.id as string, { fixed_ips: [] });
    await ipam.expectPoolsWhole();
  });

  it('answer a repeated request with what the first one made', async () => {
    const { network } = await networkWith('10.8.0.0/24');
    const ctx = tenant();
    const first = await ipam.create('ports', { network_id: network }, ctx);
    expect(await ipam.create('ports', { network_id: network }, ctx)).toEqual(first);
  });

  it('never share an address, however many are made at once by two replicas', async () => {
    const { network } = await networkWith('10.9.0.0/24', { enable_dhcp: false });
    const made = await Promise.all(Array.from({ length: 253 }, () => ipam.create('ports', { network_id: network })));
    const ips = new Set(made.map(({ fixed_ips }) => (fixed_ips as { ip_address: string }[])[0]!.ip_address));
    expect(ips.size).toBe(253);
    await expect(ipam.create('ports', { network_id: network })).rejects.toMatchObject({
      type: 'IpAddressGenerationFailure',
    });
    await Promise.all(made.map(({ id }) => ipam.delete('ports', id as string)));
    const again = await Promise.all(Array.from({ length: 253 }, () => ipam.create('ports', { network_id: network })));
    expect(again).toHaveLength(253);
    await ipam.expectPoolsWhole();
  });

  it('keep pools whole while ports, pools and subnets change at once', async () => {
    const { network, subnet } = await networkWith('10.11.0.0/26', { enable_dhcp: false });
    const settled = (work: Promise<unknown>[]) => Promise.allSettled(work);
    for (let round = 0; round < 6; round++) {
      const last = round % 2 === 0 ? '10.11.0.40' : '10.11.0.62';
      const made = await settled([
        ...Array.from({ length: 30 }, () => ipam.create('ports', { network_id: network })),
        ipam.update('subnets', subnet, { allocation_pools: [{ start: '10.11.0.2', end: last }] }),
        ...Array.from({ length: 5 }, (_, i) =>
          ipam.create('ports', { network_id: network, fixed_ips: [{ ip_address: `10.11.0.${20 + i}` }] }),
        ),
      ]);
      const ids = made.flatMap((one) => (one.status === 'fulfilled' ? [(one.value as { id: string }).id] : []));
      await settled(ids.filter((id, i) => id !== subnet && i % 3 > 0).map((id) => ipam.delete('ports', id)));
    }
    await ipam.expectPoolsWhole();
  });

  it('are found by address, part of an address and tag', async () => {
    const { network, subnet } = await networkWith('10.10.0.0/24');
    const port = await ipam.create('ports', {
      network_id: network,
      fixed_ips: [{ ip_address: '10.10.0.123' }],
      tags: ['red'],
    });
    const ids = async (filters: object) =>
      (await ipam.list('ports', { filters: filters as never })).map(({ id }) => id);
    expect(await ids({ fixed_ips: [{ ip_address: ['10.10.0.123'] }] })).toEqual([port.id]);
    expect(await ids({ fixed_ips: [{ ip_address_substr: ['0.123'], subnet_id: [subnet] }] })).toEqual([port.id]);
    expect(await ids({ network_id: [network], tags: ['red'] })).toEqual([port.id]);
    expect(await ids({ network_id: [network], 'not-tags': ['red'] })).toEqual([]);
  });
});

describe('lists', () => {
  it('page forwards and backwards in one order', async () => {
    for (let i = 0; i < 7; i++) await ipam.create('networks', { name: `page-${i}` }, context(OTHER));
    const ctx = context(OTHER);
    const sort = [{ key: 'name', dir: 'desc' }];
    const all = await ipam.list('networks', { sort }, ctx);
    expect(all.map(({ name }) => name)).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `page-${i}`));
    const marker = all[3]!.id!;
    const names = async (query: object) =>
      (await ipam.list('networks', { sort, ...query }, ctx)).map(({ name }) => name);
    expect(await names({ limit: 2, marker })).toEqual(['page-2', 'page-1']);
    expect(await names({ limit: 2, marker, pageReverse: true })).toEqual(['page-5', 'page-4']);
    expect(await names({ marker, pageReverse: true })).toEqual(['page-6', 'page-5', 'page-4']);
    await expect(names({ marker: '00000000-0000-0000-0000-000000000000' })).rejects.toMatchObject({
      type: 'NetworkNotFound',
    });
  });

  it('come in pages below the payload limit, however long', async () => {
    const network = await ipam.create('networks', {}, context(OTHER));
    const items = Array.from({ length: 600 }, () => ({ network_id: network.id!, description: 'x'.repeat(250) }));
    for (let i = 0; i < 2; i++) await ipam.createAll('ports', items, context(OTHER));
    const listed = await ipam.list('ports', {}, context(OTHER));
    expect(new Set(listed.map(({ id }) => id)).size).toBe(1200);
  });
});

describe('facts and proofs', () => {
  it('tell nodes of a port, place DHCP on two nodes, and make it ACTIVE by their proofs only', async () => {
    for (const [i, host] of ['h1', 'h2', 'h3'].entries()) await ipam.node(host, `10.0.0.${i + 1}`);
    const { network, subnet } = await networkWith('10.20.0.0/24');
    const port = await ipam.create('ports', { network_id: network, 'binding:host_id': 'h3' }, admin());
    const id = port.id as string;

    const servers = await ipam.list(
      'ports',
      { filters: { network_id: [network], device_owner: ['network:dhcp'] } },
      admin(),
    );
    expect(servers.map((server) => (server.fixed_ips as { ip_address: string }[])[0]!.ip_address).sort()).toEqual([
      '10.20.0.2',
      '10.20.0.3',
    ]);

    await eventually(async () => (await ipam.facts.load()).has(portAssignmentFact.key('h3', id)));
    const facts = await ipam.facts.load();
    const fact = facts.get(networkPortFact.key(network, id))!;
    expect((fact.value as PortFact).addresses).toEqual([
      { subnet, ip: (port.fixed_ips as { ip_address: string }[])[0]!.ip_address },
    ]);
    const hosts = servers.map((server) => server['binding:host_id'] as string);
    for (const host of hosts)
      expect(facts.get(dhcpAssignmentFact.key(host, network))?.value).toMatchObject({ network });

    const report = (host: string, component: string, generation: number, state = 'proven') =>
      ipam.messaging.request(reportSubject('ipam', host), {
        host,
        reports: [{ object: 'port', id, component, generation, state }],
      });
    const status = async () => (await ipam.show('ports', id)).status;

    expect(await status()).toBe('DOWN');
    await report('h3', 'wired', fact.generation - 1);
    expect(await status()).toBe('BUILD');
    await report('h3', 'wired', fact.generation);
    expect(await status()).toBe('BUILD');
    await report('h3', 'filtered', fact.generation);
    expect(await status()).toBe('BUILD');
    await report(hosts[0]!, 'dhcp', fact.generation);
    const proof = await ipam.call<{ body: { requirements: unknown[] } }>('ports', 'status', { ctx: admin(), id });
    expect(proof.body.requirements).toHaveLength(4);
    await report(hosts[1]!, 'dhcp', fact.generation);
    expect(await status()).toBe('ACTIVE');
    await report('h3', 'wired', fact.generation, 'absent');
    expect(await status()).toBe('DOWN');
  });

  it('take a node back whose agents an operator had deleted while it was dead', async () => {
    await ipam.node('h9', '10.0.0.9');
    const agents = () => ipam.list('agents', { filters: { host: ['h9'] } }, admin());
    const [agent] = await agents();
    await expect(ipam.delete('agents', agent!.id as string, admin())).rejects.toMatchObject({
      type: 'Conflict',
      status: 409,
    });
    await ipam.database.query(`UPDATE node SET heartbeat_at = now() - interval '1 minute' WHERE host = 'h9'`);
    expect((await agents()).map(({ alive }) => alive)).toEqual([false, false, false]);
    for (const { id } of await agents()) await ipam.delete('agents', id as string, admin());
    expect(await agents()).toEqual([]);
    await ipam.node('h9', '10.0.0.9');
    expect((await agents()).map(({ alive }) => alive)).toEqual([true, true, true]);
    await ipam.database.query(`UPDATE node SET heartbeat_at = now() - interval '1 minute' WHERE host = 'h9'`);
  });

  it('leave tombstones of what was deleted', async () => {
    const { network } = await networkWith('10.21.0.0/24');
    const port = await ipam.create('ports', { network_id: network, 'binding:host_id': 'h1' }, admin());
    await ipam.delete('ports', port.id as string);
    await eventually(async () => {
      const fact = (await ipam.facts.load()).get(portAssignmentFact.key('h1', port.id as string));
      expect(fact?.value).toBeNull();
    });
  });

  it('are made again from the rows when the broker has lost everything', async () => {
    const { network } = await networkWith('10.22.0.0/24');
    await ipam.servers.restartNats({ wiped: true });
    await eventually(async () => (await ipam.facts.load()).get(networkFact.key(network))?.value !== undefined, 20_000);
    const port = await ipam.create('ports', { network_id: network });
    await eventually(async () => (await ipam.facts.load()).has(networkPortFact.key(network, port.id as string)));
  });

  it('wait in the outbox while the broker is away, and answers wait for a database that restarts', async () => {
    const { network } = await networkWith('10.23.0.0/24');
    await ipam.servers.restartPostgres();
    const port = await ipam.create('ports', { network_id: network });
    await eventually(async () => (await ipam.facts.load()).has(networkPortFact.key(network, port.id as string)));
  });
});
