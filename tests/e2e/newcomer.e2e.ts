import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PortObject } from '@weft/lab';
import { TestCloud, waitUntil } from '@weft/testing';

const exec = promisify(execFile);
const CIDR = '10.20.0.0/24';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start();
}, 180_000);
afterAll(() => cloud?.stop(), 60_000);

/** The stock client, as Debian packages it, with the credentials that the start wrote. */
async function openstack<T>(...argv: string[]): Promise<T> {
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: join(cloud.home, 'clouds.yaml'), OS_CLOUD: 'weft' };
  const { stdout } = await exec('openstack', argv, { env });
  return (argv.includes('json') ? JSON.parse(stdout) : stdout) as T;
}
const json = ['-f', 'json'];

describe('the stock openstack client, unmodified', () => {
  it('creates, lists, shows, updates and deletes networks, subnets and ports', async () => {
    const network = await openstack<{ id: string; mtu: number; status: string }>(
      'network',
      'create',
      'blue',
      '--description',
      'sea',
      ...json,
    );
    expect(network).toMatchObject({ mtu: 1450, status: 'ACTIVE' });
    await openstack(
      'subnet',
      'create',
      'blue4',
      '--network',
      'blue',
      '--subnet-range',
      CIDR,
      '--dns-nameserver',
      '9.9.9.9',
      ...json,
    );
    const v6 = ['--ip-version', '6', '--ipv6-ra-mode', 'slaac', '--ipv6-address-mode', 'slaac'];
    await openstack('subnet', 'create', 'blue6', '--network', 'blue', '--subnet-range', 'fd00:20::/64', ...v6, ...json);
    const port = await openstack<{ id: string }>(
      'port',
      'create',
      'p1',
      '--network',
      'blue',
      '--fixed-ip',
      'ip-address=10.20.0.99',
      '--tag',
      'red',
      ...json,
    );

    const listed = await openstack<{ Name: string }[]>('port', 'list', '--network', 'blue', '--tags', 'red', ...json);
    expect(listed.map(({ Name }) => Name)).toEqual(['p1']);
    await openstack('port', 'set', 'p1', '--name', 'p2', '--description', 'renamed');
    expect(await openstack('port', 'show', port.id, ...json)).toMatchObject({
      name: 'p2',
      description: 'renamed',
      tags: ['red'],
    });
    await openstack('subnet', 'set', 'blue4', '--no-dns-nameservers', '--dns-nameserver', '8.8.8.8');
    expect(await openstack('subnet', 'show', 'blue4', ...json)).toMatchObject({
      dns_nameservers: ['8.8.8.8'],
      gateway_ip: '10.20.0.1',
    });
    await openstack('network', 'set', 'blue', '--name', 'navy');

    await expect(openstack('network', 'delete', 'navy')).rejects.toThrow(/409|Conflict|in use/i);
    await openstack('port', 'delete', 'p2');
    await openstack('subnet', 'delete', 'blue4', 'blue6');
    await openstack('network', 'delete', 'navy');
    expect(await openstack<unknown[]>('network', 'list', '--name', 'navy', ...json)).toEqual([]);
  }, 120_000);

  it('sees the agents of all nodes alive', async () => {
    const agents = await openstack<{ Alive: boolean; 'Agent Type': string }[]>('network', 'agent', 'list', ...json);
    expect(agents).toHaveLength(9);
    expect(agents.every(({ Alive }) => Alive)).toBe(true);
  }, 30_000);
});

