import type { BootedInstance, PortObject } from '@weft/lab';
import { tapName } from '@weft/lab';
import { type StockClient, TestCloud, waitUntil } from '@weft/testing';
import { bridged, captured, dhcpPorts, untilAgents, untilServed } from './book';

/**
 * Agents, bridges and network types as "Learning OpenStack Networking" demonstrates them for the Linux bridge: its commands, typed into the
 * stock clients, devices on the hosts, and frames on the wire. The lab's provider card is `eth1` (`physnet1`), its overlay is on `eth0`.
 * Where DHCP is not the point, instances configure their addresses by hand.
 */

const HOSTS = ['host1', 'host2', 'host3'] as const;
let cloud: TestCloud;
let neutron: StockClient;
let openstack: StockClient;
beforeAll(async () => {
  cloud = await TestCloud.start();
  neutron = cloud.stock('neutron');
  openstack = cloud.stock('openstack');
  await untilAgents(cloud, 9);
}, 180_000);
afterAll(() => cloud?.stop(), 60_000);

/** Where an instance is, and its address, which differs from every other in this file: who answers is who was meant. */
interface Guest extends BootedInstance {
  readonly address: string;
}
let subnets = 0;
/** A network of these provider attributes, its subnet without DHCP. */
async function network(name: string, provider: object): Promise<{ id: string; mtu: number }> {
  const made = await cloud.admin.create('networks', 'network', { name, ...provider });
  const cidr = `10.4.${subnets++}.0/24`;
  await cloud.admin.create('subnets', 'subnet', { network_id: made.id, ip_version: 4, cidr, enable_dhcp: false });
  return { id: made.id, mtu: made.mtu as number };
}
/** An instance that has configured its port's address by hand, and routes of no kind: every address is on its link. */
async function guest(name: string, host: string, net: { id: string; mtu: number }): Promise<Guest> {
  const booted = await cloud.lab.boot({ name, host, network: net.id });
  const address = booted.addresses[0]!;
  const inside = ['ip', '-batch', '-'];
  const input = `link set eth0 mtu ${net.mtu}\naddress add ${address}/16 dev eth0\n`;
  const { code, stderr } = await cloud.instances.exec(host, name, inside, { input });
  if (code !== 0) throw new Error(stderr);
  return { ...booted, address };
}
const vlan = (id: number) => ({
  'provider:network_type': 'vlan',
  'provider:physical_network': 'physnet1',
  'provider:segmentation_id': id,
});
const FLAT = { 'provider:network_type': 'flat', 'provider:physical_network': 'physnet1' };
/** The largest packet goes through unfragmented, and its frames on a host's card are these. */
async function fullFrames(from: Guest, to: Guest, mtu: number, device: string): Promise<string[]> {
  const echo = ['ping', '-M', 'do', '-c', '2', '-i', '0.2', '-W', '1', '-s', String(mtu - 28), to.address];
  const tap = { host: to.host, device, filter: 'ether proto 0x0800 or vlan' };
  const seen = await captured(cloud, tap, async () => {
    const { stdout } = await cloud.instances.exec(from.host, from.name, echo);
    expect(stdout).toContain('2 received');
  });
  const frames = seen.filter((packet) => packet.includes(`${from.address} > ${to.address}: ICMP echo request`));
  expect(frames).not.toEqual([]);
  return frames;
}

