import { randomUUID } from 'node:crypto';
import { portAssignmentFact, type GroupMemberFact, type Json, type PortAssignment } from '@weft/contracts';
import { ADMIN, admin, context, eventually, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
  await ipam.node('h1');
});
afterAll(() => ipam.stop());

type Body = Record<string, Json>;
const guest = () => context(OTHER);

const network = async (item: Body = {}, cidr = '10.0.0.0/24') => {
  const { id } = await ipam.create('networks', item);
  await ipam.create('subnets', { network_id: id as string, ip_version: 4, cidr });
  return id as string;
};
const port = async (item: Body = {}, ctx = tenant()) =>
  ipam.create('ports', { network_id: item.network_id ?? (await network()), ...item }, ctx);
const change = (id: Json | undefined, changes: Body, ctx = tenant()) =>
  ipam.update('ports', id as string, changes, ctx);

const fact = async <T>(key: string) => (await ipam.facts.load()).get(key)?.value as T | null | undefined;
const members = async (group: string): Promise<string[]> =>
  [...(await ipam.facts.load())]
    .filter(([key, { value }]) => key.startsWith(`members.${group}.`) && value !== null)
    .flatMap(([, { value }]) => (value as GroupMemberFact).addresses)
    .sort();

const NEEDS_SECURITY = { type: 'PortSecurityAndIPRequiredForSecurityGroups', status: 400 };
const PAIRS_NEED_SECURITY = { type: 'AddressPairAndPortSecurityRequired', status: 409 };

const sharedNetwork = async () => (await ipam.create('networks', { shared: true }, admin())).id as string;

describe('port security', () => {
  it('is inherited from the network, and the port may differ (SC-6.9, SC-6.10)', async () => {
    const open = await network({ port_security_enabled: false });
    expect(await port({ network_id: open })).toMatchObject({ port_security_enabled: false, security_groups: [] });
    expect(await port({ network_id: open, port_security_enabled: true })).toMatchObject({
      port_security_enabled: true,
      security_groups: [ipam.groups.defaultOf(TENANT)],
    });
    const closed = await network();
    const one = await port({ network_id: closed, port_security_enabled: false });
    expect(one).toMatchObject({ port_security_enabled: false, security_groups: [] });
    await ipam.update('networks', closed, { port_security_enabled: false });
    expect(await ipam.show('networks', closed)).toMatchObject({ port_security_enabled: false });
    expect(await port({ network_id: closed })).toMatchObject({ port_security_enabled: false });
  });

  it("gives the first ports of a project, made at once, the project's one default group", async () => {
    const network_id = await sharedNetwork();
    for (let n = 0; n < 40; n++) {
      const project = randomUUID();
      const first = Array.from({ length: 12 }, () => ipam.create('ports', { network_id }, context(project)));
      const groups = (await Promise.all(first)).map(({ security_groups }) => security_groups);
      expect(groups).toEqual(first.map(() => [ipam.groups.defaultOf(project)]));
    }
  });

  it('is off for what serves the network itself', async () => {
    const id = await network();
    const made = await port({ network_id: id, device_owner: 'network:router_interface' }, admin());
    expect(made).toMatchObject({ port_security_enabled: false, security_groups: [] });
    const servers = await ipam.list(
      'ports',
      { filters: { network_id: [id], device_owner: ['network:dhcp'] } },
      admin(),
    );
    expect(servers.length).toBeGreaterThan(0);
    for (const server of servers) expect(server).toMatchObject({ port_security_enabled: false, security_groups: [] });
  });

  it('conflicts with security groups and address pairs (NG-10)', async () => {
    const group = ipam.groups.make(TENANT);
    const pairs = [{ ip_address: '10.0.0.99' }];
    await expect(port({ port_security_enabled: false, security_groups: [group] })).rejects.toMatchObject(
      NEEDS_SECURITY,
    );
    await expect(port({ port_security_enabled: false, allowed_address_pairs: pairs })).rejects.toMatchObject(
      PAIRS_NEED_SECURITY,
    );
    const { id } = await port({ security_groups: [group], allowed_address_pairs: pairs });
    await expect(change(id, { port_security_enabled: false })).rejects.toMatchObject(PAIRS_NEED_SECURITY);
    await expect(change(id, { port_security_enabled: false, allowed_address_pairs: [] })).rejects.toMatchObject({
      type: 'PortSecurityPortHasSecurityGroup',
      status: 409,
    });
    const off = { port_security_enabled: false, security_groups: [], allowed_address_pairs: [] };
    expect(await change(id, off)).toMatchObject(off);
    await expect(change(id, { security_groups: [group] })).rejects.toMatchObject(NEEDS_SECURITY);
    await expect(change(id, { allowed_address_pairs: pairs })).rejects.toMatchObject(PAIRS_NEED_SECURITY);
  });
});

