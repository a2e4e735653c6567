import fc from 'fast-check';
import type { Json } from '@weft/contracts';
import { Cidr } from '@weft/net';
import { admin, context, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(() => ipam.stop());
afterEach(async () => {
  await ipam.expectPrefixesWhole();
  await ipam.expectPoolsWhole();
});

type Item = Record<string, Json>;
const guest = () => context(OTHER);
const network = async (ctx = tenant()) => (await ipam.create('networks', {}, ctx)).id as string;
const pool = async (item: Item = {}, ctx = tenant()) =>
  (await ipam.create('subnetpools', { name: 'campus', prefixes: ['10.20.0.0/16'], ...item }, ctx)).id as string;
/** A subnet on a network of its own, unless it names one. */
const subnet = async (item: Item, ctx = tenant()) => {
  const network_id = item.network_id ?? (await network(context(ctx.projectId!, [...ctx.roles])));
  return ipam.create('subnets', { ip_version: 4, ...item, network_id }, ctx);
};
const act = (id: string, action: string, body: Item, ctx = tenant()) =>
  ipam.call<{ body: Item }>('subnetpools', action, { ctx, id, body }).then((answer) => answer.body);

describe('a subnet pool', () => {
  it('is shown as the reference shows it', async () => {
    const id = await pool({ default_prefixlen: 26 });
    expect(await ipam.show('subnetpools', id, tenant())).toMatchObject({
      prefixes: ['10.20.0.0/16'],
      ip_version: 4,
      default_prefixlen: '26',
      min_prefixlen: '8',
      max_prefixlen: '32',
      default_quota: null,
      is_default: false,
      shared: false,
      project_id: TENANT,
      revision_number: 0,
      tags: [],
    });
    await ipam.call('subnetpools', 'add_tag', { ctx: tenant(), id, params: { tag: 'red' } });
    expect(await ipam.update('subnetpools', id, { name: 'lab', default_quota: 256 })).toMatchObject({
      name: 'lab',
      default_quota: 256,
      tags: ['red'],
      revision_number: 2,
    });
    await expect(
      ipam.call('subnetpools', 'update', { ctx: tenant(), id, changes: { name: 'x' }, ifRevision: 0 }),
    ).rejects.toMatchObject({ status: 412 });
    const sorted = await ipam.list('subnetpools', { sort: [{ key: 'default_prefixlen', dir: 'desc' }] }, tenant());
    expect(sorted[0]).toMatchObject({ id });
  });

  it('gives subnets the first prefix of the smallest free block that fits, and has it again when they go', async () => {
    const id = await pool({ prefixes: ['10.20.0.0/24'], default_prefixlen: 26 });
    const first = await subnet({ subnetpool_id: id });
    expect(first).toMatchObject({ cidr: '10.20.0.0/26', gateway_ip: '10.20.0.1', subnetpool_id: id });
    expect(await subnet({ subnetpool_id: id, prefixlen: 28 })).toMatchObject({ cidr: '10.20.0.64/28' });
    expect(await subnet({ subnetpool_id: id, prefixlen: 28 })).toMatchObject({ cidr: '10.20.0.80/28' });
    expect(await subnet({ subnetpool_id: id, cidr: '10.20.0.128/25' })).toMatchObject({ cidr: '10.20.0.128/25' });
    await expect(subnet({ subnetpool_id: id })).rejects.toMatchObject({ type: 'SubnetAllocationError', status: 409 });
    await expect(subnet({ subnetpool_id: id, cidr: '10.20.0.192/26' })).rejects.toMatchObject({
      type: 'SubnetAllocationError',
    });
    await expect(subnet({ subnetpool_id: id, cidr: '192.168.0.0/24' })).rejects.toMatchObject({
      type: 'SubnetAllocationError',
    });
    await expect(ipam.delete('subnetpools', id)).rejects.toMatchObject({ type: 'SubnetPoolDeleteError', status: 400 });
    await ipam.delete('subnets', first.id as string);
    expect(await subnet({ subnetpool_id: id })).toMatchObject({ cidr: '10.20.0.0/26' });
    // By its network, too.
    for (const { network_id } of await ipam.list('subnets', { filters: { subnetpool_id: [id] } }))
      await ipam.delete('networks', network_id as string);
    expect(await subnet({ subnetpool_id: id, prefixlen: 24 })).toMatchObject({ cidr: '10.20.0.0/24' });
  });

  it('keeps its bounds, its IP version and its networks to itself', async () => {
    const id = await pool({ min_prefixlen: 20, max_prefixlen: 28 });
    await expect(subnet({ subnetpool_id: id, prefixlen: 19 })).rejects.toMatchObject({
      type: 'MinPrefixSubnetAllocationError',
      message: 'Unable to allocate subnet with prefix length 19, minimum allowed prefix is 20.',
    });
    await expect(subnet({ subnetpool_id: id, prefixlen: 29 })).rejects.toMatchObject({
      type: 'MaxPrefixSubnetAllocationError',
    });
    await expect(subnet({ subnetpool_id: id, ip_version: 6 })).rejects.toMatchObject({ type: 'BadRequest' });
    await expect(subnet({ subnetpool_id: 'prefix_delegation', ip_version: 6 })).rejects.toMatchObject({ status: 400 });
    const network_id = await network();
    await subnet({ network_id, subnetpool_id: id, prefixlen: 24 });
    const affinity = { type: 'NetworkSubnetPoolAffinityError', status: 400 };
    await expect(subnet({ network_id, cidr: '192.168.0.0/24' })).rejects.toMatchObject(affinity);
    await expect(subnet({ network_id, subnetpool_id: await pool(), prefixlen: 24 })).rejects.toMatchObject(affinity);
    expect(await subnet({ network_id, subnetpool_id: id, prefixlen: 24 })).toMatchObject({ cidr: '10.20.1.0/24' });
    // The other IP version is another matter.
    expect(await subnet({ network_id, ip_version: 6, cidr: 'fd00::/64' })).toMatchObject({ subnetpool_id: null });
  });

  it('limits what one project has of it: addresses of IPv4, /64s of IPv6', async () => {
    const id = await pool({ default_quota: 512, shared: true, default_prefixlen: 24 }, admin());
    await subnet({ subnetpool_id: id });
    const over = { type: 'SubnetPoolQuotaExceeded', status: 409 };
    await expect(subnet({ subnetpool_id: id, prefixlen: 23 })).rejects.toMatchObject(over);
    await subnet({ subnetpool_id: id });
    await expect(subnet({ subnetpool_id: id, prefixlen: 32 })).rejects.toMatchObject(over);
    expect(await subnet({ subnetpool_id: id }, guest())).toMatchObject({ project_id: OTHER });
    await ipam.update('subnetpools', id, { default_quota: 0 }, admin());
    await subnet({ subnetpool_id: id, prefixlen: 32 });
    const six = await pool({ prefixes: ['fd00::/48'], default_quota: 1 });
    await subnet({ subnetpool_id: six, ip_version: 6 });
    await expect(subnet({ subnetpool_id: six, ip_version: 6 })).rejects.toMatchObject(over);
  });

  it('is the default of its IP version once in the cloud, for whoever may use it', async () => {
    const wanted = { use_default_subnetpool: true, prefixlen: 26 };
    await expect(subnet(wanted)).rejects.toMatchObject({
      type: 'BadRequest',
      message: 'Bad subnets request: No default subnetpool found for IPv4.',
    });
    await expect(pool({ is_default: true })).rejects.toMatchObject({ type: 'PolicyNotAuthorized', status: 403 });
    const id = await pool({ is_default: true, shared: true }, admin());
    await expect(pool({ is_default: true }, admin())).rejects.toMatchObject({ type: 'InvalidInput', status: 400 });
    const six = await pool({ prefixes: ['fd00::/48'], is_default: true }, admin());
    expect(await subnet(wanted)).toMatchObject({ subnetpool_id: id });
    // Nobody has said that others may have of this one.
    await expect(subnet({ use_default_subnetpool: true, ip_version: 6 })).rejects.toMatchObject({
      type: 'SubnetPoolNotFound',
    });
    await ipam.update('subnetpools', id, { is_default: false }, admin());
    await ipam.update('subnetpools', six, { is_default: false }, admin());
  });

  it('grows and shrinks around its subnets', async () => {
    const id = await pool();
    await subnet({ subnetpool_id: id, prefixlen: 24 });
    expect(await act(id, 'add_prefixes', { prefixes: ['10.21.0.0/16', '10.40.0.0/24'] })).toEqual({
      prefixes: ['10.20.0.0/15', '10.40.0.0/24'],
    });
    await ipam.expectPrefixesWhole();
    expect(await act(id, 'remove_prefixes', { prefixes: ['10.40.0.0/24', '10.20.128.0/17'] })).toEqual({
      prefixes: ['10.20.0.0/17', '10.21.0.0/16'],
    });
    const refused = { type: 'IllegalSubnetPoolPrefixUpdate', status: 400 };
    await expect(act(id, 'remove_prefixes', { prefixes: ['10.20.0.0/20'] })).rejects.toMatchObject(refused);
    await expect(ipam.update('subnetpools', id, { prefixes: ['10.20.0.0/17'] })).rejects.toMatchObject(refused);
    expect(await ipam.update('subnetpools', id, { prefixes: ['10.20.0.0/15'] })).toMatchObject({
      prefixes: ['10.20.0.0/15'],
    });
    await expect(act(id, 'add_prefixes', { prefixes: ['10.50.0.0/16'] }, guest())).rejects.toMatchObject({
      type: 'SubnetPoolNotFound',
    });
  });

  it('takes in the subnets of a network that is there already', async () => {
    const id = await pool();
    const network_id = await network();
    const { id: own } = await subnet({ network_id, cidr: '10.20.5.0/24' });
    await subnet({ network_id, cidr: '172.16.0.0/24' });
    const { id: six } = await subnet({ network_id, ip_version: 6, cidr: 'fd00:7::/64' });
    await expect(act(id, 'onboard_network_subnets', { network_id }, guest())).rejects.toMatchObject({ status: 404 });
    expect(await act(id, 'onboard_network_subnets', { network_id })).toEqual({});
    expect(await ipam.show('subnets', own as string)).toMatchObject({ subnetpool_id: id });
    expect(await ipam.show('subnets', six as string)).toMatchObject({ subnetpool_id: null });
    expect(await ipam.show('subnetpools', id)).toMatchObject({ prefixes: ['10.20.0.0/16', '172.16.0.0/24'] });
    const clash = await network();
    await subnet({ network_id: clash, cidr: '10.20.5.128/25' });
    await expect(act(id, 'onboard_network_subnets', { network_id: clash })).rejects.toMatchObject({
      type: 'IllegalSubnetPoolUpdate',
      status: 400,
    });
    // Another pool cannot take them away.
    await expect(act(await pool(), 'onboard_network_subnets', { network_id })).rejects.toMatchObject({
      type: 'IllegalSubnetPoolUpdate',
    });
    await ipam.delete('networks', network_id);
  });

  it('is seen and used by whom it is shared with, and stays so while they have of it', async () => {
    const id = await pool();
    await expect(subnet({ subnetpool_id: id, prefixlen: 24 }, guest())).rejects.toMatchObject({
      type: 'SubnetPoolNotFound',
      status: 404,
    });
    const grant = { object_type: 'subnetpool', object_id: id, target_tenant: OTHER, action: 'access_as_shared' };
    const { id: policy } = await ipam.create('rbac_policies', grant);
    expect(await ipam.show('subnetpools', id, guest())).toMatchObject({ shared: true });
    await expect(ipam.update('subnetpools', id, { name: 'mine' }, guest())).rejects.toMatchObject({ status: 403 });
    const { id: theirs } = await subnet({ subnetpool_id: id, prefixlen: 24 }, guest());
    await expect(ipam.delete('rbac_policies', policy as string)).rejects.toMatchObject({ type: 'RbacPolicyInUse' });
    await ipam.delete('subnets', theirs as string, guest());
    await ipam.delete('rbac_policies', policy as string);
    await expect(ipam.show('subnetpools', id, guest())).rejects.toMatchObject({ status: 404 });
  });

  it('never goes, nor the grant to it, under a subnet that comes at the same moment', async () => {
    for (let round = 0; round < 6; round++) {
      const id = await pool({ default_prefixlen: 24 });
      const grant = { object_type: 'subnetpool', object_id: id, target_tenant: OTHER, action: 'access_as_shared' };
      const { id: policy } = await ipam.create('rbac_policies', grant);
      const network_id = await network(guest());
      const taken = await Promise.allSettled([
        subnet({ network_id, subnetpool_id: id }, guest()),
        ipam.delete('rbac_policies', policy as string),
      ]);
      expect(taken.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const own = await pool();
      const gone = await Promise.allSettled([
        subnet({ network_id: await network(), subnetpool_id: own, prefixlen: 24 }),
        ipam.delete('subnetpools', own),
      ]);
      expect(gone.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });
});

describe('prefixes', () => {
  it('are given once each, by however many at once on however many replicas', async () => {
    const id = await pool({ prefixes: ['10.30.0.0/20'], default_prefixlen: 24 });
    const networks = await ipam.createAll('networks', Array<Item>(32).fill({}));
    const tries = await Promise.allSettled(
      networks.map((each) => subnet({ network_id: each.id!, subnetpool_id: id }, context(TENANT))),
    );
    const made = tries.flatMap((tried) => (tried.status === 'fulfilled' ? [tried.value] : []));
    expect(new Set(made.map(({ cidr }) => cidr)).size).toBe(16);
    for (const tried of tries)
      if (tried.status === 'rejected') expect(tried.reason).toMatchObject({ type: 'SubnetAllocationError' });
    await Promise.all(made.map((each) => ipam.delete('subnets', each.id as string, context(TENANT))));
    expect(await subnet({ subnetpool_id: id, prefixlen: 20 })).toMatchObject({ cidr: '10.30.0.0/20' });
  });

  it('are found wherever there is room, as a plain model finds it', async () => {
    const length = fc.integer({ min: 26, max: 30 });
    const steps = fc.array(fc.oneof(fc.record({ take: length }), fc.record({ release: fc.nat() })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const id = await pool({ prefixes: ['10.60.0.0/25', '10.60.1.0/26'] });
        const given: Item[] = [];
        for (const step of all) {
          if ('release' in step) {
            const [back] = given.splice(step.release % Math.max(given.length, 1), 1);
            if (back) await ipam.delete('subnets', back.id as string);
            continue;
          }
          const used = given.map(({ cidr }) => Cidr.parse(cidr as string)!);
          const candidates = ['10.60.0.0/25', '10.60.1.0/26'].flatMap((text) => {
            const whole = Cidr.parse(text)!;
            const size = 1n << BigInt(32 - step.take);
            const count = Number((whole.last - whole.network + 1n) / size);
            return Array.from({ length: count }, (_, i) =>
              Cidr.of({ version: 4, value: whole.network + BigInt(i) * size }, step.take),
            );
          });
          const room = candidates.some((cidr) => !used.some((other) => other.overlaps(cidr)));
          const made = subnet({ subnetpool_id: id, prefixlen: step.take, enable_dhcp: false });
          if (room) given.push(await made);
          else await expect(made).rejects.toMatchObject({ type: 'SubnetAllocationError' });
        }
        await ipam.expectPrefixesWhole();
      }),
      { numRuns: 10 },
    );
  });
});