describe('agents', () => {
  it('SC-3.1 SC-3.2 SC-4.1 check in on every node, each of its type, alive', async () => {
    const agents =
      await neutron.show<{ host: string; agent_type: string; alive: string; binary: string }[]>('agent-list');
    const kinds = [
      ['DHCP agent', 'neutron-dhcp-agent'],
      ['Linux bridge agent', 'neutron-linuxbridge-agent'],
      ['Metadata agent', 'neutron-metadata-agent'],
    ];
    const line = (words: readonly string[]) => words.join(' ');
    expect(agents.map(({ host, agent_type, binary, alive }) => line([host, agent_type, binary, alive])).sort()).toEqual(
      HOSTS.flatMap((host) => kinds.map((kind) => line([host, ...kind, ':-)']))),
    );
    const zones = await neutron.show<object[]>('availability-zone-list');
    expect(zones).toEqual([{ name: 'nova', resource: 'network', state: 'available' }]);
  });

  it('tell more than that they live: whether they are in sync, and which card is which physical network (FX-08)', async () => {
    const agents = await cloud.admin.list('agents', { agent_type: 'Linux bridge agent' });
    for (const { configurations, alive } of agents) {
      expect(alive).toBe(true);
      expect(configurations).toMatchObject({ in_sync: true, interface_mappings: { physnet1: 'eth1' } });
    }
  });

  it('serve the networks that an operator gives them', async () => {
    await neutron.tell('net-create served');
    const { network_id: id } = await neutron.show<{ network_id: string }>('subnet-create served 10.5.0.0/24');
    await untilServed(cloud, id);
    const hosting = async () => {
      const agents = await neutron.show<{ id: string; host: string }[]>('dhcp-agent-list-hosting-net served');
      return agents.map(({ host }) => host).sort();
    };
    const before = await hosting();
    expect(before).toHaveLength(2);
    const idle = HOSTS.find((host) => !before.includes(host))!;
    const [agent] = await cloud.admin.list('agents', { host: idle, binary: 'neutron-dhcp-agent' });
    await neutron.tell(`dhcp-agent-network-add ${agent!.id} served`);
    expect(await hosting()).toEqual([...HOSTS]);
    expect(await neutron.show(`net-list-on-dhcp-agent ${agent!.id}`)).toMatchObject([{ id, name: 'served' }]);
    await untilServed(cloud, id, 3);
    await neutron.tell(`dhcp-agent-network-remove ${agent!.id} served`);
    expect(await hosting()).toEqual(before);
    await waitUntil('its namespace is gone, and no leftovers of it (FX-07)', async () => {
      const names = await cloud.hosts.namespaces(idle);
      return !names.includes(`qdhcp-${id}`) || names.join();
    });
    expect(await bridged(cloud, idle, id)).toBeNull();
    await neutron.tell('net-delete served');
    for (const host of before)
      await waitUntil(
        `${host} has let go of it`,
        async () => !(await cloud.hosts.namespaces(host)).includes(`qdhcp-${id}`) || 'not yet',
      );
  });
});

describe('the old client, unmodified', () => {
  it('shows extensions, sets and resets quotas, and shares networks', async () => {
    const aliases = (await neutron.show<{ alias: string }[]>('ext-list')).map(({ alias }) => alias);
    expect(aliases).toEqual(
      expect.arrayContaining(['provider', 'net-mtu', 'quotas', 'dhcp_agent_scheduler', 'trunk', 'qos']),
    );
    const { project_id: project } = await neutron.show<{ project_id: string }>('net-create shared-one');
    expect(await neutron.show('quota-show')).toMatchObject({ network: 100, subnet: 100, port: 500 });
    await neutron.tell('quota-update --network 7');
    expect(await neutron.show('quota-list')).toMatchObject([{ network: 7, tenant_id: project }]);
    await neutron.tell('quota-delete');
    expect(await neutron.show('quota-list')).toEqual([]);

    await neutron.tell('rbac-create shared-one --type network --target-tenant * --action access_as_shared');
    expect(await cloud.demo.list('networks', { name: 'shared-one' })).toMatchObject([{ shared: true }]);
  });

  it('limits the bandwidth of a network', async () => {
    await neutron.tell('qos-policy-create bw');
    const rule = await neutron.show('qos-bandwidth-limit-rule-create bw --max-kbps 1000 --max-burst-kbps 100');
    expect(rule).toMatchObject({ max_kbps: 1000, max_burst_kbps: 100, direction: 'egress' });
    await neutron.tell('net-update shared-one --qos-policy bw');
    expect(await neutron.refusal('qos-policy-delete bw')).toMatch(/is used by network/);
    await neutron.tell('net-delete shared-one');
    await neutron.tell('qos-policy-delete bw');
  });

  it('allocates of pools', async () => {
    await neutron.tell('subnetpool-create plan --pool-prefix 10.7.0.0/16 --default-prefixlen 24');
    expect(await neutron.show('subnetpool-list')).toMatchObject([{ name: 'plan', prefixes: ['10.7.0.0/16'] }]);
    await neutron.tell('net-create planned');
    expect(await neutron.show('subnet-create planned --subnetpool plan')).toMatchObject({ cidr: '10.7.0.0/24' });
    expect(await neutron.refusal('subnetpool-delete plan')).toMatch(/in use|existing allocations|allocated/i);
    await neutron.tell('net-delete planned');
    await neutron.tell('subnetpool-delete plan');
  });
});

