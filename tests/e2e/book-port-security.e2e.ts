import type { ApiObject } from '@weft/lab';
import { type StockClient, TestCloud, waitUntil } from '@weft/testing';
import { untilAgents, untilServed } from './book';
import { boot, connect, type Guest, heard, inGuest, must, pings, serve, untilDropped, untilPings } from './guests';

/**
 * Port security as chapter 6 of "Learning OpenStack Networking" demonstrates it, the default group that chapter 7 opens, and clusters of policy
 * targets: the book's commands, typed into the stock clients by a tenant, and what then reaches its instances.
 */

let cloud: TestCloud;
let neutron: StockClient;
let openstack: StockClient;
let network: string;
/** In the default group; and without port security, on another host. */
let guarded: Guest;
let open: Guest;
beforeAll(async () => {
  cloud = await TestCloud.start();
  neutron = cloud.stock('neutron', 'weft-demo');
  openstack = cloud.stock('openstack', 'weft-demo');
  await untilAgents(cloud, 9);
  ({ id: network } = await neutron.show<{ id: string }>('net-create TENANT_NET'));
  await neutron.tell('subnet-create TENANT_NET 10.30.0.0/24 --name TENANT_SUBNET');
  await untilServed(cloud, network);
}, 240_000);
afterAll(() => cloud?.stop(), 60_000);

describe('one port', () => {
  it('SC-6.10 NG-10 is made without port security in a network that has it: without groups, and it takes none', async () => {
    const options = '--name open --no-security-groups --port-security-enabled=False';
    const made = await neutron.show<{ port_security_enabled: boolean }>(`port-create TENANT_NET ${options}`);
    expect(made).toMatchObject({ port_security_enabled: false, security_groups: [], status: 'DOWN' });
    expect(await neutron.show('net-show TENANT_NET')).toMatchObject({ port_security_enabled: true });
    expect(await neutron.refusal('port-update open --security-group default')).toMatch(
      /Port security must be enabled and port must have an IP address in order to use security groups/,
    );
    open = await boot(cloud, { name: 'OPEN', port: 'open', host: 'host3' });
    guarded = await boot(cloud, { name: 'GUARDED', network, host: 'host1' });
    expect(await neutron.refusal(`port-update ${guarded.port} --port-security-enabled=False`)).toMatch(
      /Port has security group associated/,
    );
  });

  it('SC-6.10 FX-24 is sent everything once its port security is off, and guarded again once it is on, while it runs', async () => {
    expect(await pings(cloud, open, guarded.address)).toBe(false);
    await neutron.tell(`port-update ${guarded.port} --no-security-groups --port-security-enabled=False`);
    await untilPings(cloud, open, guarded.address, true);
    await neutron.tell(`port-update ${guarded.port} --port-security-enabled=True`);
    await neutron.tell(`port-update ${guarded.port} --security-group default`);
    await untilPings(cloud, open, guarded.address, false);
    expect(await pings(cloud, guarded, open.address)).toBe(true);
  });
});

describe('a network', () => {
  it('SC-6.9 without port security gives ports without it, and a running instance that is attached to one says what it likes there', async () => {
    const made = await neutron.show<{ id: string }>('net-create TENANT_NET2 --port-security-enabled=False');
    expect(made).toMatchObject({ port_security_enabled: false });
    await neutron.tell('subnet-create TENANT_NET2 10.31.0.0/24 --no-gateway');
    await untilServed(cloud, made.id);
    const port = await neutron.show<{ id: string }>('port-create TENANT_NET2 --name second');
    expect(port).toMatchObject({ port_security_enabled: false, security_groups: [], status: 'DOWN' });
    await cloud.lab.attach(guarded.name, { port: port.id });
    expect(await neutron.show('port-show second')).toMatchObject({ status: 'ACTIVE', security_groups: [] });

    const peer = await boot(cloud, { name: 'PEER', network: 'TENANT_NET2', host: 'host2' });
    const [mac, spoofed] = ['fa:16:3e:66:66:66', '10.31.0.66'];
    await must(cloud, guarded, `ip addr add ${spoofed}/24 dev eth1`);
    const seen = await heard(cloud, peer, 'icmp', async () => {
      expect(await pings(cloud, guarded, peer.address, `-I ${spoofed}`)).toBe(true);
    });
    expect(seen.join()).toContain(`${spoofed} > ${peer.address}: ICMP echo request`);
    await must(cloud, peer, `ip link set eth0 address ${mac}`);
    expect(await pings(cloud, peer, spoofed)).toBe(true);
    // The other interface of the same instance is guarded as before.
    await must(cloud, guarded, `ip addr add 10.30.0.66/24 dev eth0`);
    expect(await pings(cloud, guarded, open.address, '-I 10.30.0.66')).toBe(false);
    await must(cloud, guarded, `ip addr del 10.30.0.66/24 dev eth0`);
    expect(await pings(cloud, guarded, open.address)).toBe(true);
  }, 60_000);

  it('FX-25 boots instances, with their leases, whether its port security is off or on', async () => {
    const { lease, port } = await boot(cloud, { name: 'FREE', network: 'TENANT_NET2', host: 'host3' });
    expect(lease).toMatch(/^10\.31\.0\.\d+\/24$/);
    expect(await cloud.demo.show('ports', port)).toMatchObject({ port_security_enabled: false, status: 'ACTIVE' });
  });

  it('FX-24 may have it off and on at any time; ports that are there keep what they have', async () => {
    await openstack.tell('network set --disable-port-security TENANT_NET');
    expect(await neutron.show('port-create TENANT_NET --name later')).toMatchObject({
      ...{ port_security_enabled: false, security_groups: [] },
    });
    expect(await cloud.demo.show('ports', guarded.port)).toMatchObject({ port_security_enabled: true });
    await openstack.tell('network set --enable-port-security TENANT_NET');
    expect(await cloud.demo.list('ports', { name: 'later' })).toMatchObject([{ port_security_enabled: false }]);
    await neutron.tell('port-delete later');
  });
});