describe('two instances on two hosts', () => {
  const network: Record<string, string> = {};
  const party = (name: string, host: string, address: string) => ({ name, host, address });
  let one: ReturnType<typeof party>;
  let two: ReturnType<typeof party>;
  let stranger: ReturnType<typeof party>;

  beforeAll(async () => {
    for (const name of ['green', 'grey']) {
      const { id } = await cloud.admin.create('networks', 'network', { name });
      network[name] = id;
      await cloud.admin.create('subnets', 'subnet', { network_id: id, ip_version: 4, cidr: CIDR });
    }
    const boot = async (name: string, host: string, net: string) => {
      const { addresses, lease } = await cloud.lab.boot({ name, host, network: net });
      // What DHCP gave is what the API says.
      expect(lease?.split('/')[0]).toBe(addresses[0]);
      return party(name, host, addresses[0]!);
    };
    one = await boot('one', 'host1', 'green');
    two = await boot('two', 'host2', 'green');
    stranger = await boot('stranger', 'host2', 'grey');
  }, 60_000);

  it('get their addresses by DHCP and reach each other over VXLAN', () => cloud.connectivity.expectReach(one, two));

  it('stay apart from a third on another network with the same addresses', async () => {
    // The same address may exist there: what must not be reached is the stranger's own.
    await cloud.connectivity.expectNoReach(
      stranger,
      one.address === stranger.address ? two : one,
      await gatewayless(stranger),
    );
  });

  it('talk as unicast to the right node, and to no other', async () => {
    const [target] = await cloud.hosts.list().then((hosts) => hosts.filter(({ name }) => name === 'host2'));
    const capture = (host: string) =>
      cloud.hosts
        .attempt(host, ['timeout', '3', 'tcpdump', '-lnni', 'eth0', 'udp', 'port', '4789'])
        .then(({ stdout }) => stdout);
    const [here, elsewhere] = [capture('host1'), capture('host3')];
    await new Promise((resolve) => setTimeout(resolve, 700));
    await cloud.connectivity.expectReach(one, two);
    const tunnelled = (await here).split('\n').filter((line) => /ICMP echo request/.test(line) || /VXLAN/.test(line));
    expect(tunnelled.length).toBeGreaterThan(0);
    expect(
      (await here)
        .split('\n')
        .filter((line) => line.includes('> ') && line.includes('.4789'))
        .every((line) => line.includes(target!.tunnelIp)),
    ).toBe(true);
    expect((await elsewhere).includes('ICMP echo')).toBe(false);
  }, 30_000);

  it('SC-5.21 are offered their one address by both DHCP nodes of the network', async () => {
    const servers = await cloud.admin.list<PortObject>('ports', {
      network_id: network.green!,
      device_owner: 'network:dhcp',
    });
    const listening = cloud.instances.exec('host1', 'one', [
      'timeout',
      '4',
      'tcpdump',
      '-vlnni',
      'eth0',
      'udp',
      'src',
      'port',
      '67',
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const asking = ['udhcpc', '-n', '-q', '-t', '2', '-T', '1', '-i', 'eth0', '-s', '/bin/true'];
    await cloud.instances.exec('host1', 'one', asking);
    const offers = (await listening).stdout.split(/\n(?=\S)/).filter((packet) => packet.includes('Offer'));
    const offered = offers.map((packet) => /Your-IP ([\d.]+)/.exec(packet)?.[1]);
    const from = offers.map((packet) => /Server-ID.*: ([\d.]+)/.exec(packet)?.[1]);
    expect(new Set(from)).toEqual(new Set(servers.map(({ fixed_ips }) => fixed_ips[0]!.ip_address)));
    expect(new Set(offered)).toEqual(new Set([one.address]));
  }, 30_000);

  it('heal within two seconds what somebody deletes by hand, and an operator can read of it', async () => {
    const { mac_address: mac } = (await cloud.admin.list<PortObject>('ports', { device_id: 'two' }))[0]!;
    const { 'provider:segmentation_id': vni } = await cloud.admin.show('networks', network.green!);
    const device = `vxlan-${String(vni)}`;
    const entries = async () => (await cloud.hosts.exec('host1', ['bridge', 'fdb', 'show', 'dev', device])).split('\n');
    const forwards = async () => (await entries()).some((entry) => entry.startsWith(mac) && entry.includes('dst'));
    expect(await forwards()).toBe(true);
    await cloud.hosts.exec('host1', ['bridge', 'fdb', 'del', mac, 'dev', device, 'self']);
    await waitUntil('the entry is back', async () => (await forwards()) || 'it is not', { timeoutMs: 2_000 });
    await waitUntil('it is listed', async () => {
      const { body } = await cloud.admin.raw('GET', '/weft/v1/drifts?host=host1&kind=fdb');
      const { drifts } = body as { drifts: { what: string; healed_at: string | null }[] };
      return drifts.some(({ what, healed_at }) => what.includes(mac) && healed_at !== null) || JSON.stringify(drifts);
    });
    expect((await cloud.demo.raw('GET', '/weft/v1/drifts')).body).toEqual({ drifts: [] });
  }, 30_000);

  it('FX-12 FX-15 are proven: the status tells what, where and since when', async () => {
    const [port] = await cloud.admin.list<PortObject>('ports', { device_id: 'two' });
    const proof = await cloud.admin.proof('ports', port!.id);
    expect(proof.status).toBe('ACTIVE');
    expect(proof.requirements.map(({ component, state }) => `${component} ${state}`)).toEqual([
      'wired proven',
      'filtered proven',
      'dhcp proven',
      'dhcp proven',
    ]);
  });

  it('say DOWN, and why, when the device is pulled, and ACTIVE when it is back', async () => {
    const [port] = await cloud.admin.list<PortObject>('ports', { device_id: 'two' });
    const status = async () => (await cloud.admin.show<PortObject>('ports', port!.id)).status;
    await cloud.instances.unplug('host2', 'two', port!.id);
    await waitUntil('the port is DOWN', async () => (await status()) === 'DOWN' || (await status()));
    expect((await cloud.admin.proof('ports', port!.id)).requirements[0]).toMatchObject({
      state: 'absent',
      reason: 'tap-missing',
    });
    const device = await cloud.instances.plug('host2', 'two', { id: port!.id, mac: port!.mac_address });
    await cloud.instances.startDhcp('host2', 'two', device);
    await waitUntil('the port is ACTIVE again', async () => (await status()) === 'ACTIVE' || (await status()));
    expect(await cloud.instances.lease('host2', 'two', { device })).toBe(`${two.address}/24`);
    await cloud.connectivity.expectReach(one, two);
  }, 30_000);
});

/** Somebody whom an instance must reach in any case: its network's DHCP server. */
async function gatewayless({ name }: { name: string }): Promise<string> {
  const [port] = await cloud.admin.list<PortObject>('ports', { device_id: name });
  const [server] = await cloud.admin.list<PortObject>('ports', {
    network_id: port!.network_id,
    device_owner: 'network:dhcp',
  });
  return server!.fixed_ips[0]!.ip_address;
}
