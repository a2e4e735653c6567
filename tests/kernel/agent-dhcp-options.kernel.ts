import { readFileSync } from 'node:fs';
import type { DhcpOptionFact } from '@weft/contracts';
import { lease, lease6, resolve } from './support/dhcp-clients';
import { dhcpFacts, guest, lan, mac, portFacts, portId, STATEFUL } from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = lan(
  8,
  { '10.8.0.0/24': { gatewayIp: '10.8.0.1' }, 'fd00:8::/64': STATEFUL },
  { dnsDomain: 'blue.example' },
);
const option = (name: string, value: string | null, ipVersion: 4 | 6 = 4): DhcpOptionFact => ({
  name,
  value,
  ipVersion,
});

describe('names and options of single ports', () => {
  let nodes: LabNodes;
  const [vm, other] = [guest(21), guest(22)];
  const put = (n: number, more: object) => nodes.feed.put(portFacts(NET.port(n, 'host1', more)));
  const proven = async (n: number, generation: number) =>
    nodes.reported('host1', 'dhcp', portId(n), 'proven', generation);
  const server = () => readFileSync(`${nodes.stateDir('host1')}/dhcp/${NET.id}/pid`, 'utf8').trim();

  beforeAll(async () => {
    nodes = await LabNodes.up(1);
    await nodes.startAgent('host1', { WEFT_DNS_SERVERS: '10.8.0.53' });
    nodes.feed.put({
      ...NET.facts,
      ...dhcpFacts('host1', NET.port(2, 'host1')),
      ...portFacts(NET.port(21, 'host1', { dnsName: 'web' })),
      ...portFacts(NET.port(22, 'host1')),
    });
    for (const n of [21, 22]) await nodes.plug('host1', portId(n), mac(n));
    for (const n of [2, 21, 22]) await nodes.reported('host1', 'wired', portId(n), 'proven');
    for (const n of [21, 22]) await nodes.reported('host1', 'dhcp', portId(n), 'proven');
    await nodes.exec('host1', 'ip addr add 10.8.0.21/24 dev eth0', vm);
    // The resolver of the configuration: an instance that knows one name.
    await nodes.exec('host1', 'ip addr add 10.8.0.53/24 dev eth0', other);
    await nodes.exec(
      'host1',
      'dnsmasq --conf-file=/dev/null --no-hosts --no-resolv --listen-address=10.8.0.53 --bind-interfaces --user=root --pid-file= --address=/www.example.com/203.0.113.7 --local=/example.com/',
      other,
    );
  });
  afterAll(() => nodes.down());

  it('tells an instance the name of its port, in both families', async () => {
    expect(await lease(nodes, 'host1', vm)).toMatchObject({ ip: '10.8.0.21', hostname: 'web', domain: 'blue.example' });
    expect(await lease(nodes, 'host1', other)).toMatchObject({ ip: '10.8.0.22', hostname: 'host-10-8-0-22' });
    expect(await lease6(nodes, 'host1', vm)).toMatchObject({
      ip6_address: 'fd00:8::15',
      fqdn_fqdn: 'web.blue.example',
    });
  });

  it.each([
    ['web.blue.example', ['10.8.0.21', 'fd00:8::15']],
    ['host-10-8-0-22.blue.example', ['10.8.0.22']],
    ['host-fd00-8--16.blue.example', ['fd00:8::16']],
    ['10.8.0.21', ['web.blue.example']],
    ['fd00:8::15', ['web.blue.example']],
    // The server's own port has a name, too.
    ['10.8.0.2', ['host-10-8-0-2.blue.example']],
    ['nobody.blue.example', []],
  ])('resolves %s to %j', async (name, found) => {
    expect(await resolve(nodes, 'host1', vm, name, '10.8.0.2')).toEqual(found);
  });

  it('asks the configured resolver for other names, by way of the network itself', async () => {
    expect(await resolve(nodes, 'host1', vm, 'www.example.com', '10.8.0.2')).toEqual(['203.0.113.7']);
  });

  it('follows a changed name by a signal', async () => {
    const before = server();
    await proven(21, put(21, { dnsName: 'shop' }));
    expect((await lease(nodes, 'host1', vm))?.hostname).toBe('shop');
    expect(await resolve(nodes, 'host1', vm, 'shop.blue.example', '10.8.0.2')).toEqual(['10.8.0.21', 'fd00:8::15']);
    expect(await resolve(nodes, 'host1', vm, 'web.blue.example', '10.8.0.2')).toEqual([]);
    expect(server()).toBe(before);
  });

  it('answers one port with its own options, leaves out what it shall not have, and treats others as before', async () => {
    const before = server();
    const usual = await lease(nodes, 'host1', other);
    const dhcpOptions = [
      option('tftp-server', '10.8.0.9'),
      option('bootfile-name', 'pxelinux.0'),
      option('server-ip-address', '10.8.0.9'),
      option('150', '10.8.0.10'),
      option('mtu', '1400'),
      option('router', null),
      option('classless-static-route', '10.99.0.0/16,10.8.0.3'),
      option('dns-server', '[fd00:8::53]', 6),
      option('domain-search', null, 6),
    ];
    await proven(21, put(21, { dhcpOptions }));
    const own = await lease(nodes, 'host1', vm, ['tftp', 'bootfile', '150']);
    expect(own).toMatchObject({
      ip: '10.8.0.21',
      ...{ tftp: '10.8.0.9', bootfile: 'pxelinux.0', siaddr: '10.8.0.9', opt150: '0a08000a' },
      ...{ mtu: '1400', staticroutes: '10.99.0.0/16 10.8.0.3' },
    });
    expect(own).not.toHaveProperty('router');
    const own6 = await lease6(nodes, 'host1', vm);
    expect(own6?.dhcp6_name_servers).toBe('fd00:8::53');
    expect(own6).not.toHaveProperty('dhcp6_domain_search');
    expect(await lease(nodes, 'host1', other, ['tftp', 'bootfile', '150'])).toEqual(usual);
    expect((await lease6(nodes, 'host1', other))?.dhcp6_name_servers).toBe('fd00:8::2');
    expect(server()).toBe(before);
  });

  it('survives twenty changes of options with leases between them', async () => {
    const before = server();
    for (let i = 0; i < 20; i++) {
      await proven(21, put(21, { dhcpOptions: [option('tftp-server', `10.8.0.${100 + i}`)] }));
      if (i % 4 === 0) expect((await lease(nodes, 'host1', vm, ['tftp']))?.tftp).toBe(`10.8.0.${100 + i}`);
      if (i % 10 === 0) expect((await lease6(nodes, 'host1', vm))?.ip6_address).toBe('fd00:8::15');
    }
    await proven(21, put(21, {}));
    expect(await lease(nodes, 'host1', vm, ['tftp'])).not.toHaveProperty('tftp');
    expect(server()).toBe(before);
    expect(nodes.feed.drift).toEqual([]);
  });

  it.each([
    [
      'a value that the server does not understand',
      option('router', 'nonsense'),
      /^bad IP address: option:router,nonsense$/,
    ],
    ['an option that it does not know', option('no-such-option', '1'), /^bad dhcp-option: option:no-such-option,1$/],
    ['a value that would end its line', option('bootfile-name', 'x\ntag:subnet-x,3,10.8.0.66'), /not a value/],
  ])("reports %s as that port's fault, and serves the others", async (_, wrong, words) => {
    const generation = put(21, { dhcpOptions: [wrong, option('tftp-server', '10.8.0.9')] });
    const fine = put(22, {});
    await nodes.reported('host1', 'dhcp', portId(21), 'error', generation);
    await proven(22, fine);
    expect(nodes.feed.report('host1', 'dhcp', portId(21))).toMatchObject({ reason: 'daemon-failed' });
    expect(nodes.feed.report('host1', 'dhcp', portId(21))?.detail).toMatch(words);
    // What is right of it is in force.
    expect(await lease(nodes, 'host1', vm, ['tftp'])).toMatchObject({ ip: '10.8.0.21', tftp: '10.8.0.9' });
    await proven(21, put(21, {}));
  });

  it('keeps names and options when the server is killed', async () => {
    await proven(21, put(21, { dnsName: 'web', dhcpOptions: [option('tftp-server', '10.8.0.9')] }));
    const before = server();
    await nodes.exec('host1', `kill -9 ${before}`);
    await eventually('a new server runs', () => server() !== before);
    expect(await lease(nodes, 'host1', vm, ['tftp'])).toMatchObject({ hostname: 'web', tftp: '10.8.0.9' });
  });
});