describe('the default group', () => {
  it('SC-6.11 opened for ICMP and tcp/22, without a remote, lets ping and SSH in from the namespace of a DHCP server, and from anywhere', async () => {
    await serve(cloud, guarded, 22, 80);
    const [server] = await untilServed(cloud, network);
    const inNamespace = (line: string) =>
      cloud.hosts.attempt(server!['binding:host_id']!, line.split(' '), { netns: `qdhcp-${network}` });
    const reached = async () => (await inNamespace(`ping -c 1 -W 1 ${guarded.address}`)).code === 0;
    expect(await reached()).toBe(false);
    expect(await connect(cloud, open, guarded, 22)).toBe('silence');
    await neutron.tell('security-group-rule-create --protocol icmp default');
    await neutron.tell('security-group-rule-create --protocol tcp --port-range-min 22 --port-range-max 22 default');
    await waitUntil('it answers to ping', async () => (await reached()) || 'not yet');
    await waitUntil('and to SSH', async () => {
      const { stdout } = await inNamespace(`curl -s -m 2 http://${guarded.address}:22/`);
      return stdout === 'GUARDED' || stdout;
    });
    expect(await pings(cloud, open, guarded.address)).toBe(true);
    expect([await connect(cloud, open, guarded, 22), await connect(cloud, open, guarded, 80)]).toEqual([
      ...['GUARDED', 'silence'],
    ]);
  });

  it('SC-6.6 drops what no connection has asked for, though its protocol is open', async () => {
    const seen = await heard(cloud, guarded, `icmp and src host ${open.address}`, async () => {
      await unasked(open, guarded.address);
      expect(await pings(cloud, open, guarded.address)).toBe(true);
    });
    expect(seen.map((packet) => /ICMP (echo \w+)/.exec(packet)?.[1])).toEqual(['echo request']);
    await untilDropped(cloud, guarded, 'invalid-state');
  });
});

const RAW = `const koffi = require(process.argv[1]);
const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int, int, int)')(2, 3, 1);
const to = Buffer.alloc(16);
to.writeUInt16LE(2, 0);
process.argv[2].split('.').forEach((byte, i) => (to[4 + i] = Number(byte)));
// Type 0, code 0, and the checksum of a header of which nothing else but the id is set.
const reply = Buffer.from([0, 0, 0xff ^ 0x12, 0xff ^ 0x34, 0x12, 0x34, 0, 0]);
const sent = libc.func('long sendto(int, void *, size_t, int, void *, uint)')(socket, reply, reply.length, 0, to, to.length);
if (sent !== reply.length) throw new Error('sendto');`;

/** Sends an echo reply that answers nothing. */
async function unasked(from: Guest, address: string): Promise<void> {
  const argv = [process.execPath, '-e', RAW, require.resolve('koffi'), address];
  const { code, stderr } = await cloud.instances.exec(from.host, from.name, argv);
  if (code !== 0) throw new Error(stderr);
}

