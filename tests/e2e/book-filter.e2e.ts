import type { ApiObject } from '@weft/lab';
import { type StockClient, TestCloud, waitUntil } from '@weft/testing';
import { dhcpPorts, untilAgents, untilServed } from './book';
import {
  boot,
  connect,
  datagram,
  type Guest,
  heard,
  leased,
  must,
  pings,
  serve,
  TOLD_WITHIN_MS,
  untilConnect,
  untilDropped,
  untilPings,
  weft,
} from './guests';

/**
 * Chapter 6 of "Learning OpenStack Networking" on hosts: its commands, typed into the stock clients by a tenant, and what then reaches its
 * instances. Scenarios build on each other, as they do there.
 */

let cloud: TestCloud;
let neutron: StockClient;
let network: string;
let dhcpServer: string;
/** The book's web server; a neighbour in the default group; somebody without port security, to whom and from whom everything passes. */
let web: Guest;
let client: Guest;
let open: Guest;
beforeAll(async () => {
  cloud = await TestCloud.start();
  neutron = cloud.stock('neutron', 'weft-demo');
  await untilAgents(cloud, 9);
  ({ id: network } = await neutron.show<{ id: string }>('net-create TENANT_NET'));
  await neutron.tell('subnet-create TENANT_NET 10.30.0.0/24 --name TENANT_SUBNET');
  [dhcpServer = ''] = (await untilServed(cloud, network)).map(({ fixed_ips }) => fixed_ips[0]!.ip_address);
  await neutron.tell('port-create TENANT_NET --name open --no-security-groups --port-security-enabled=False');
  web = await boot(cloud, { name: 'WEB1', network, host: 'host1' });
  client = await boot(cloud, { name: 'CLIENT', network, host: 'host2' });
  open = await boot(cloud, { name: 'OPEN', port: 'open', host: 'host3' });
  await serve(cloud, web, 22, 80, 443);
  await serve(cloud, open, 8080);
}, 240_000);
afterAll(() => cloud?.stop(), 60_000);

interface Rule extends ApiObject {
  readonly direction: string;
  readonly ethertype: string;
  readonly port_range_min: number | null;
}
const groupNamed = async (name: string) => (await cloud.demo.list<ApiObject>('security-groups', { name }))[0]!;
const rulesOf = async (name: string) =>
  cloud.demo.list<Rule>('security-group-rules', { security_group_id: (await groupNamed(name)).id });
const ruleFor = async (name: string, port: number) =>
  (await rulesOf(name)).find(({ port_range_min }) => port_range_min === port)!.id;
const tcp = (port: number) => `--protocol tcp --port-range-min ${port} --port-range-max ${port}`;

