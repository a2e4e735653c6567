import { networkPortFact, portAssignmentFact, type Json, type PortAssignment, type PortFact } from '@weft/contracts';
import { admin, context, eventually, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
let network: string;
let subnet: string;
beforeAll(async () => {
  ipam = await Harness.start();
  await ipam.node('h1');
  network = (await ipam.create('networks', {})).id as string;
  subnet = (await ipam.create('subnets', { network_id: network, ip_version: 4, cidr: '10.0.0.0/24' })).id as string;
});
afterAll(() => ipam.stop());

type Body = Record<string, Json>;

const group = async (item: Body = {}, ctx = tenant()) =>
  (await ipam.create('policy_target_groups', { subnets: [subnet], ...item }, ctx)).id as string;
/** As an administrator, for who asks is no matter here, in the project that the groups are of. */
const target = (groupId: string, item: Body = {}, ctx = admin()) =>
  ipam.create(
    'policy_targets',
    { policy_target_group_id: groupId, project_id: TENANT, tenant_id: TENANT, ...item },
    ctx,
  );
const change = (id: Json | undefined, changes: Body, ctx = admin()) =>
  ipam.update('policy_targets', id as string, changes, ctx);
const portOf = async (made: Body) => ipam.show('ports', made.port_id as string);
const pairsOf = async (made: Body) => (await portOf(made)).allowed_address_pairs;
const identityOf = async (made: Body) => {
  const { mac_address, fixed_ips } = await portOf(made);
  return (fixed_ips as { ip_address: string }[]).map(({ ip_address }) => ({ ip_address, mac_address }));
};

describe('policy targets', () => {
  it('have a port of their own in the subnets of their group, or one that is named, and end with their own', async () => {
    const id = await group();
    const own = await target(id, { name: 'db' });
    expect(await portOf(own)).toMatchObject({ name: 'pt_db', network_id: network, project_id: TENANT });
    expect(own).toMatchObject({ policy_target_group_id: id, cluster_id: '', status: 'DOWN' });
    const port = await ipam.create('ports', { network_id: network });
    const named = await target(id, { port_id: port.id! }, tenant());
    expect(named.port_id).toBe(port.id);
    expect((await ipam.show('policy_target_groups', id)).policy_targets).toEqual([own.id, named.id].sort());
    await expect(target(id, { port_id: port.id! })).rejects.toMatchObject({ type: 'PortInUse', status: 409 });
    await expect(ipam.delete('ports', port.id as string)).rejects.toMatchObject({ type: 'PortInUse', status: 409 });
    await expect(ipam.delete('policy_target_groups', id)).rejects.toMatchObject({ type: 'PolicyTargetGroupInUse' });
    await ipam.delete('policy_targets', own.id as string);
    await ipam.delete('policy_targets', named.id as string);
    await expect(portOf(own)).rejects.toMatchObject({ status: 404 });
    expect(await portOf(named)).toMatchObject({ id: port.id });
    await ipam.delete('policy_target_groups', id);
  });

  it('need a group that the caller sees, and a port that is his', async () => {
    const id = await group();
    const stranger = context(OTHER);
    const theirs = { project_id: OTHER, tenant_id: OTHER };
    await expect(target(id, theirs, stranger)).rejects.toMatchObject({ type: 'PolicyTargetGroupNotFound' });
    const shared = await group({ shared: true, subnets: [] }, admin());
    const port = await ipam.create('ports', { network_id: network });
    await expect(target(shared, { ...theirs, port_id: port.id! }, stranger)).rejects.toMatchObject({
      type: 'PortNotFound',
    });
    await expect(target(shared, theirs, stranger)).rejects.toMatchObject({ type: 'PolicyTargetRequiresPort' });
    await expect(group({ shared: true })).rejects.toMatchObject({ status: 403 });
    await expect(group({ l2_policy_id: id })).rejects.toMatchObject({ type: 'L2PolicyNotFound', status: 404 });
  });
});

describe('a cluster (S-PT-1)', () => {
  it('lets its members send as its master, beside what their users have set', async () => {
    const id = await group();
    const master = await target(id);
    const member = await target(id, { cluster_id: master.id! });
    const other = await target(id);
    const own = [{ ip_address: '192.0.2.1', mac_address: 'fa:16:3e:99:99:99' }];
    await ipam.update('ports', other.port_id as string, { allowed_address_pairs: own });
    await change(other.id, { cluster_id: master.id! });
    const identity = await identityOf(master);
    expect(await pairsOf(member)).toEqual(identity);
    expect(await pairsOf(other)).toEqual([...own, ...identity]);
    expect(await pairsOf(master)).toEqual([]);
    // Who gives back what he was shown has set nothing.
    await ipam.update('ports', other.port_id as string, { allowed_address_pairs: (await pairsOf(other))! });
    await change(other.id, { cluster_id: '' });
    expect(await pairsOf(other)).toEqual(own);
    expect(await pairsOf(member)).toEqual(identity);
  });

  it('learns of each change of its master’s addresses, and so do the nodes of all members', async () => {
    const id = await group();
    const master = await target(id);
    const members = [await target(id, { cluster_id: master.id! }), await target(id, { cluster_id: master.id! })];
    for (const { port_id } of members)
      await ipam.update('ports', port_id as string, { 'binding:host_id': 'h1' }, admin());
    await ipam.update('ports', master.port_id as string, { mac_address: 'fa:16:3e:12:34:56' }, admin());
    await change(master.id, { fixed_ips: [{ subnet_id: subnet, ip_address: '10.0.0.200' }] });
    const identity = [{ ip_address: '10.0.0.200', mac_address: 'fa:16:3e:12:34:56' }];
    expect(await identityOf(master)).toEqual(identity);
    for (const member of members) {
      expect(await pairsOf(member)).toEqual(identity);
      await eventually(async () => {
        const fact = (await ipam.facts.load()).get(portAssignmentFact.key('h1', member.port_id as string));
        expect((fact?.value as PortAssignment).security?.pairs).toEqual([
          { ip: '10.0.0.200', mac: 'fa:16:3e:12:34:56' },
        ]);
      });
    }
    const factOf = async () =>
      (await ipam.facts.load()).get(networkPortFact.key(network, master.port_id as string))?.value as PortFact;
    await eventually(async () => expect((await factOf()).mobile).toBe(true));
    for (const member of members) await ipam.delete('policy_targets', member.id as string, admin());
    await eventually(async () => expect((await factOf()).mobile).toBe(false));
  });

  it('may have its master as a member, and keeps it from going', async () => {
    const id = await group();
    const master = await target(id);
    await change(master.id, { cluster_id: master.id! });
    const member = await target(id, { cluster_id: master.id! });
    expect(await pairsOf(master)).toEqual([]);
    await expect(ipam.delete('policy_targets', master.id as string, admin())).rejects.toMatchObject({
      type: 'PolicyTargetInUse',
      status: 409,
    });
    await ipam.delete('policy_targets', member.id as string, admin());
    await ipam.delete('policy_targets', master.id as string, admin());
  });

  it('is made by administrators only, of targets of one group', async () => {
    const [id, elsewhere] = [await group(), await group()];
    const master = await target(id);
    await expect(target(id, { cluster_id: master.id! }, tenant())).rejects.toMatchObject({
      status: 403,
      message: 'rule:create_policy_target:cluster_id is disallowed by policy',
    });
    const plain = await target(id, {}, tenant());
    await expect(change(plain.id, { cluster_id: master.id! }, tenant())).rejects.toMatchObject({ status: 403 });
    await expect(target(elsewhere, { cluster_id: master.id! })).rejects.toMatchObject({
      type: 'InvalidClusterPtg',
      status: 400,
    });
    for (const cluster_id of ['nobody', '00000000-0000-4000-8000-000000000000'])
      await expect(target(id, { cluster_id })).rejects.toMatchObject({ type: 'InvalidClusterId', status: 400 });
    const member = await target(id, { cluster_id: master.id! });
    for (const moved of [master, member])
      await expect(change(moved.id, { policy_target_group_id: elsewhere })).rejects.toMatchObject({
        status: moved === master ? 409 : 400,
      });
    await change(member.id, { policy_target_group_id: elsewhere, cluster_id: '' });
  });

  it('is as it must be after changes at once', async () => {
    const id = await group();
    const master = await target(id);
    const members = await Promise.all([1, 2, 3, 4].map(() => target(id)));
    await Promise.all([
      ...members.map((member) => change(member.id, { cluster_id: master.id! })),
      ...[1, 2, 3].map((n) => change(master.id, { fixed_ips: [{ subnet_id: subnet, ip_address: `10.0.0.21${n}` }] })),
    ]);
    const identity = await identityOf(master);
    for (const member of members) expect(await pairsOf(member)).toEqual(identity);
  });
});