describe('network types on the Linux bridge', () => {
  it('SC-4.3 SC-4.4 FX-54 a VLAN: its bridge is made by itself and holds the tagged card and the taps; an instance that moves to another VLAN has another bridge', async () => {
    const [n100, n101] = [await network('vlan100', vlan(100)), await network('vlan101', vlan(101))];
    const [a, b, c] = [
      await guest('a', 'host1', n100),
      await guest('b', 'host1', n100),
      await guest('c', 'host1', n100),
    ];
    const far = await guest('far', 'host2', n100);
    const taps = (...guests: Guest[]) => guests.map(({ port }) => tapName(port));
    expect(await bridged(cloud, 'host1', n100.id)).toEqual(['eth1.100', ...taps(a, b, c)].sort());
    const stp = `/sys/class/net/brq${n100.id.slice(0, 11)}/bridge/stp_state`;
    expect((await cloud.hosts.exec('host1', ['cat', stp])).trim()).toBe('0');
    await cloud.connectivity.expectReach(a, b);
    for (const frame of await fullFrames(a, far, 1500, 'eth1'))
      expect(frame).toMatch(/ethertype 802\.1Q \(0x8100\).* vlan 100,/);

    await cloud.lab.delete('c');
    const moved = await guest('c', 'host1', n101);
    expect(await bridged(cloud, 'host1', n100.id)).toEqual(['eth1.100', ...taps(a, b)].sort());
    expect(await bridged(cloud, 'host1', n101.id)).toEqual(['eth1.101', ...taps(moved)].sort());
    await cloud.connectivity.expectNoReach(a, moved, b);
  });

  it('SC-4.12 goes from a node with its last port there, and stays where ports are', async () => {
    const { id } = (await cloud.admin.list('networks', { name: 'vlan101' }))[0]!;
    await cloud.lab.delete('c');
    const left = async () =>
      (await cloud.hosts.exec('host1', ['ip', '-o', 'link'])).split('\n').filter((line) => /eth1\.101/.test(line));
    await waitUntil(
      'bridge and sub-interface are gone',
      async () =>
        ((await bridged(cloud, 'host1', id)) === null && (await left()).length === 0) || (await left()).join(),
    );
    const { id: other } = (await cloud.admin.list('networks', { name: 'vlan100' }))[0]!;
    expect(await bridged(cloud, 'host1', other)).toContain('eth1.100');
  });

  it('SC-4.5 SC-4.6 flat, VLAN and VXLAN networks reach between hosts at once, and the wire shows each as what it is', async () => {
    const flat = await network('flat', FLAT);
    const vxlan = await network('vxlan', { 'provider:network_type': 'vxlan', 'provider:segmentation_id': 48 });
    expect([flat.mtu, vxlan.mtu]).toEqual([1500, 1450]);
    const pairs = [];
    for (const net of [flat, vxlan]) {
      const name = net === flat ? 'f' : 'x';
      pairs.push([await guest(`${name}1`, 'host1', net), await guest(`${name}2`, 'host2', net)] as const);
    }
    const [[f1, f2], [x1, x2]] = pairs as [(typeof pairs)[0], (typeof pairs)[0]];
    expect(await bridged(cloud, 'host1', flat.id)).toEqual(['eth1', tapName(f1.port)].sort());
    expect(await bridged(cloud, 'host1', vxlan.id)).toEqual([tapName(x1.port), 'vxlan-48'].sort());

    const [a, far] = ['a', 'far'].map((name) => ({ name, host: name === 'a' ? 'host1' : 'host2' }));
    const { fixed_ips } = (await cloud.admin.list<PortObject>('ports', { device_id: 'far' }))[0]!;
    const talks = [
      cloud.connectivity.talk(f1, f2, 50),
      cloud.connectivity.talk(x1, x2, 50),
      cloud.connectivity.talk(a!, { ...far!, address: fixed_ips[0]!.ip_address }, 50),
    ];
    for (const frame of await fullFrames(f1, f2, 1500, 'eth1')) expect(frame).not.toContain('802.1Q');
    const underlay = { host: 'host2', device: 'eth0', filter: 'udp port 4789' };
    const tunnelled = await captured(cloud, underlay, () => cloud.connectivity.expectReach(x1, x2));
    const echoes = tunnelled.filter((packet) => packet.includes(`${x1.address} > ${x2.address}: ICMP echo request`));
    expect(echoes.length).toBeGreaterThan(0);
    const [from, to] = await Promise.all(['host1', 'host2'].map(tunnelIp));
    for (const packet of echoes) {
      expect(packet).toMatch(/VXLAN, flags \[I\] \(0x08\), vni 48/);
      expect(packet).toMatch(new RegExp(`${from}\\.\\d+ > ${to}\\.4789`));
    }
    for (const talk of talks) cloud.connectivity.expectLoss(await talk.stop(), 1, 10);
    await cloud.connectivity.expectNoReach(f1, x2, f2);
  });

  it('SC-4.6 the tunnel knows each remote MAC and its node from the start, and learns none', async () => {
    const [x2] = await cloud.admin.list<PortObject>('ports', { device_id: 'x2' });
    const entries = await cloud.hosts.exec('host1', ['bridge', 'fdb', 'show', 'dev', 'vxlan-48']);
    expect(entries).toMatch(new RegExp(`^${x2!.mac_address} dst ${await tunnelIp('host2')} .*permanent`, 'm'));
    expect(await cloud.hosts.exec('host1', ['ip', '-d', 'link', 'show', 'vxlan-48'])).toContain('nolearning');
  });

  it('FX-04 a port without an address is wired as any other, and says what it likes once its port security is off', async () => {
    const [x1] = await cloud.admin.list<PortObject>('ports', { device_id: 'x1' });
    const unaddressed = { fixed_ips: [], port_security_enabled: false };
    const { id } = await cloud.admin.create('ports', 'port', { network_id: x1!.network_id, ...unaddressed });
    // No group of the others knows an address that no port has.
    const [group] = x1!.security_groups;
    await openstack.tell(`security group rule create --protocol icmp --remote-ip 10.4.200.1/32 ${group}`);
    const { addresses } = await cloud.lab.boot({ name: 'bare', host: 'host3', port: id });
    expect(addresses).toEqual([]);
    const own = ['ip', 'address', 'add', '10.4.200.1/16', 'dev', 'eth0'];
    expect((await cloud.instances.exec('host3', 'bare', own)).code).toBe(0);
    await cloud.connectivity.expectReach({ name: 'bare', host: 'host3' }, x1!.fixed_ips[0]!.ip_address);
  });

  it('SC-4.7 local networks have taps only: the same network on the same host talks, another network or host does not', async () => {
    const [one, two] = [
      await network('local1', { 'provider:network_type': 'local' }),
      await network('local2', { 'provider:network_type': 'local' }),
    ];
    const [l1, l2] = [await guest('l1', 'host1', one), await guest('l2', 'host1', one)];
    const [elsewhere, other] = [await guest('l3', 'host2', one), await guest('l4', 'host1', two)];
    expect(await bridged(cloud, 'host1', one.id)).toEqual([l1, l2].map(({ port }) => tapName(port)).sort());
    await cloud.connectivity.expectReach(l1, l2);
    await cloud.connectivity.expectNoReach(l1, elsewhere, l2);
    await cloud.connectivity.expectNoReach(l1, other, l2);
    await expect(
      cloud.admin.create('networks', 'network', { ...vlan(9), 'provider:network_type': 'local' }),
    ).rejects.toMatchObject({ status: 400 });
  });
});