describe('S-PT-1 a cluster of policy targets', () => {
  interface Target extends ApiObject {
    readonly port_id: string;
  }
  const post = async (by: TestCloud['admin'], path: string, body: object) =>
    by.raw('POST', `/v2.0/grouppolicy/${path}`, body);
  const target = async (item: object, by = cloud.admin) =>
    (await by.request<{ policy_target: Target }>('POST', '/v2.0/grouppolicy/policy_targets', { policy_target: item }))
      .policy_target;
  const portOf = (made: Target) => cloud.admin.show<ApiObject>('ports', made.port_id);

  let owner: { tenant_id: string; project_id: string };
  let group: string;
  let master: Target;
  let identity: { ip: string; mac: string };
  const targets: Target[] = [];
  const members: Guest[] = [];

  beforeAll(async () => {
    const project = String((await cloud.demo.show('networks', network)).project_id);
    owner = { tenant_id: project, project_id: project };
    const [subnet] = await cloud.demo.list<ApiObject>('subnets', { name: 'TENANT_SUBNET' });
    const made = await cloud.demo.request<{ policy_target_group: ApiObject }>(
      ...(['POST', '/v2.0/grouppolicy/policy_target_groups'] as const),
      { policy_target_group: { name: 'web', subnets: [subnet!.id] } },
    );
    group = made.policy_target_group.id;
    master = await target({ policy_target_group_id: group, name: 'master' }, cloud.demo);
    const port = await portOf(master);
    const [fixed] = port.fixed_ips as unknown as [{ ip_address: string }];
    identity = { ip: fixed.ip_address, mac: String(port.mac_address) };
  });

  it('is made by administrators, of targets of one group', async () => {
    const member = { policy_target_group_id: group, cluster_id: master.id };
    const byTenant = await post(cloud.demo, 'policy_targets', { policy_target: member });
    expect(byTenant.status).toBe(403);
    const { policy_target_group: other } = await cloud.demo.request<{ policy_target_group: ApiObject }>(
      ...(['POST', '/v2.0/grouppolicy/policy_target_groups'] as const),
      { policy_target_group: { name: 'other' } },
    );
    const elsewhere = { ...member, ...owner, policy_target_group_id: other.id };
    expect((await post(cloud.admin, 'policy_targets', { policy_target: elsewhere })).status).toBe(400);
  });

  it('keeps its identity from targets that are not in it, and lets those that are send with it', async () => {
    for (const host of ['host1', 'host2']) {
      const made = await target({ policy_target_group_id: group, name: `on-${host}` }, cloud.demo);
      targets.push(made);
      members.push(await boot(cloud, { name: `PT-${host}`, port: made.port_id, host }));
    }
    await takes(members[0]!, true);
    expect(await pings(cloud, members[0]!, open.address, `-I ${identity.ip}`)).toBe(false);
    await untilDropped(cloud, members[0]!, 'spoofed-mac');

    for (const each of targets) await joins(each, master.id);
    expect((await portOf(targets[0]!)).allowed_address_pairs).toEqual([
      { ip_address: identity.ip, mac_address: identity.mac },
    ]);
    await waitUntil('the first member sends with it', async () => {
      return (await pings(cloud, members[0]!, open.address, `-I ${identity.ip}`)) || 'not yet';
    });
    await untilPings(cloud, open, identity.ip, true);
  });

  it('has its identity where a member takes it, on another host as well', async () => {
    await takes(members[0]!, false);
    await takes(members[1]!, true);
    await waitUntil('the second member sends with it', async () => {
      return (await pings(cloud, members[1]!, open.address, `-I ${identity.ip}`)) || 'not yet';
    });
    const seen = await heard(cloud, members[1]!, `icmp and host ${identity.ip}`, () =>
      untilPings(cloud, open, identity.ip, true),
    );
    expect(seen.join()).toContain(`${open.address} > ${identity.ip}: ICMP echo request`);
    const { code } = await inGuest(cloud, members[0]!, `ping -c 1 -W 1 ${open.address}`);
    expect(code).toBe(0);
  });

  it('takes its identity back from a member that leaves', async () => {
    await joins(targets[1]!, '');
    expect((await portOf(targets[1]!)).allowed_address_pairs).toEqual([]);
    await untilPings(cloud, open, identity.ip, false);
    await takes(members[1]!, false);
    await untilPings(cloud, members[1]!, open.address, true);
  });

  /** Into the cluster of that master; '': out of any. */
  const joins = ({ id }: Target, cluster_id: string) =>
    cloud.admin.request('PUT', `/v2.0/grouppolicy/policy_targets/${id}`, { policy_target: { cluster_id } });

  /** A member takes the master's MAC and IP address, or its own again. */
  async function takes(member: Guest, master: boolean): Promise<void> {
    await must(cloud, member, `ip link set eth0 address ${master ? identity.mac : member.mac}`);
    await must(cloud, member, `ip addr ${master ? 'add' : 'del'} ${identity.ip}/24 dev eth0`);
  }
});
