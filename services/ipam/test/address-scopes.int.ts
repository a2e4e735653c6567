import type { Json } from '@weft/contracts';
import { admin, context, OTHER, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(() => ipam.stop());
afterEach(() => ipam.expectPrefixesWhole());

type Item = Record<string, Json>;
const guest = () => context(OTHER);
const scope = async (item: Item = {}, ctx = tenant()) =>
  (await ipam.create('address_scopes', { ip_version: 4, ...item }, ctx)).id as string;
const pool = async (prefix: string, item: Item = {}, ctx = tenant()) =>
  (await ipam.create('subnetpools', { name: 'p', prefixes: [prefix], default_prefixlen: 24, ...item }, ctx))
    .id as string;
const network = async () => (await ipam.create('networks', {})).id as string;
const subnet = (network_id: string, item: Item) => ipam.create('subnets', { network_id, ip_version: 4, ...item });

describe('an address scope', () => {
  it('is shown, renamed, shared once and for all, and goes when no pool is in it', async () => {
    const id = await scope({ name: 'campus' });
    expect(await ipam.show('address_scopes', id, tenant())).toEqual({
      id,
      name: 'campus',
      tenant_id: tenant().projectId,
      project_id: tenant().projectId,
      shared: false,
      ip_version: 4,
    });
    await expect(ipam.show('address_scopes', id, guest())).rejects.toMatchObject({ type: 'AddressScopeNotFound' });
    await expect(ipam.update('address_scopes', id, { shared: true })).rejects.toMatchObject({ status: 403 });
    await ipam.update('address_scopes', id, { name: 'site', shared: true }, admin());
    expect(await ipam.show('address_scopes', id, guest())).toMatchObject({ name: 'site', shared: true });
    await expect(ipam.update('address_scopes', id, { shared: false }, admin())).rejects.toMatchObject({
      type: 'AddressScopeUpdateError',
      status: 400,
    });
    const inside = await pool('10.0.0.0/16', { address_scope_id: id });
    await expect(ipam.delete('address_scopes', id)).rejects.toMatchObject({ type: 'AddressScopeInUse', status: 409 });
    expect(await ipam.list('subnetpools', { filters: { address_scope_id: [id] } })).toMatchObject([{ id: inside }]);
    await ipam.update('subnetpools', inside, { address_scope_id: null });
    await ipam.delete('address_scopes', id);
  });

  it('keeps its pools from overlapping, by whichever way they would', async () => {
    const id = await scope();
    const conflict = { type: 'AddressScopePrefixConflict', status: 409 };
    const first = await pool('10.0.0.0/16', { address_scope_id: id });
    await expect(pool('10.0.128.0/17', { address_scope_id: id })).rejects.toMatchObject(conflict);
    const outside = await pool('10.0.128.0/17');
    await expect(ipam.update('subnetpools', outside, { address_scope_id: id })).rejects.toMatchObject(conflict);
    const second = await pool('10.1.0.0/16', { address_scope_id: id });
    await expect(ipam.update('subnetpools', second, { prefixes: ['10.0.0.0/15'] })).rejects.toMatchObject(conflict);
    await expect(
      ipam.call('subnetpools', 'add_prefixes', { ctx: tenant(), id: second, body: { prefixes: ['10.0.1.0/24'] } }),
    ).rejects.toMatchObject(conflict);
    const network_id = await network();
    await subnet(network_id, { cidr: '10.0.7.0/24' });
    await expect(
      ipam.call('subnetpools', 'onboard_network_subnets', { ctx: tenant(), id: second, body: { network_id } }),
    ).rejects.toMatchObject(conflict);
    await ipam.call('subnetpools', 'onboard_network_subnets', { ctx: tenant(), id: first, body: { network_id } });
    expect(await ipam.show('networks', network_id)).toMatchObject({ ipv4_address_scope: id, ipv6_address_scope: null });
  });

  it('never has two pools that overlap, though they come at the same moment', async () => {
    const id = await scope();
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => pool('10.9.0.0/16', { address_scope_id: id })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('never goes under a pool that comes to it at the same moment', async () => {
    for (let round = 0; round < 6; round++) {
      const id = await scope();
      const both = await Promise.allSettled([
        pool('10.9.0.0/16', { address_scope_id: id }),
        ipam.delete('address_scopes', id),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it('is for pools of its own IP version, of its owner and of whom it is shared with', async () => {
    const id = await scope();
    await expect(pool('fd00::/48', { default_prefixlen: 64, address_scope_id: id })).rejects.toMatchObject({
      type: 'IllegalSubnetPoolIpVersionAssociationToAddressScope',
      status: 400,
    });
    const theirs = () => pool('10.3.0.0/16', { address_scope_id: id }, guest());
    await expect(theirs()).rejects.toMatchObject({ type: 'AddressScopeNotFound', status: 404 });
    const grant = { object_type: 'address_scope', object_id: id, target_tenant: OTHER, action: 'access_as_shared' };
    const { id: policy } = await ipam.create('rbac_policies', grant);
    const made = await theirs();
    await expect(ipam.delete('rbac_policies', policy as string)).rejects.toMatchObject({ type: 'RbacPolicyInUse' });
    await ipam.delete('subnetpools', made, guest());
    await ipam.delete('rbac_policies', policy as string);
    await expect(theirs()).rejects.toMatchObject({ status: 404 });
  });

  it('is one for all subnets of a network: of several pools in it, of none outside', async () => {
    const [id, other] = [await scope(), await scope()];
    const [a, b] = [
      await pool('10.0.0.0/16', { address_scope_id: id }),
      await pool('10.1.0.0/16', { address_scope_id: id }),
    ];
    const elsewhere = await pool('10.2.0.0/16', { address_scope_id: other });
    const affinity = { type: 'NetworkAddressScopeAffinityError', status: 400 };
    const network_id = await network();
    await subnet(network_id, { subnetpool_id: a });
    await ipam.update('subnetpools', a, { address_scope_id: other });
    expect(await ipam.show('networks', network_id)).toMatchObject({ ipv4_address_scope: other });
    await ipam.update('subnetpools', a, { address_scope_id: id });
    await subnet(network_id, { subnetpool_id: b });
    await expect(subnet(network_id, { subnetpool_id: elsewhere })).rejects.toMatchObject(affinity);
    await expect(subnet(network_id, { cidr: '192.168.0.0/24' })).rejects.toMatchObject(affinity);
    await expect(ipam.update('subnetpools', a, { address_scope_id: null })).rejects.toMatchObject(affinity);
  });
});