describe('overlays', () => {
  it('SC-4.13 SC-4.14 every node has a tunnel to every other, and the MTU that fits comes by DHCP (FX-09)', async () => {
    const { id, mtu } = await openstack.show<{ id: string; mtu: number }>('network create mesh');
    expect(mtu).toBe(1450);
    await openstack.tell('subnet create mesh4 --network mesh --subnet-range 10.6.0.0/24');
    await untilServed(cloud, id);
    const guests = [];
    for (const host of HOSTS) {
      const { addresses } = await cloud.lab.boot({ name: `m-${host}`, host, network: id });
      guests.push({ name: `m-${host}`, host, address: addresses[0]! });
    }
    const { 'provider:segmentation_id': vni } = await cloud.admin.show('networks', id);
    for (const from of guests) {
      const flood = await cloud.hosts.exec(from.host, ['bridge', 'fdb', 'show', 'dev', `vxlan-${String(vni)}`]);
      const endpoints = [...flood.matchAll(/^00:00:00:00:00:00 dst (\S+)/gm)].map(([, endpoint]) => endpoint);
      const others = guests.filter((guest) => guest !== from);
      expect(endpoints.sort()).toEqual(await Promise.all(others.map(({ host }) => tunnelIp(host))));
      const device = await cloud.instances.exec(from.host, from.name, ['cat', '/sys/class/net/eth0/mtu']);
      expect(device.stdout.trim()).toBe('1450');
      for (const to of others) {
        const echo = (size: number) =>
          cloud.instances.exec(from.host, from.name, [
            'ping',
            '-M',
            'do',
            '-c',
            '1',
            '-W',
            '1',
            '-s',
            String(size),
            to.address,
          ]);
        expect((await echo(1422)).code).toBe(0);
        expect((await echo(1423)).code).not.toBe(0);
      }
    }
    expect(await dhcpPorts(cloud, id)).toHaveLength(2);
  });
});

async function tunnelIp(host: string): Promise<string> {
  const found = (await cloud.hosts.list()).find(({ name }) => name === host);
  if (!found) throw new Error(`${host} does not run`);
  return found.tunnelIp;
}
