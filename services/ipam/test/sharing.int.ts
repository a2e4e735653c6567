import type { Json } from '@weft/contracts';
import { ADMIN, admin, context, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(() => ipam.stop());

const guest = () => context(OTHER);
const THIRD = 'e'.repeat(32);
const third = () => context(THIRD);

const publicNetwork = async (item: Record<string, Json> = {}) => {
  const network = (await ipam.create('networks', { shared: true, name: 'public', ...item }, admin())).id as string;
  const subnet = await ipam.create('subnets', { network_id: network, ip_version: 4, cidr: '10.0.0.0/24' }, admin());
  return { network, subnet: subnet.id as string };
};
const grant = (network: string, target: string, more: Record<string, Json> = {}, ctx = tenant()) =>
  ipam.create(
    'rbac_policies',
    { object_type: 'network', object_id: network, target_tenant: target, action: 'access_as_shared', ...more },
    ctx,
  );
const seen = async (id: string, ctx = guest()) =>
  (await ipam.list('networks', { filters: { id: [id] } }, ctx)).map(({ shared }) => shared);

describe('a shared network (S-PUB-1)', () => {
  it('is made by administrators only', async () => {
    await expect(ipam.create('networks', { shared: true })).rejects.toMatchObject({
      type: 'PolicyNotAuthorized',
      status: 403,
      message: '(rule:create_network and rule:create_network:shared) is disallowed by policy',
    });
  });

  it('lets others make ports, but choose neither address nor MAC', async () => {
    const { network, subnet } = await publicNetwork();
    const port = (item: Record<string, Json>) => ipam.create('ports', { network_id: network, ...item }, guest());
    expect(await port({})).toMatchObject({ project_id: OTHER });
    expect(await port({ fixed_ips: [{ subnet_id: subnet }] })).toMatchObject({ fixed_ips: [{ subnet_id: subnet }] });
    await expect(port({ fixed_ips: [{ ip_address: '10.0.0.77' }] })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('rule:create_port:fixed_ips:ip_address'),
    });
    await expect(port({ mac_address: 'fa:16:3e:00:00:77' })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('rule:create_port:mac_address'),
    });
  });

  it('shows others its subnets and their own ports only, and lets them make no subnet', async () => {
    const { network, subnet } = await publicNetwork();
    const theirs = await ipam.create('ports', { network_id: network }, third());
    const own = await ipam.create('ports', { network_id: network }, guest());
    const listed = await ipam.list('ports', { filters: { network_id: [network] } }, guest());
    expect(listed.map(({ id }) => id)).toEqual([own.id]);
    await expect(ipam.show('ports', theirs.id as string, guest())).rejects.toMatchObject({ status: 404 });
    expect(await ipam.show('subnets', subnet, guest())).toMatchObject({ id: subnet });
    await expect(
      ipam.create('subnets', { network_id: network, ip_version: 4, cidr: '10.1.0.0/24' }, guest()),
    ).rejects.toMatchObject({ status: 403 });
    await expect(ipam.update('networks', network, { name: 'mine' }, guest())).rejects.toMatchObject({ status: 403 });
    const all = await ipam.list('ports', { filters: { network_id: [network] } }, admin());
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([theirs.id, own.id]));
  });

  it('is found by its filter, as each caller sees it', async () => {
    const { network } = await publicNetwork();
    const found = (shared: boolean) => ipam.list('networks', { filters: { shared: [shared], id: [network] } }, guest());
    expect(await found(true)).toHaveLength(1);
    expect(await found(false)).toEqual([]);
    const own = (await ipam.create('networks', {}, guest())).id as string;
    expect(await ipam.list('networks', { filters: { shared: [false], id: [own] } }, guest())).toHaveLength(1);
  });

  it('stays shared while others use it', async () => {
    const { network } = await publicNetwork();
    const port = await ipam.create('ports', { network_id: network }, guest());
    const unshare = () => ipam.update('networks', network, { shared: false }, admin());
    await expect(unshare()).rejects.toMatchObject({ type: 'InvalidSharedSetting', status: 409 });
    await ipam.delete('ports', port.id as string, guest());
    expect(await unshare()).toMatchObject({ shared: false });
    expect(await seen(network)).toEqual([]);
  });
});