describe('WEB_SERVERS', () => {
  it('SC-6.2 replaces the default group of WEB1’s port, and with it what reaches WEB1', async () => {
    expect(await connect(cloud, client, web, 22)).toBe('WEB1');
    await neutron.tell('security-group-create WEB_SERVERS');
    for (const port of [80, 443])
      await neutron.tell(`security-group-rule-create ${tcp(port)} --remote-ip-prefix 0.0.0.0/0 WEB_SERVERS`);
    await neutron.tell(`port-update ${web.port} --security-group WEB_SERVERS`);
    const { id } = await groupNamed('WEB_SERVERS');
    expect(await neutron.show(`port-show ${web.port}`)).toMatchObject({ security_groups: [id] });
    await untilConnect(cloud, client, web, 22, 'silence');
  });

  it('SC-6.3 opens ports 80 and 443 of WEB1, to whoever it is, and nothing else', async () => {
    for (const from of [client, open]) {
      for (const port of [80, 443]) expect(await connect(cloud, from, web, port)).toBe('WEB1');
      for (const port of [22, 8080]) expect(await connect(cloud, from, web, port)).toBe('silence');
    }
    await cloud.connectivity.expectNoReach(open, web, dhcpServer);
    const table = await cloud.hosts.exec('host1', ['nft', 'list', 'table', 'bridge', 'weft_filter']);
    for (const port of [80, 443]) expect(table).toContain(await ruleFor('WEB_SERVERS', port));
  });

  it('SC-6.3 lets WEB1 hear its network’s DHCP servers, and nobody else who speaks as one', async () => {
    const seen = await heard(cloud, web, 'udp port 68', async () => {
      await datagram(cloud, open, 67, 68, web.address);
      expect(await leased(cloud, web)).toBe(true);
    });
    const servers = (await dhcpPorts(cloud, network)).map(({ fixed_ips }) => fixed_ips[0]!.ip_address);
    const speakers = new Set(seen.map((packet) => /([\d.]+)\.67 > [\d.]+\.68:/.exec(packet)?.[1]).filter(Boolean));
    expect(speakers.size).toBeGreaterThan(0);
    for (const speaker of speakers) expect(servers).toContain(speaker);
  });

  it('tells the tenant which packets it has dropped, and why', async () => {
    expect(await connect(cloud, client, web, 22)).toBe('silence');
    interface Drops {
      counts: { reason: string; packets: number }[];
      samples: Record<string, unknown>[];
    }
    await waitUntil(
      'weft drops says so',
      () => {
        const { counts, samples } = weft<Drops>(cloud, 'drops', 'WEB1');
        const told = (from: Guest, port: number) =>
          samples.some((s) => s.source_ip === from.address && s.destination_port === port && s.reason === 'no-rule');
        return (told(client, 22) && told(open, 68) && counts[0]!.packets > 4) || JSON.stringify({ counts, samples });
      },
      { timeoutMs: TOLD_WITHIN_MS, everyMs: 500 },
    );
    const { samples } = weft<Drops>(cloud, 'drops', 'WEB1', '--reason', 'no-rule', '--limit', '1');
    expect(samples).toMatchObject([{ reason: 'no-rule' }]);
    expect(weft<Drops>(cloud, 'drops', 'WEB1', '--reason', 'rogue-ra')).toEqual({ counts: [], samples: [] });
  });

  it('boots an instance into the groups that are named', async () => {
    const { id: standard } = await groupNamed('default');
    const named = ['--security-group', 'WEB_SERVERS', '--security-group', standard];
    const { port } = weft<{ port: string }>(cloud, 'instance', 'boot', 'WEB2', '--network', network, ...named);
    const { security_groups: groups } = await cloud.demo.show<ApiObject & { security_groups: string[] }>('ports', port);
    expect(groups.toSorted()).toEqual([standard, (await groupNamed('WEB_SERVERS')).id].toSorted());
    const boot = (...more: string[]) => weft(cloud, 'instance', 'boot', 'WEB3', ...more, '--security-group', 'nope');
    expect(() => boot('--network', network)).toThrow('There is no security group "nope".');
    expect(() => boot('--port', 'open')).toThrow('A port has its security groups already');
    weft(cloud, 'instance', 'delete', 'WEB2');
  }, 60_000);

  it('tells what its rules have let pass', async () => {
    const url = `/weft/v1/security-group-rules/${await ruleFor('WEB_SERVERS', 443)}/stats`;
    const packets = async () => (await cloud.demo.request<{ stats: { packets: number } }>('GET', url)).stats.packets;
    await waitUntil('the first connections are counted', async () => (await packets()) > 0 || 'none is', {
      timeoutMs: TOLD_WITHIN_MS,
    });
    const before = await packets();
    expect(await connect(cloud, client, web, 443)).toBe('WEB1');
    await waitUntil('one more is counted', async () => (await packets()) > before || `${await packets()}`, {
      timeoutMs: TOLD_WITHIN_MS,
    });
  }, 120_000);

  it('SC-6.6 lets answers to WEB1 pass, of whom nothing else reaches it', async () => {
    await cloud.connectivity.expectReach(web, open);
    expect(await connect(cloud, web, open, 8080)).toBe('OPEN');
    await cloud.connectivity.expectNoReach(open, web, dhcpServer);
  });
});

describe('what WEB1 may send', () => {
  it('SC-6.4 nothing with an address of IP or MAC that is not its own', async () => {
    const [ip, mac] = ['10.30.0.66', 'fa:16:3e:66:66:66'];
    const seen = await heard(cloud, open, 'icmp or arp', async () => {
      await must(cloud, web, `ip addr add ${ip}/24 dev eth0`);
      expect(await pings(cloud, web, open.address, `-I ${ip}`)).toBe(false);
      await must(cloud, web, `ip addr del ${ip}/24 dev eth0`);
      await must(cloud, web, `ip link set eth0 address ${mac}`);
      expect(await pings(cloud, web, open.address)).toBe(false);
      await must(cloud, web, `ip link set eth0 address ${web.mac}`);
      expect(await pings(cloud, web, open.address)).toBe(true);
    });
    const spoofed = seen.filter((packet) => packet.includes(ip) || packet.includes(mac));
    expect(spoofed).toEqual([]);
    expect(seen.some((packet) => packet.includes(`${web.address} > ${open.address}: ICMP echo request`))).toBe(true);
    await untilDropped(cloud, web, 'spoofed-ip');
    await untilDropped(cloud, web, 'spoofed-mac');
  }, 120_000);

  it('SC-6.5 no offer of a lease, while it gets its own', async () => {
    const seen = await heard(cloud, open, `udp and src host ${web.address}`, async () => {
      for (const address of ['255.255.255.255', open.address]) {
        await datagram(cloud, web, 67, 68, address);
        // Neither the way nor what it says keeps it, but the port that it comes from.
        await datagram(cloud, web, 6767, 68, address);
      }
      expect(await leased(cloud, web)).toBe(true);
    });
    const ports = seen.map((packet) => /\.(\d+) > [\d.]+\.68:/.exec(packet)?.[1]);
    expect(ports).toEqual(['6767', '6767']);
    await untilDropped(cloud, web, 'rogue-dhcp', 2);
  });
});

