import type { BootedInstance, PortObject } from '@weft/lab';
import { tapName } from '@weft/lab';
import { type StockClient, TestCloud, waitUntil } from '@weft/testing';
import { addressOf, captured, dhcpPorts, named, untilAgents, untilServed } from './book';

/**
 * DHCP, metadata and interfaces of instances as "Learning OpenStack Networking" demonstrates them, in packets. Scenarios build on each
 * other, as they do there.
 */

const HOSTS = ['host1', 'host2', 'host3'];
const ENV = { WEFT_DNS_DOMAIN: 'learningneutron.com', WEFT_AGENT_DEAD_SECONDS: '8' };

let cloud: TestCloud;
let neutron: StockClient;
let tenant: StockClient;
beforeAll(async () => {
  cloud = await TestCloud.start({ env: ENV });
  neutron = cloud.stock('neutron');
  tenant = cloud.stock('neutron', 'weft-demo');
  await untilAgents(cloud, 9);
}, 180_000);
afterAll(() => cloud?.stop(), 60_000);

describe('DHCP and metadata', () => {
  let network: string;
  let servers: readonly PortObject[];
  let one: BootedInstance;
  let two: BootedInstance;
  /** The host that serves no DHCP for the network. */
  let idle: string;
  const ports = (query: Record<string, string>) => cloud.admin.list<PortObject>('ports', query);
  const hostOf = (server: PortObject): string => server['binding:host_id'] ?? '';
  const dhcpNamespace = () => `qdhcp-${network}`;
  const inside = (instance: BootedInstance, ...argv: string[]) =>
    cloud.instances.exec(instance.host, instance.name, argv);
  /** A client beside the instance's own: asks, and changes nothing. */
  const ask = (instance: BootedInstance) =>
    inside(instance, ...'udhcpc -n -q -f -t 3 -T 1 -i eth0 -s /bin/true -O staticroutes -O mtu'.split(' '));
  const metadata = (instance: BootedInstance) =>
    inside(instance, 'curl', '-s', '-m', '3', 'http://169.254.169.254/latest/meta-data/local-ipv4');

  beforeAll(async () => {
    ({ id: network } = await tenant.show<{ id: string }>('net-create MyUserNetwork'));
    const pool = '--allocation-pool start=192.168.204.50,end=192.168.204.250';
    await tenant.tell(`subnet-create MyUserNetwork 192.168.204.0/24 --name MyUserSubnet ${pool}`);
    servers = await untilServed(cloud, network);
    idle = HOSTS.find((host) => !servers.some((server) => hostOf(server) === host))!;
    one = await cloud.lab.boot({ name: 'one', host: idle, network });
    two = await cloud.lab.boot({ name: 'two', host: hostOf(servers[0]!), network });
  });

  it('SC-5.11 a server has a port, a namespace of that name on its node, and there the port’s MAC and address', async () => {
    const shown = await neutron.show<{ mac_address: string }[]>('port-list --device_owner network:dhcp');
    for (const server of servers) {
      expect(shown.map(({ mac_address }) => mac_address)).toContain(server.mac_address);
      const look = ['ip', '-n', dhcpNamespace(), '-o', 'addr', 'show', 'dev', `ns-${server.id.slice(0, 11)}`];
      const addresses = await cloud.hosts.exec(hostOf(server), look);
      for (const address of [`${addressOf(server)}/24`, '169.254.169.254/16']) expect(addresses).toContain(address);
      const link = ['ip', '-n', dhcpNamespace(), '-o', 'link', 'show', 'dev', `ns-${server.id.slice(0, 11)}`];
      expect(await cloud.hosts.exec(hostOf(server), link)).toContain(server.mac_address);
    }
    const hosting = await neutron.show<{ host: string }[]>('dhcp-agent-list-hosting-net MyUserNetwork');
    expect(hosting.map(({ host }) => host).sort()).toEqual(servers.map(hostOf).sort());
  });

  it('SC-5.12 there are namespaces of networks with DHCP, and of no others', async () => {
    await tenant.tell('net-create Bare');
    const subnets = await cloud.admin.list<{ network_id: string; enable_dhcp: boolean }>('subnets');
    const served = new Set(subnets.filter(({ enable_dhcp }) => enable_dhcp).map(({ network_id }) => network_id));
    expect((await cloud.admin.list('networks')).length).toBeGreaterThan(served.size);
    const found = (await Promise.all(HOSTS.map((host) => cloud.hosts.namespaces(host)))).flat();
    const ofDhcp = new Set(found.filter((name) => name.startsWith('qdhcp-')));
    expect(ofDhcp).toEqual(new Set([...served].map((id) => `qdhcp-${id}`)));
  });

  it('SC-5.13 SC-5.14 the exchange on the instance’s tap: discover, offer, request, and an ACK with exactly these options', async () => {
    const tap = { host: one.host, device: tapName(one.port), filter: 'udp port 67' };
    const seen = await captured(cloud, tap, () => ask(one));
    const kind = (packet: string) => /DHCP-Message.*: (\w+)/.exec(packet)?.[1];
    expect(seen.map(kind).filter((each) => each !== 'Offer')).toEqual(['Discover', 'Request', 'ACK']);
    for (const packet of seen.filter((each) => ['Discover', 'Request'].includes(kind(each)!))) {
      expect(packet).toContain('0.0.0.0.68 > 255.255.255.255.67');
      expect(packet).toContain(`Request from ${one.mac}`);
    }
    const ack = seen.find((packet) => kind(packet) === 'ACK')!;
    const server = /Server-ID.*: ([\d.]+)/.exec(ack)![1]!;
    expect(servers.map(addressOf)).toContain(server);
    expect(ack).toContain(`${server}.67 > ${one.addresses[0]}.68`);
    const options = [...ack.matchAll(/^\t {4}(.+?) \((\d+)\), length \d+: (.*)$/gm)].map(([, , code, value]) => [
      code,
      value,
    ]);
    expect(Object.fromEntries(options)).toEqual({
      '53': 'ACK',
      '54': server,
      '51': '86400',
      '58': '43200',
      '59': '75600',
      '1': '255.255.255.0',
      '28': '192.168.204.255',
      '15': '"learningneutron.com"',
      // As a compute service has it: the port bears the name of its instance.
      '12': `"${one.name}"`,
      '3': '192.168.204.1',
      '6': expect.stringContaining(server),
      '26': '1450',
      '121': `(169.254.169.254/32:${server}),(default:192.168.204.1)`,
    });
  });

  it('SC-5.15 metadata answers on port 80 of the namespace, by the route that the lease gives', async () => {
    const listening = await cloud.hosts.exec(hostOf(servers[0]!), ['ss', '-Hltn'], { netns: dhcpNamespace() });
    expect(listening).toMatch(/(0\.0\.0\.0|\*|\[::\]):80\s/);
    const route = (await inside(one, 'ip', 'route', 'show', '169.254.169.254')).stdout;
    expect(servers.map(addressOf)).toContain(/via ([\d.]+)/.exec(route)?.[1]);
    expect((await metadata(one)).stdout).toBe(one.addresses[0]);
  });

  it('SC-5.16 a route made by hand does as well, by either server', async () => {
    for (const server of servers) {
      await inside(one, 'ip', 'route', 'replace', '169.254.169.254/32', 'via', addressOf(server), 'dev', 'eth0');
      expect((await metadata(one)).stdout).toBe(one.addresses[0]);
    }
  });

  it('SC-5.17 a network that is down has neither DHCP nor traffic; up, it has both again', async () => {
    const present = async () => {
      const namespaces = await Promise.all(servers.map((server) => cloud.hosts.namespaces(hostOf(server))));
      return namespaces.filter((names) => names.includes(dhcpNamespace())).length;
    };
    await tenant.tell('net-update MyUserNetwork --admin_state_up=False');
    await waitUntil('both namespaces are gone', async () => (await present()) === 0 || `${await present()} are there`);
    expect((await ask(one)).code).not.toBe(0);
    await tenant.tell('net-update MyUserNetwork --admin_state_up=True');
    await untilServed(cloud, network);
    await waitUntil('it reaches the other', async () => {
      const { code } = await inside(one, 'ping', '-c', '1', '-W', '1', two.addresses[0]!);
      return code === 0 || 'not yet';
    });
    expect((await ask(one)).code).toBe(0);
    await cloud.connectivity.expectReach(one, { ...two, address: two.addresses[0]! });
  });

  it('SC-5.18 NG-25 who names no network is asked for one, though several are there', async () => {
    const { status, body } = await cloud.demo.raw('POST', '/v2.0/ports', { port: { name: 'where' } });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { NeutronError: { message: expect.stringContaining('network_id') } },
    });
    await expect(cloud.lab.attach('one', {})).rejects.toThrow('Several networks are possible');
  });

  it('SC-5.19 NG-22 interfaces come with a port, a MAC and an address of their own; a detached port is kept if somebody had made it (FX-20)', async () => {
    const own = await cloud.lab.attach('one', { network });
    const { id: subnet } = await named(cloud, 'subnets', 'MyUserSubnet');
    const fixed = `--fixed-ip subnet_id=${subnet},ip_address=192.168.204.77`;
    const { id } = await neutron.show<{ id: string }>(`port-create MyUserNetwork --name kept ${fixed}`);
    const given = await cloud.lab.attach('one', { port: 'kept' });
    expect(given.lease).toBe('192.168.204.77/24');
    expect(new Set([one, own, given].map(({ mac }) => mac)).size).toBe(3);
    expect(new Set([one, own, given].flatMap(({ addresses }) => addresses)).size).toBe(3);
    await expect(cloud.lab.attach('two', { port: 'kept' })).rejects.toThrow(/is in use by compute:lab one/);
    for (const { port } of [own, given]) await cloud.lab.detach('one', { port });
    expect(await ports({ id: own.port })).toEqual([]);
    expect(await ports({ id })).toMatchObject([
      { device_id: '', status: 'DOWN', fixed_ips: [{ ip_address: '192.168.204.77' }] },
    ]);
    // The tenant's own address answers again: the interfaces that are gone have left nothing behind.
    await cloud.connectivity.expectReach(one, { ...two, address: two.addresses[0]! });
    await neutron.tell('port-delete kept');
  });

  it('SC-5.20 without DHCP an instance’s port has its address, no server runs, and what is configured by hand works', async () => {
    const { id } = await neutron.show<{ id: string }>('net-create Static --provider:network_type=vxlan');
    await neutron.tell('subnet-create Static 10.60.0.0/24 --disable-dhcp');
    const party = async (name: string, host: string) => {
      const { lease, addresses } = await cloud.lab.boot({ name, host, network: id });
      expect(lease).toBeNull();
      await cloud.instances.exec(host, name, ['ip', 'addr', 'add', `${addresses[0]}/24`, 'dev', 'eth0']);
      return { name, host, address: addresses[0]! };
    };
    const [left, right] = [await party('left', 'host1'), await party('right', 'host2')];
    await cloud.connectivity.expectReach(left, right);
    expect(await dhcpPorts(cloud, id)).toEqual([]);
    for (const host of HOSTS) expect(await cloud.hosts.namespaces(host)).not.toContain(`qdhcp-${id}`);
    for (const { name } of [left, right]) await cloud.lab.delete(name);
  });

  it('SC-5.21 both servers offer the same address; the first is taken', async () => {
    const tap = { host: one.host, device: 'eth0', netns: 'vm-one', filter: 'udp src port 67' };
    const seen = await captured(cloud, tap, () => ask(one));
    const offers = seen.filter((packet) => packet.includes(': Offer'));
    expect(offers.map((offer) => /Server-ID.*: ([\d.]+)/.exec(offer)?.[1]).sort()).toEqual(
      servers.map(addressOf).sort(),
    );
    expect(offers.map((offer) => /Your-IP ([\d.]+)/.exec(offer)?.[1])).toEqual([one.addresses[0], one.addresses[0]]);
  });

  it('SC-5.21 SC-3.2 when a DHCP node is lost, a third takes over its server, while an instance renews and never loses its address', async () => {
    const patient = await cloud.lab.boot({ name: 'patient', host: idle, network });
    // The server whose lease it has is the one to lose.
    const route = (await inside(patient, 'ip', 'route', 'show', '169.254.169.254')).stdout;
    const lost = servers.find((server) => route.includes(`via ${addressOf(server)} `))!;
    const host = hostOf(lost);
    const place = { host: idle, netns: 'vm-patient', device: 'eth0' };
    const watch = cloud.hosts.spawn(idle, ['ip', '-o', 'monitor', 'address'], {
      netns: place.netns,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let changes = '';
    watch.child.stdout?.on('data', (chunk: Buffer) => (changes += chunk.toString()));
    const talk = cloud.connectivity.talk(patient, one.addresses[0]!, 100);

    const replies = await captured(cloud, { ...place, filter: 'udp src port 67' }, async () => {
      // No power, as far as everybody else can tell: neither the underlay nor the control plane reaches it any more.
      await cloud.hosts.faults.linkDown(host);
      await cloud.hosts.exec(host, ['ip', 'link', 'set', 'mgmt0', 'down']);
      // Once: a client that is told again while it waits gives its lease up.
      await renew();
      await waitUntil(
        'another node serves',
        async () => {
          const now = (await dhcpPorts(cloud, network)).map(hostOf);
          return (now.includes(idle) && !now.includes(host)) || now.join();
        },
        { timeoutMs: 40_000 },
      );
      await untilServed(cloud, network);
      await renew();
    });
    cloud.connectivity.expectLoss(await talk.stop(), 1, 50);
    watch.kill('SIGINT');
    expect(changes).not.toContain('Deleted');

    const acks = replies.filter((packet) => packet.includes(': ACK'));
    // The first by the server that was left, the second with both there again.
    expect(acks).toHaveLength(2);
    expect(new Set(acks.map((ack) => /Your-IP ([\d.]+)/.exec(ack)?.[1]))).toEqual(new Set(patient.addresses));
    expect((await dhcpPorts(cloud, network)).map(addressOf).sort()).toEqual(servers.map(addressOf).sort());
    const seen = await captured(cloud, { ...place, filter: 'udp src port 67' }, () => ask(patient));
    const offers = seen.filter((packet) => packet.includes(': Offer'));
    expect(offers.map((offer) => /Server-ID.*: ([\d.]+)/.exec(offer)?.[1]).sort()).toEqual(
      servers.map(addressOf).sort(),
    );
    expect(new Set(offers.map((offer) => /Your-IP ([\d.]+)/.exec(offer)?.[1]))).toEqual(new Set(patient.addresses));

    const agents = await neutron.show<{ host: string; alive: string }[]>('agent-list');
    for (const agent of agents) expect(agent.alive).toBe(agent.host === host ? 'xxx' : ':-)');
    // Back among the living, it gives up what is another's now.
    await cloud.hosts.exec(host, ['ip', 'link', 'set', 'mgmt0', 'up']);
    await cloud.hosts.faults.linkUp(host);
    await waitUntil(
      'its namespace is gone',
      async () => !(await cloud.hosts.namespaces(host)).includes(dhcpNamespace()) || 'it is there',
    );

    async function renew() {
      const pids = (await cloud.hosts.exec(idle, ['ip', 'netns', 'pids', place.netns])).trim().split('\n');
      const signal = 'for pid; do case "$(cat /proc/$pid/comm)" in udhcpc) kill -USR1 $pid;; esac; done';
      await cloud.hosts.exec(idle, ['sh', '-c', signal, 'sh', ...pids]);
    }
  }, 90_000);
});
