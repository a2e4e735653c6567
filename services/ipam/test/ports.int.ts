import { networkPortFact, portAssignmentFact, type Json, type PortFact } from '@weft/contracts';
import { admin, context, eventually, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(() => ipam.stop());

type Item = Record<string, Json>;
const networkWith = async (cidr: string, more: Item = {}) => {
  const network = (await ipam.create('networks', more)).id as string;
  const subnet = { network_id: network, ip_version: cidr.includes(':') ? 6 : 4, cidr, enable_dhcp: false };
  return { network, subnet: (await ipam.create('subnets', subnet)).id as string };
};
const addressesOf = (port: Item) => (port.fixed_ips as { ip_address: string }[]).map(({ ip_address }) => ip_address);

describe('names', () => {
  it('are the port’s, in its network’s domain, or made of the address', async () => {
    const { network } = await networkWith('10.0.0.0/24', { dns_domain: 'blue.example.org.' });
    const fixed_ips = [{ ip_address: '10.0.0.9' }];
    const named = await ipam.create('ports', { network_id: network, dns_name: 'web', fixed_ips });
    expect(named.dns_assignment).toEqual([{ ip_address: '10.0.0.9', hostname: 'web', fqdn: 'web.blue.example.org.' }]);
    const plain = await ipam.create('ports', { network_id: network, fixed_ips: [{ ip_address: '10.0.0.10' }] });
    expect(plain.dns_assignment).toEqual([
      { ip_address: '10.0.0.10', hostname: 'host-10-0-0-10', fqdn: 'host-10-0-0-10.blue.example.org.' },
    ]);
    const fact = async () =>
      (await ipam.facts.load()).get(networkPortFact.key(network, named.id as string))?.value as PortFact;
    await eventually(async () => expect((await fact()).dnsName).toBe('web'));
  });

  it('are of the cloud’s domain where the network has none', async () => {
    const { network } = await networkWith('fd00:1::/64');
    const [assigned] = (await ipam.create('ports', { network_id: network })).dns_assignment as { fqdn: string }[];
    expect(assigned!.fqdn).toMatch(/^host-fd00-1--\w+\.openstacklocal\.$/);
  });

  it('are refused in another domain', async () => {
    const { network } = await networkWith('10.0.0.0/24', { dns_domain: 'blue.example.org.' });
    const port = (dns_name: string) => ipam.create('ports', { network_id: network, dns_name });
    await expect(port('web.red.example.org.')).rejects.toMatchObject({ type: 'InvalidInput', status: 400 });
    expect((await port('web.blue.example.org.')).dns_assignment).toMatchObject([{ fqdn: 'web.blue.example.org.' }]);
  });
});

describe('extra DHCP options', () => {
  it('change one by one, and reach the nodes', async () => {
    const { network } = await networkWith('10.0.0.0/24');
    const tftp = { opt_name: 'tftp-server', opt_value: '10.0.0.9' };
    const boot = { opt_name: 'bootfile-name', opt_value: 'pxe.0', ip_version: 4 };
    const made = await ipam.create('ports', { network_id: network, extra_dhcp_opts: [tftp, boot] });
    expect(made.extra_dhcp_opts).toEqual([{ ...tftp, ip_version: 4 }, boot]);
    const changed = await ipam.update('ports', made.id as string, {
      extra_dhcp_opts: [
        { ...boot, opt_value: 'ipxe.0' },
        { opt_name: 'tftp-server', opt_value: null },
      ],
    });
    expect(changed.extra_dhcp_opts).toEqual([{ ...boot, opt_value: 'ipxe.0' }]);
    const fact = async () =>
      (await ipam.facts.load()).get(networkPortFact.key(network, made.id as string))?.value as PortFact;
    await eventually(async () =>
      expect((await fact()).dhcpOptions).toEqual([{ name: 'bootfile-name', value: 'ipxe.0', ipVersion: 4 }]),
    );
  });
});

describe('attributes that compute services set', () => {
  it('are kept as they are', async () => {
    const { network } = await networkWith('10.0.0.0/24');
    const given = { device_profile: 'gpu', numa_affinity_policy: 'socket', propagate_uplink_status: false };
    const port = await ipam.create('ports', { network_id: network, ...given, hardware_offload_type: 'switchdev' });
    expect(await ipam.show('ports', port.id as string)).toMatchObject({
      ...given,
      hardware_offload_type: 'switchdev',
      'binding:profile': { capabilities: ['switchdev'] },
    });
  });

  it('let who knows the data plane tell its status, and nobody else', async () => {
    const { network } = await networkWith('10.0.0.0/24');
    const { id } = await ipam.create('ports', { network_id: network });
    const tell = (ctx = tenant()) => ipam.update('ports', id as string, { data_plane_status: 'DOWN' }, ctx);
    await expect(tell()).rejects.toMatchObject({ status: 403 });
    const integrator = context(TENANT, ['data_plane_integrator', 'member', 'reader']);
    expect(await tell(integrator)).toMatchObject({ data_plane_status: 'DOWN' });
  });
});

describe('subnets kept for device owners', () => {
  it('serve these, and the others serve the rest', async () => {
    const { network, subnet: common } = await networkWith('10.0.0.0/24');
    const kept = await ipam.create(
      'subnets',
      { network_id: network, ip_version: 4, cidr: '10.1.0.0/24', service_types: ['compute:nova'], enable_dhcp: false },
      { ...admin(), projectId: TENANT },
    );
    const of = async (device_owner: string) =>
      ((await ipam.create('ports', { network_id: network, device_owner })).fixed_ips as { subnet_id: string }[])[0]!
        .subnet_id;
    expect(await of('compute:nova')).toBe(kept.id);
    expect(await of('')).toBe(common);
    await ipam.update('subnets', common, { service_types: ['compute:foo'] }, admin());
    await expect(of('')).rejects.toMatchObject({ type: 'IpAddressGenerationFailureNoMatchingSubnet', status: 409 });
  });
});

describe('a bulk of ports', () => {
  it('is one transaction: each gets addresses of its own, in the order asked for', async () => {
    const { network } = await networkWith('10.0.0.0/22');
    const { network: other } = await networkWith('10.0.0.0/24');
    const items = Array.from({ length: 400 }, (_, i) => ({ network_id: i % 4 === 3 ? other : network, name: `p${i}` }));
    items[7] = { ...items[7]!, fixed_ips: [{ ip_address: '10.0.0.5' }] } as never;
    const made = await ipam.createAll('ports', items);
    expect(made.map(({ name }) => name)).toEqual(items.map(({ name }) => name));
    expect(addressesOf(made[7]!)).toEqual(['10.0.0.5']);
    for (const id of [network, other]) {
      const addresses = made.filter((port) => port.network_id === id).flatMap(addressesOf);
      expect(new Set(addresses).size).toBe(addresses.length);
      expect(addresses.length).toBe(id === other ? 100 : 300);
    }
    await ipam.expectPoolsWhole();
  });

  it('is done wholly or not at all', async () => {
    const { network } = await networkWith('10.0.0.0/28');
    const before = (await ipam.list('ports', {}, admin())).length;
    const items = Array.from({ length: 14 }, () => ({ network_id: network }));
    await expect(ipam.createAll('ports', items)).rejects.toMatchObject({ type: 'IpAddressGenerationFailure' });
    expect((await ipam.list('ports', {}, admin())).length).toBe(before);
    expect(await ipam.createAll('ports', items.slice(1))).toHaveLength(13);
    await ipam.expectPoolsWhole();
  });

  it('names the address that is taken', async () => {
    const { network, subnet } = await networkWith('10.0.0.0/24');
    await ipam.create('ports', { network_id: network, fixed_ips: [{ ip_address: '10.0.0.8' }] });
    const items = ['10.0.0.7', '10.0.0.8'].map((ip_address) => ({ network_id: network, fixed_ips: [{ ip_address }] }));
    await expect(ipam.createAll('ports', items)).rejects.toMatchObject({
      type: 'IpAddressAlreadyAllocated',
      message: `IP address 10.0.0.8 already allocated in subnet ${subnet}.`,
    });
  });

  it('meets others without losing or doubling an address', async () => {
    const { network } = await networkWith('10.0.0.0/23');
    const bulk = (n: number) =>
      ipam.createAll(
        'ports',
        Array.from({ length: n }, () => ({ network_id: network })),
      );
    const made = (await Promise.all([bulk(100), bulk(100), bulk(100), bulk(100), bulk(109)])).flat();
    expect(new Set(made.flatMap(addressesOf)).size).toBe(509);
    await expect(bulk(1)).rejects.toMatchObject({ type: 'IpAddressGenerationFailure' });
    await ipam.expectPoolsWhole();
    expect(OTHER).not.toBe(TENANT);
  });
});

describe('bindings of a port', () => {
  const service = () => context('f'.repeat(32), ['service']);
  const bind = (port: string, host: string, more: Item = {}) =>
    ipam.create('ports/bindings', { host, vnic_type: 'normal', ...more }, service(), port);
  const activate = (port: string, host: string) =>
    ipam.call<{ body: { binding: Item } }>('ports/bindings', 'activate', {
      ctx: service(),
      id: host,
      parentId: port,
      params: {},
    });
  const bindings = async (port: string) =>
    (await ipam.list('ports/bindings', {}, service(), port))
      .map(({ host, status }) => `${String(host)} ${String(status)}`)
      .sort();

  it('wait for an instance that moves, and change places when it has', async () => {
    const { network } = await networkWith('10.0.0.0/24');
    const port = (await ipam.create('ports', { network_id: network })).id as string;
    expect(await bind(port, 'h1')).toMatchObject({ host: 'h1', status: 'ACTIVE', vif_type: 'binding_failed' });
    expect(await bind(port, 'h2', { profile: { migrating_to: 'h2' } })).toMatchObject({ status: 'INACTIVE' });
    expect(await ipam.show('ports', port)).toMatchObject({ 'binding:host_id': 'h1' });
    expect((await activate(port, 'h2')).body.binding).toMatchObject({ host: 'h2', status: 'ACTIVE' });
    expect(await bindings(port)).toEqual(['h1 INACTIVE', 'h2 ACTIVE']);
    expect(await ipam.show('ports', port)).toMatchObject({
      'binding:host_id': 'h2',
      'binding:profile': { migrating_to: 'h2' },
    });
    await eventually(async () => {
      const facts = await ipam.facts.load();
      expect(facts.get(portAssignmentFact.key('h2', port))?.value).toMatchObject({ port });
      expect(facts.get(portAssignmentFact.key('h1', port))?.value ?? null).toBeNull();
    });
    await ipam.call('ports/bindings', 'delete', { ctx: service(), id: 'h1', parentId: port });
    expect(await bindings(port)).toEqual(['h2 ACTIVE']);
  });

  it('are one for each host, also when the port itself is moved to a host that is prepared for it', async () => {
    const { network } = await networkWith('10.0.0.0/24');
    const port = (await ipam.create('ports', { network_id: network })).id as string;
    for (const host of ['h1', 'h2']) await bind(port, host);
    await ipam.update('ports', port, { 'binding:host_id': 'h2' }, admin());
    expect(await bindings(port)).toEqual(['h2 ACTIVE']);
  });

  it('are refused twice, missing, and to tenants', async () => {
    const { network } = await networkWith('10.0.0.0/24');
    const port = (await ipam.create('ports', { network_id: network })).id as string;
    await bind(port, 'h1');
    await expect(bind(port, 'h1')).rejects.toMatchObject({ type: 'PortBindingAlreadyExists', status: 409 });
    await expect(activate(port, 'h1')).rejects.toMatchObject({ type: 'PortBindingAlreadyActive', status: 409 });
    await expect(activate(port, 'h9')).rejects.toMatchObject({ type: 'PortBindingNotFound', status: 404 });
    const mine = ipam.create('ports/bindings', { host: 'h3', vnic_type: 'normal' }, tenant(), port);
    await expect(mine).rejects.toMatchObject({ status: 403 });
    expect(await ipam.list('ports/bindings', {}, tenant(), port)).toEqual([]);
  });
});