describe('a change of rules', () => {
  it('SC-6.7 closes and opens WEB1 while it runs, and no other flow of it loses a packet', async () => {
    const talk = cloud.connectivity.talk(web, open, 50);
    await neutron.tell(`security-group-rule-delete ${await ruleFor('WEB_SERVERS', 80)}`);
    await untilConnect(cloud, client, web, 80, 'silence');
    expect(await connect(cloud, client, web, 443)).toBe('WEB1');
    await neutron.tell(`security-group-rule-create ${tcp(80)} WEB_SERVERS`);
    await untilConnect(cloud, client, web, 80, 'WEB1');
    cloud.connectivity.expectLoss(await talk.stop(), 1, 20);
  });

  it('SC-6.7 holds for what WEB1 sends as well, also for what it has begun', async () => {
    const begun = cloud.connectivity.talk(web, open, 50);
    const [any] = (await rulesOf('WEB_SERVERS')).filter(
      ({ direction, ethertype }) => direction === 'egress' && ethertype === 'IPv4',
    );
    await neutron.tell(`security-group-rule-delete ${any!.id}`);
    await untilPings(cloud, web, open.address, false);
    const { sent, received } = await begun.stop();
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(sent);
    expect(await connect(cloud, web, open, 8080)).toBe('silence');
    // Whoever connects to it is answered all the same.
    expect(await connect(cloud, client, web, 80)).toBe('WEB1');

    await neutron.tell(`security-group-rule-create --direction egress ${tcp(8080)} WEB_SERVERS`);
    await untilConnect(cloud, web, open, 8080, 'OPEN');
    expect(await pings(cloud, web, open.address)).toBe(false);
    await neutron.tell('security-group-rule-create --direction egress WEB_SERVERS');
    await untilPings(cloud, web, open.address, true);
  });
});

describe('a group that names another', () => {
  it('SC-6.8 DB admits SQL of members of APP, and of whoever becomes one, without an edit', async () => {
    await neutron.tell('security-group-create APP');
    await neutron.tell('security-group-create DB');
    await neutron.tell(`security-group-rule-create ${tcp(3306)} --remote-group-id APP DB`);
    for (const [name, group] of ['db1 DB', 'app1 APP', 'app2 APP'].map((words) => words.split(' ')))
      await neutron.tell(`port-create TENANT_NET --name ${name} --security-group ${group}`);
    const db = await boot(cloud, { name: 'DB1', port: 'db1', host: 'host3' });
    await serve(cloud, db, 22, 3306);
    const app1 = await boot(cloud, { name: 'APP1', port: 'app1', host: 'host1' });
    await untilConnect(cloud, app1, db, 3306, 'DB1');
    expect(await connect(cloud, app1, db, 22)).toBe('silence');
    for (const other of [client, web, open]) expect(await connect(cloud, other, db, 3306)).toBe('silence');

    const rules = await rulesOf('DB');
    const app2 = await boot(cloud, { name: 'APP2', port: 'app2', host: 'host2' });
    await untilConnect(cloud, app2, db, 3306, 'DB1');
    expect(await rulesOf('DB')).toEqual(rules);
    // As it came, so it goes.
    await neutron.tell('port-update app2 --security-group default');
    await untilConnect(cloud, app2, db, 3306, 'silence');
    expect(await connect(cloud, app1, db, 3306)).toBe('DB1');
  }, 90_000);

  it('FX-23 a member is one set element on the node, however many rules name its group', async () => {
    const { id } = await groupNamed('APP');
    const [app1] = await cloud.demo.list<ApiObject>('ports', { name: 'app1' });
    const [{ ip_address }] = app1!.fixed_ips as unknown as [{ ip_address: string }];
    const named = async () =>
      (await cloud.hosts.exec('host3', ['nft', 'list', 'table', 'bridge', 'weft_filter'])).split(ip_address).length - 1;
    const before = await named();
    expect(before).toBeGreaterThan(0);
    for (const port of [3307, 3308])
      await neutron.tell(`security-group-rule-create ${tcp(port)} --remote-group-id ${id} DB`);
    const rule = await ruleFor('DB', 3308);
    await waitUntil('the node has them', async () => {
      const table = await cloud.hosts.exec('host3', ['nft', 'list', 'table', 'bridge', 'weft_filter']);
      return table.includes(rule) || 'not yet';
    });
    expect(await named()).toBe(before);
  });
});