describe('security groups of ports', () => {
  it('are the default group of the project where none is named; the groups that are named replace it (SC-6.2)', async () => {
    const standard = ipam.groups.defaultOf(TENANT);
    const web = ipam.groups.make(TENANT);
    expect(await port()).toMatchObject({ security_groups: [standard], port_security_enabled: true });
    const { id } = await port({ security_groups: [web] });
    expect(await ipam.show('ports', id as string)).toMatchObject({ security_groups: [web] });
    expect(await change(id, { security_groups: [] })).toMatchObject({ security_groups: [] });
    const listed = await ipam.list('ports', { filters: { security_groups: [standard] } });
    expect(listed.length).toBeGreaterThan(0);
    for (const each of listed) expect(each.security_groups).toContain(standard);
  });

  it('are asked for once, and ports are made while their owner is away', async () => {
    const id = await network();
    const group = ipam.groups.make(TENANT);
    await port({ network_id: id, security_groups: [group] });
    await port({ network_id: id });
    await ipam.groups.stop();
    try {
      const { asked } = ipam.groups;
      expect(await port({ network_id: id, security_groups: [group] })).toMatchObject({ security_groups: [group] });
      expect(await port({ network_id: id })).toMatchObject({ security_groups: [ipam.groups.defaultOf(TENANT)] });
      expect(ipam.groups.asked).toBe(asked);
    } finally {
      ipam.groups.start();
    }
  });

  it('must be there, and be for the eyes of who names them', async () => {
    const foreign = ipam.groups.make(OTHER);
    const nowhere = '00000000-0000-4000-8000-000000000000';
    for (const id of [foreign, nowhere])
      await expect(port({ security_groups: [id] })).rejects.toMatchObject({
        type: 'SecurityGroupNotFound',
        status: 404,
        message: `Security group ${id} does not exist`,
      });
    const { id } = await port();
    await expect(change(id, { security_groups: [foreign] })).rejects.toMatchObject({ status: 404 });
  });

  it('are all stateful or all stateless', async () => {
    const groups = [ipam.groups.make(TENANT), ipam.groups.make(TENANT, { stateful: false })];
    await expect(port({ security_groups: groups })).rejects.toMatchObject({
      type: 'SecurityGroupConflict',
      status: 409,
    });
    expect(await port({ security_groups: [groups[1]!] })).toMatchObject({ security_groups: [groups[1]] });
  });

  it('do not go, nor change their statefulness, while a port has them (NG-8)', async () => {
    const group = ipam.groups.make(TENANT);
    const { id } = await port({ security_groups: [group] });
    const inUse = { type: 'SecurityGroupInUse', status: 409, message: `Security Group ${group} in use.` };
    await expect(ipam.groups.put(group, { gone: true })).rejects.toMatchObject(inUse);
    await expect(ipam.groups.put(group, { stateful: false })).rejects.toMatchObject(inUse);
    await change(id, { security_groups: [] });
    await ipam.groups.put(group, { stateful: false });
    await ipam.groups.put(group, { gone: true });
    await expect(change(id, { security_groups: [group] })).rejects.toMatchObject({ status: 404 });
  });

  it('are never left to a port that is made while they go', async () => {
    const id = await network({}, '10.1.0.0/16');
    for (let round = 0; round < 10; round++) {
      const group = ipam.groups.make(TENANT);
      const results = await Promise.allSettled([
        port({ network_id: id, security_groups: [group] }),
        port({ network_id: id, security_groups: [group] }),
        ipam.groups.put(group, { gone: true }),
      ]);
      const gone = results[2].status === 'fulfilled';
      const having = await ipam.list('ports', { filters: { security_groups: [group] } });
      expect(gone ? having : []).toEqual([]);
      expect(having.length).toBe(results.slice(0, 2).filter(({ status }) => status === 'fulfilled').length);
    }
  });

  it('are shared by RBAC, whose owner hears of it, and not unshared while somebody uses them', async () => {
    const group = ipam.groups.make(TENANT);
    const policy = await ipam.create('rbac_policies', {
      ...{ object_type: 'security_group', object_id: group, target_tenant: OTHER, action: 'access_as_shared' },
    });
    expect(ipam.groups.grants.at(-1)).toMatchObject({ type: 'security_group', id: group, targets: [OTHER] });
    const theirs = await port({ network_id: await sharedNetwork(), security_groups: [group] }, guest());
    await expect(ipam.delete('rbac_policies', policy.id as string)).rejects.toMatchObject({ type: 'RbacPolicyInUse' });
    await change(theirs.id, { security_groups: [] }, guest());
    await ipam.delete('rbac_policies', policy.id as string);
    expect(ipam.groups.grants.at(-1)).toMatchObject({ id: group, targets: [] });
    await expect(change(theirs.id, { security_groups: [group] }, guest())).rejects.toMatchObject({ status: 404 });
  });

  it('keep their grants until they are deleted, for a deletion that was agreed to may be refused after all', async () => {
    const group = ipam.groups.make(TENANT);
    const policy = await ipam.create('rbac_policies', {
      ...{ object_type: 'security_group', object_id: group, target_tenant: OTHER, action: 'access_as_shared' },
    });
    const theirs = await port({ network_id: await sharedNetwork(), security_groups: [] }, guest());
    const take = () => change(theirs.id, { security_groups: [group] }, guest());
    await ipam.groups.put(group, { gone: true });
    await expect(take()).rejects.toMatchObject({ status: 404 });
    await ipam.groups.put(group, { gone: false });
    expect(await take()).toMatchObject({ security_groups: [group] });
    await change(theirs.id, { security_groups: [] }, guest());
    await ipam.groups.put(group, { gone: true, deleted: true });
    await expect(ipam.show('rbac_policies', policy.id as string)).rejects.toMatchObject({ status: 404 });
  });

  it('reach nodes: the groups with the assignment, the addresses as one fact for each member', async () => {
    const group = ipam.groups.make(TENANT);
    const id = await network({}, '10.2.0.0/24');
    const one = await port({ network_id: id, security_groups: [group], fixed_ips: [{ ip_address: '10.2.0.11' }] });
    const two = await port({ network_id: id, security_groups: [group], fixed_ips: [{ ip_address: '10.2.0.12' }] });
    await change(one.id, { 'binding:host_id': 'h1', allowed_address_pairs: [{ ip_address: '10.9.0.0/24' }] }, admin());
    await eventually(async () => expect(await members(group)).toEqual(['10.2.0.11', '10.2.0.12', '10.9.0.0/24']));
    const assignment = () => fact<PortAssignment>(portAssignmentFact.key('h1', one.id as string));
    await eventually(async () =>
      expect((await assignment())?.security).toEqual({
        groups: [group],
        pairs: [{ ip: '10.9.0.0/24', mac: one.mac_address }],
      }),
    );
    await change(one.id, { security_groups: [], allowed_address_pairs: [] });
    await ipam.delete('ports', two.id as string);
    await eventually(async () => expect(await members(group)).toEqual([]));
    await change(one.id, { port_security_enabled: false });
    await eventually(async () => expect((await assignment())?.security).toBeNull());
  });

  it('keep a port from being ACTIVE until its filter is proven', async () => {
    const { id } = await port({ 'binding:host_id': 'h1' }, admin());
    const { body } = await ipam.call<{ body: { requirements: { component: string }[] } }>('ports', 'status', {
      ctx: admin(),
      id,
    });
    expect(body.requirements.map(({ component }) => component)).toContain('filtered');
  });
});

