import type { Json, NetworkFact } from '@weft/contracts';
import { networkFact } from '@weft/contracts';
import { admin, context, eventually, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  Object.assign(process.env, {
    WEFT_TENANT_NETWORK_TYPES: 'vlan,vxlan',
    WEFT_NETWORK_VLAN_RANGES: 'physnet2:30:33,physnet3',
    WEFT_VNI_RANGES: '1:2',
    WEFT_PHYSICAL_NETWORK_MTUS: 'physnet3:9000',
  });
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(async () => {
  await ipam.stop();
  for (const name of ['TENANT_NETWORK_TYPES', 'NETWORK_VLAN_RANGES', 'VNI_RANGES', 'PHYSICAL_NETWORK_MTUS'])
    delete process.env[`WEFT_${name}`];
});

const PROVIDER = ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id'];
const provider = async (id: Json) => {
  const network = await ipam.show('networks', id as string);
  return PROVIDER.map((name) => network[name] ?? null);
};
const vlan = (physnet: string, id?: number) => ({
  'provider:network_type': 'vlan',
  'provider:physical_network': physnet,
  ...(id !== undefined && { 'provider:segmentation_id': id }),
});
const create = async (item: Record<string, Json> = {}, ctx = admin()) => (await ipam.create('networks', item, ctx)).id!;
const remove = (id: Json) => ipam.delete('networks', id as string, admin());

describe('segments of tenants’ networks (SC-5.5)', () => {
  it('are of the first type until it is spent, then of the next, and each id is given once', async () => {
    const ids = [];
    for (let i = 0; i < 6; i++) ids.push(await create({}, tenant()));
    expect(await Promise.all(ids.map(provider))).toEqual([
      ...[30, 31, 32, 33].map((id) => ['vlan', 'physnet2', id]),
      ...[1, 2].map((id) => ['vxlan', null, id]),
    ]);
    await expect(create({}, tenant())).rejects.toMatchObject({ type: 'NoNetworkAvailable', status: 503 });
    await remove(ids[1]!);
    const again = await create({}, tenant());
    expect(await provider(again)).toEqual(['vlan', 'physnet2', 31]);
    for (const id of [again, ...ids.filter((_, i) => i !== 1)]) await remove(id);
  });

  it('are never given twice to creators who come at once, and none is lost', async () => {
    const results = await Promise.allSettled(Array.from({ length: 24 }, () => create({}, tenant())));
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(made).toHaveLength(6);
    for (const { reason } of results.filter((result) => result.status === 'rejected'))
      expect(reason).toMatchObject({ type: 'NoNetworkAvailable' });
    const segments = await Promise.all(made.map(provider));
    expect(new Set(segments.map((segment) => segment.join())).size).toBe(6);
    await Promise.all(made.map(remove));
    const free = await ipam.database.query('SELECT sum(last - first + 1)::int AS n FROM free_range');
    expect(free).toEqual([{ n: 6 }]);
  });
});

describe('provider networks', () => {
  it('may lie outside the tenants’ ranges, on any known physical network (SC-5.3)', async () => {
    const ids = [
      await create(vlan('physnet2', 200)),
      await create(vlan('physnet2', 201)),
      await create(vlan('physnet3', 200)),
    ];
    expect((await ipam.show('networks', ids[2] as string)).mtu).toBe(9000);
    await expect(create(vlan('physnet2', 200))).rejects.toMatchObject({ type: 'VlanIdInUse', status: 409 });
    for (const id of ids) await remove(id);
  });

  it.each([
    [vlan('nowhere', 5), /physical_network 'nowhere' unknown for VLAN provider network/],
    [vlan('physnet2', 4095), /out of range \(1 through 4094\)/],
    [{ 'provider:network_type': 'vlan', 'provider:segmentation_id': 5 }, /requires physical_network/],
    [{ 'provider:network_type': 'vxlan', 'provider:physical_network': 'physnet2' }, /specified for vxlan network/],
    [{ 'provider:network_type': 'gre' }, /'gre' not supported/],
    [{ 'provider:segmentation_id': 7 }, /network_type required/],
  ])('refuse %j', async (item, message) => {
    await expect(create(item)).rejects.toMatchObject({
      type: 'InvalidInput',
      status: 400,
      message: expect.stringMatching(message),
    });
  });

  it('are open on a physical network that nobody configured once a node maps it (FX-13)', async () => {
    await ipam.node('mapper', '10.0.0.9', { physnet7: 'eth7' });
    await remove(await create(vlan('physnet7', 7)));
  });

  it('move to another segment under their instances (FX-14), and give the old one back', async () => {
    const id = await create({}, tenant());
    await ipam.update('networks', id as string, { 'provider:segmentation_id': 33 }, admin());
    expect(await provider(id)).toEqual(['vlan', 'physnet2', 33]);
    await ipam.update('networks', id as string, { 'provider:network_type': 'vxlan' }, admin());
    expect(await provider(id)).toEqual(['vxlan', null, 1]);
    expect((await ipam.show('networks', id as string)).mtu).toBe(1450);
    const fact = async () => (await ipam.facts.load()).get(networkFact.key(id as string))?.value as NetworkFact;
    await eventually(async () => expect((await fact()).segments).toMatchObject([{ type: 'vxlan', segmentationId: 1 }]));
    const taken = [await create(vlan('physnet2', 30)), await create(vlan('physnet2', 33))];
    await expect(ipam.update('networks', id as string, vlan('physnet2', 33), admin())).rejects.toMatchObject({
      type: 'VlanIdInUse',
    });
    for (const each of [id, ...taken]) await remove(each);
  });
});

describe('networks of several segments', () => {
  const several = [
    vlan('physnet2', 40),
    { 'provider:network_type': 'vxlan', 'provider:physical_network': null, 'provider:segmentation_id': 77 },
  ];

  it('show them in order, and no provider attribute of their own', async () => {
    const id = await create({ segments: several });
    expect(await ipam.show('networks', id as string)).toMatchObject({
      segments: several,
      'provider:network_type': null,
      mtu: 1450,
    });
    const found = await ipam.list('networks', { filters: { 'provider:segmentation_id': [77] } }, admin());
    expect(found.map((network) => network.id)).toEqual([id]);
    await remove(id);
  });

  it('refuse what makes no sense', async () => {
    const refusal = (item: Record<string, Json>, type: string) =>
      expect(create(item)).rejects.toMatchObject({ type, status: 400 });
    await refusal({ segments: several, ...vlan('physnet2', 41) }, 'SegmentsSetInConjunctionWithProviders');
    await refusal({ segments: [several[0]!, several[0]!] }, 'SegmentsContainDuplicateEntry');
  });

  it('get and lose segments, as long as nothing uses them', async () => {
    const id = await create(vlan('physnet2', 42));
    const segment = await ipam.create(
      'segments',
      { network_id: id, network_type: 'vxlan', segmentation_id: 78 },
      admin(),
    );
    expect((await ipam.show('networks', id as string)).segments).toHaveLength(2);
    const subnet = await ipam.create(
      'subnets',
      { network_id: id, ip_version: 4, cidr: '10.0.0.0/24', segment_id: segment.id! },
      admin(),
    );
    expect(await ipam.show('networks', id as string)).toMatchObject({ l2_adjacency: false });
    await expect(ipam.delete('segments', segment.id as string, admin())).rejects.toMatchObject({
      type: 'SegmentInUse',
    });
    await ipam.delete('subnets', subnet.id as string, admin());
    await ipam.delete('segments', segment.id as string, admin());
    const [last] = await ipam.list('segments', { filters: { network_id: [id] } }, admin());
    await expect(ipam.delete('segments', last!.id as string, admin())).rejects.toMatchObject({ type: 'SegmentInUse' });
    await remove(id);
  });
});

describe('routed provider networks', () => {
  let network: string;
  const segments: string[] = [];
  const subnets: string[] = [];
  beforeAll(async () => {
    await ipam.node('rack1', '10.0.0.1', { physnet2: 'eth2' });
    await ipam.node('rack2', '10.0.0.2', { physnet3: 'eth3' });
    network = (await create({ segments: [vlan('physnet2', 50), vlan('physnet3', 50)] })) as string;
    const rows = await ipam.list(
      'segments',
      { filters: { network_id: [network] }, sort: [{ key: 'physical_network', dir: 'asc' }] },
      admin(),
    );
    for (const [i, { id }] of rows.entries()) {
      segments.push(id as string);
      const subnet = {
        network_id: network,
        ip_version: 4,
        cidr: `10.${i}.0.0/24`,
        segment_id: id!,
        enable_dhcp: false,
      };
      subnets.push((await ipam.create('subnets', subnet, admin())).id as string);
    }
  });
  const port = (item: Record<string, Json>) => ipam.create('ports', { network_id: network, ...item }, admin());
  const subnetsOf = (item: Record<string, Json>) =>
    (item.fixed_ips as { subnet_id: string }[]).map(({ subnet_id }) => subnet_id);

  it('choose an address by the host’s segment, now or once the host is known', async () => {
    expect(subnetsOf(await port({ 'binding:host_id': 'rack2' }))).toEqual([subnets[1]]);
    const later = await port({});
    expect(later).toMatchObject({ fixed_ips: [], ip_allocation: 'deferred' });
    const bound = await ipam.update('ports', later.id as string, { 'binding:host_id': 'rack1' }, admin());
    expect(subnetsOf(bound)).toEqual([subnets[0]]);
    expect(bound.ip_allocation).toBe('immediate');
    await expect(
      ipam.update('ports', later.id as string, { 'binding:host_id': 'rack2' }, admin()),
    ).rejects.toMatchObject({
      type: 'HostNotCompatibleWithFixedIps',
      status: 409,
    });
  });

  it('choose and keep addresses by the host of a binding just the same', async () => {
    const service = () => context('f'.repeat(32), ['service']);
    const later = (await port({})).id as string;
    const bind = (host: string) => ipam.create('ports/bindings', { host, vnic_type: 'normal' }, service(), later);
    await bind('rack2');
    const bound = await ipam.show('ports', later);
    expect([subnetsOf(bound), bound.ip_allocation]).toEqual([[subnets[1]], 'immediate']);
    await bind('rack1');
    const activate = { ctx: service(), id: 'rack1', parentId: later, params: {} };
    await expect(ipam.call('ports/bindings', 'activate', activate)).rejects.toMatchObject({
      type: 'HostNotCompatibleWithFixedIps',
      status: 409,
    });
    expect((await ipam.show('ports', later))['binding:host_id']).toBe('rack2');
  });

  it('take subnets on a segment from administrators only', async () => {
    const mine = (await ipam.create('networks', {})).id as string;
    const [segment] = await ipam.list('segments', { filters: { network_id: [mine] } }, admin());
    const subnet = { network_id: mine, ip_version: 4, cidr: '10.0.0.0/24', segment_id: segment!.id! };
    await expect(ipam.create('subnets', subnet)).rejects.toMatchObject({ status: 403 });
    await ipam.create('subnets', subnet, admin());
    await remove(mine);
  });

  it('refuse hosts on none of their segments, and addresses of two', async () => {
    await expect(port({ 'binding:host_id': 'mapper' })).rejects.toMatchObject({ type: 'HostNotConnectedToAnySegment' });
    const fixed_ips = subnets.map((subnet_id) => ({ subnet_id }));
    await expect(port({ fixed_ips })).rejects.toMatchObject({ type: 'FixedIpsSubnetsNotOnSameSegment', status: 400 });
  });

  it('have all of their subnets on segments, or none', async () => {
    const plain = { network_id: network, ip_version: 4, cidr: '10.9.0.0/24' };
    await expect(ipam.create('subnets', plain, admin())).rejects.toMatchObject({
      type: 'SubnetsNotAllAssociatedWithSegments',
    });
    await expect(ipam.update('subnets', subnets[0]!, { segment_id: segments[1]! }, admin())).rejects.toMatchObject({
      type: 'SubnetSegmentAssociationChangeNotAllowed',
    });
  });
});

describe('network segment ranges', () => {
  const range = (item: Record<string, Json>) =>
    ipam.create(
      'network_segment_ranges',
      { name: '', description: '', shared: true, network_type: 'vlan', physical_network: 'physnet2', ...item },
      admin(),
    );

  it('are added while the cloud runs, and told with what is used of them (FX-13)', async () => {
    const { id } = await range({ minimum: 60, maximum: 61 });
    const networks = await Promise.all([1, 2, 3, 4, 5].map(() => create({ 'provider:network_type': 'vlan' })));
    const shown = await ipam.show('network_segment_ranges', id as string);
    expect(Object.keys(shown.used as object).length + (shown.available as number[]).length).toBe(2);
    await Promise.all(networks.map(remove));
    await ipam.delete('network_segment_ranges', id as string, admin());
    expect((await ipam.list('network_segment_ranges', {}, admin())).every((each) => each.default)).toBe(true);
  });

  it('keep ids for a project, out of what the others get', async () => {
    const { id } = await range({ minimum: 31, maximum: 32, shared: false, project_id: OTHER });
    expect(await provider(await create({}, context(OTHER)))).toEqual(['vlan', 'physnet2', 31]);
    const mine = [await create({}, tenant()), await create({}, tenant())];
    expect(await Promise.all(mine.map(provider))).toEqual([30, 33].map((vid) => ['vlan', 'physnet2', vid]));
    await ipam.delete('network_segment_ranges', id as string, admin());
    const next = await create({}, tenant());
    expect(await provider(next)).toEqual(['vlan', 'physnet2', 32]);
    for (const each of [...mine, next]) await remove(each);
    expect(TENANT).not.toBe(OTHER);
  });

  it('refuse overlaps, senseless bounds, changes of what is configured, and tenants', async () => {
    await expect(range({ minimum: 33, maximum: 70 })).rejects.toMatchObject({
      type: 'NetworkSegmentRangeOverlaps',
      status: 409,
    });
    await expect(range({ minimum: 80, maximum: 70 })).rejects.toMatchObject({ type: 'InvalidInput' });
    await expect(range({ minimum: 4000, maximum: 5000 })).rejects.toMatchObject({ type: 'InvalidInput' });
    const [configured] = await ipam.list('network_segment_ranges', {}, admin());
    await expect(ipam.delete('network_segment_ranges', configured!.id as string, admin())).rejects.toMatchObject({
      type: 'NetworkSegmentRangeDefaultReadOnly',
    });
    expect(await ipam.list('network_segment_ranges', {}, tenant())).toEqual([]);
  });
});