describe('RBAC policies of networks', () => {
  it('share with one project, and take it back', async () => {
    const { id } = await ipam.create('networks', {});
    const network = id as string;
    const policy = await grant(network, OTHER);
    expect(await seen(network)).toEqual([true]);
    expect(await seen(network, third())).toEqual([]);
    // To its owner it is not shared: he sees it as his.
    expect(await seen(network, tenant())).toEqual([false]);
    const port = await ipam.create('ports', { network_id: network }, guest());
    await expect(ipam.delete('rbac_policies', policy.id as string)).rejects.toMatchObject({
      type: 'RbacPolicyInUse',
      status: 409,
    });
    await expect(ipam.update('rbac_policies', policy.id as string, { target_tenant: THIRD })).rejects.toMatchObject({
      type: 'RbacPolicyInUse',
    });
    // Covered by another grant, the first one is free to go.
    await grant(network, '*', {}, admin());
    await ipam.delete('rbac_policies', policy.id as string);
    expect(await seen(network)).toEqual([true]);
    await ipam.delete('ports', port.id as string, guest());
  });

  it('are shown to their owner and to nobody else', async () => {
    const { id } = await ipam.create('networks', {});
    const policy = await grant(id as string, OTHER);
    expect(await ipam.show('rbac_policies', policy.id as string, tenant())).toMatchObject({
      object_type: 'network',
      target_tenant: OTHER,
      project_id: TENANT,
    });
    await expect(ipam.show('rbac_policies', policy.id as string, guest())).rejects.toMatchObject({ status: 404 });
  });

  it('refuse what the contract refuses', async () => {
    const { id } = await ipam.create('networks', {});
    const network = id as string;
    await expect(grant(network, '*')).rejects.toMatchObject({ type: 'PolicyNotAuthorized', status: 403 });
    await expect(grant(network, OTHER, {}, guest())).rejects.toMatchObject({ type: 'NetworkNotFound', status: 404 });
    await expect(grant(network, OTHER, { action: 'access_as_owner' })).rejects.toMatchObject({ status: 400 });
    await expect(grant(network, OTHER, { object_type: 'house' })).rejects.toMatchObject({ status: 400 });
    await grant(network, OTHER);
    await expect(grant(network, OTHER)).rejects.toMatchObject({ type: 'DuplicateRbacPolicy', status: 409 });
    // Shared is not owned: what one was given one cannot give on.
    await expect(grant(network, THIRD, {}, guest())).rejects.toMatchObject({ type: 'InvalidInput', status: 400 });
  });

  it('go with their network', async () => {
    const { id } = await ipam.create('networks', {});
    await grant(id as string, OTHER);
    await ipam.delete('networks', id as string);
    expect(await ipam.list('rbac_policies', { filters: { object_id: [id!] } }, admin())).toEqual([]);
  });

  it('never let a grant go under a port that comes at the same moment', async () => {
    for (let round = 0; round < 8; round++) {
      const { id } = await ipam.create('networks', {});
      const policy = await grant(id as string, OTHER);
      const [port, gone] = await Promise.allSettled([
        ipam.create('ports', { network_id: id! }, guest()),
        ipam.delete('rbac_policies', policy.id as string),
      ]);
      expect([port.status, gone.status].sort()).toEqual(['fulfilled', 'rejected']);
    }
  });
});

describe('an external network', () => {
  it('is seen by all, and used for ports by its owner', async () => {
    const { network, subnet } = await publicNetwork({ shared: false, 'router:external': true });
    expect(await ipam.show('networks', network, guest())).toMatchObject({ 'router:external': true, shared: false });
    expect(await ipam.show('subnets', subnet, guest())).toMatchObject({ 'router:external': true });
    await expect(ipam.create('ports', { network_id: network }, guest())).rejects.toMatchObject({
      type: 'HTTPForbidden',
      status: 403,
      message: `Tenant ${OTHER} not allowed to create port on this network`,
    });
    expect(await ipam.create('ports', { network_id: network }, admin())).toMatchObject({ project_id: ADMIN });
    await ipam.update('networks', network, { 'router:external': false }, admin());
    await expect(ipam.show('networks', network, guest())).rejects.toMatchObject({ status: 404 });
  });

  it('is shown to one project by a grant', async () => {
    const { id } = await ipam.create('networks', {}, admin());
    await grant(id as string, OTHER, { action: 'access_as_external' }, admin());
    expect(await ipam.show('networks', id as string, guest())).toMatchObject({ 'router:external': true });
    await expect(ipam.show('networks', id as string, third())).rejects.toMatchObject({ status: 404 });
  });
});