describe('allowed address pairs', () => {
  it('are shown with the MAC address of the port where they have none, and follow it', async () => {
    const mac_address = 'fa:16:3e:00:00:42';
    const { id } = await port({
      allowed_address_pairs: [
        { ip_address: '10.0.0.0/24' },
        { ip_address: 'fd00::5', mac_address: 'fa:16:3e:11:11:11' },
      ],
    });
    const now = await change(id, { mac_address }, admin());
    expect(now.allowed_address_pairs).toEqual([
      { ip_address: '10.0.0.0/24', mac_address },
      { ip_address: 'fd00::5', mac_address: 'fa:16:3e:11:11:11' },
    ]);
  });

  it('are told apart by what they come to, not by how they are written', async () => {
    const mac_address = 'fa:16:3e:00:00:43';
    const twice: Body[] = [{ ip_address: '10.0.0.99' }, { ip_address: '10.0.0.99', mac_address }];
    const duplicate = { type: 'DuplicateAddressPairInRequest', status: 400 };
    await expect(port({ mac_address, allowed_address_pairs: twice })).rejects.toMatchObject(duplicate);
    const { id } = await port({ mac_address });
    await expect(change(id, { allowed_address_pairs: twice })).rejects.toMatchObject(duplicate);
    expect(await change(id, { allowed_address_pairs: twice.slice(1) })).toMatchObject({
      allowed_address_pairs: [twice[1]],
    });
  });

  it('are the network owner’s to set', async () => {
    const { id } = await ipam.create('networks', { shared: true }, admin());
    const pairs = [{ ip_address: '10.0.0.99' }];
    await expect(port({ network_id: id!, allowed_address_pairs: pairs }, guest())).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('create_port:allowed_address_pairs'),
    });
    const theirs = await port({ network_id: id! }, guest());
    await expect(change(theirs.id, { port_security_enabled: false }, guest())).rejects.toMatchObject({ status: 403 });
    expect(ADMIN).not.toBe(OTHER);
  });
});

describe('address groups, which rules of fwaas use', () => {
  const share = async () => {
    const group = ipam.groups.make(TENANT, { type: 'address_group' });
    const grant = { object_type: 'address_group', object_id: group, action: 'access_as_shared' };
    return { group, policy: (await ipam.create('rbac_policies', { ...grant, target_tenant: OTHER })).id as string };
  };
  afterEach(() => {
    ipam.groups.dependents = [];
  });

  it('are not unshared while fwaas knows of somebody who uses them, and fwaas hears how it stays', async () => {
    const { group, policy } = await share();
    ipam.groups.dependents = [OTHER];
    const refused = { type: 'RbacPolicyInUse', status: 409, message: expect.stringContaining(OTHER) };
    await expect(ipam.delete('rbac_policies', policy)).rejects.toMatchObject(refused);
    await expect(ipam.update('rbac_policies', policy, { target_tenant: TENANT })).rejects.toMatchObject(refused);
    expect(ipam.groups.withdrawals.slice(-2)).toMatchObject([
      { type: 'address_group', id: group, from: OTHER, targets: [] },
      { type: 'address_group', id: group, from: OTHER, targets: [TENANT] },
    ]);
    expect(ipam.groups.grants.at(-1)).toMatchObject({ id: group, targets: [OTHER] });
    expect(await ipam.show('rbac_policies', policy)).toMatchObject({ target_tenant: OTHER });
  });

  it('are unshared once fwaas agrees, which is told the result with a later generation', async () => {
    const { group, policy } = await share();
    await ipam.update('rbac_policies', policy, { target_tenant: TENANT });
    expect(ipam.groups.grants.at(-1)).toMatchObject({ id: group, targets: [TENANT] });
    await ipam.delete('rbac_policies', policy);
    const [asked, told] = [ipam.groups.withdrawals.at(-1)!, ipam.groups.grants.at(-1)!];
    expect([asked, told]).toMatchObject([{ from: TENANT, targets: [] }, { targets: [] }]);
    expect(told.generation).toBeGreaterThan(asked.generation);
  });

  it('of which only who may take it back has fwaas asked', async () => {
    const { policy } = await share();
    const asked = ipam.groups.withdrawals.length;
    await expect(ipam.delete('rbac_policies', policy, guest())).rejects.toMatchObject({ status: 404 });
    expect(ipam.groups.withdrawals).toHaveLength(asked);
  });
});
