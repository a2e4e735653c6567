import type { SubnetFact } from '@weft/contracts';
import { lease, lease6 } from './support/dhcp-clients';
import {
  dhcpFacts,
  guest,
  mac,
  network,
  networkFacts,
  networkId,
  port,
  portFacts,
  portId,
  subnet,
  subnetId,
  vxlan,
} from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

type Mode = SubnetFact['ipv6RaMode'];
/** One network for each way to come by an IPv6 address; `own`: that which an instance makes itself of its MAC. */
const CASES = [
  { n: 1, mode: 'slaac', flags: 'none', prefix: 'onlink, auto', own: true },
  { n: 2, mode: 'dhcpv6-stateless', flags: 'other stateful', prefix: 'onlink, auto', own: true },
  { n: 3, mode: 'dhcpv6-stateful', flags: 'managed, other stateful', prefix: 'onlink', own: false },
] as const;
const net = (n: number) => networkId(0x60 + n);
const sub = (n: number) => subnetId(0x60 + n);
const vmPort = (n: number) => 0x60 + n;
const vmOf = (n: number) => guest(vmPort(n));
const eui = (n: number) => `fd00:6${n}::f816:3eff:fe00:${vmPort(n).toString(16)}`;

function facts(n: number, mode: Mode, mtu: number, own: boolean) {
  const at = (ip: string) => ({ addresses: [{ subnet: sub(n), ip }] });
  const segments = [vxlan(600 + n)];
  const modes = { ipv6RaMode: mode, ipv6AddressMode: mode, dnsNameservers: ['2620:fe::fe', '2620:fe::9'] };
  return {
    ...networkFacts(
      network(net(n), {
        mtu,
        segments,
        dnsDomain: 'blue.example',
        subnets: [subnet(sub(n), `fd00:6${n}::/64`, modes)],
      }),
    ),
    ...dhcpFacts('host1', port(0x70 + n, net(n), 'host1', at(`fd00:6${n}::2`))),
    ...portFacts(port(vmPort(n), net(n), 'host1', at(own ? eui(n) : `fd00:6${n}::5`))),
  };
}

describe('IPv6 addressing (FX-56)', () => {
  let nodes: LabNodes;

  beforeAll(async () => {
    nodes = await LabNodes.up(1);
    await nodes.startAgent('host1');
    for (const { n, mode, own } of CASES) {
      nodes.feed.put(facts(n, mode, 1400, own));
      await nodes.plug('host1', portId(vmPort(n)), mac(vmPort(n)));
      await nodes.reported('host1', 'wired', portId(0x70 + n), 'proven');
      await nodes.reported('host1', 'dhcp', portId(vmPort(n)), 'proven');
    }
  });
  afterAll(() => nodes.down());

  /** The next advertisement that an instance hears; it asks for one by coming up. */
  const advertisement = (n: number): Promise<string> =>
    nodes.exec(
      'host1',
      `sysctl -qw net.ipv6.conf.eth0.accept_ra=1
timeout 15 tcpdump -ni eth0 -v -c1 'icmp6 and ip6[40]=134' 2>/dev/null & listener=$!
sleep 0.3; ip link set eth0 down; ip link set eth0 up; wait $listener`,
      vmOf(n),
    );

  it.each(CASES)("$mode: the advertisement says how, and is nobody's router", async ({ n, flags, prefix }) => {
    const said = await advertisement(n);
    expect(said).toContain(`Flags [${flags}], pref medium, router lifetime 0s`);
    expect(said).toContain(`fd00:6${n}::/64, Flags [${prefix}], valid time 86400s`);
    expect(said).toMatch(/mtu option \(5\).*1400/);
    expect(said).toMatch(/rdnss option.*addr: 2620:fe::fe addr: 2620:fe::9/);
    expect(said).toMatch(/dnssl option.*blue\.example/);
  });

  it.each(CASES)('$mode: the instance has its address, and no other', async ({ n, mode, own }) => {
    const addresses = () => nodes.exec('host1', 'ip -6 -o addr show dev eth0 scope global', vmOf(n));
    if (own) {
      await eventually('the instance has made its address', async () => (await addresses()).includes(`${eui(n)}/64`));
    } else {
      expect((await lease6(nodes, 'host1', vmOf(n)))?.ip6_address).toBe(`fd00:6${n}::5`);
      expect(await addresses()).toBe('');
    }
    if (mode === 'dhcpv6-stateless') {
      const options = await lease6(nodes, 'host1', vmOf(n), true);
      expect(options).toMatchObject({
        dhcp6_name_servers: '2620:fe::fe 2620:fe::9',
        dhcp6_domain_search: 'blue.example.',
      });
      expect(options).not.toHaveProperty('ip6_address');
    }
    expect(await nodes.exec('host1', 'ip -6 route show default', vmOf(n))).toBe('');
    expect((await nodes.exec('host1', 'cat /proc/sys/net/ipv6/conf/eth0/mtu', vmOf(n))).trim()).toBe('1400');
  });

  it('there is none in a network whose MTU is below 1280', async () => {
    nodes.feed.put(facts(1, 'slaac', 1279, true));
    const inside = () => nodes.exec('host1', `ip -n qdhcp-${net(1)} -6 -o addr show dev ns-b0000071-00`);
    await eventually('the server has no IPv6 address', async () => !(await inside()).includes('inet6'));
    await nodes.reported('host1', 'dhcp', portId(vmPort(1)), 'proven');
    expect(await nodes.exec('host1', `ip -n qdhcp-${net(1)} link show dev ns-b0000071-00`)).toContain('mtu 1279');
  });
});

describe('SC-4.13 the MTU', () => {
  let nodes: LabNodes;
  const [V4, V6] = [subnetId(0x68), subnetId(0x69)];
  const NET = networkId(0x68);
  const guests = [
    { n: 0x81, host: 'host1', vm: 'vm-b0000081', ip: '10.68.0.129', ip6: 'fd00:68::f816:3eff:fe00:81' },
    { n: 0x82, host: 'host2', vm: 'vm-b0000082', ip: '10.68.0.130', ip6: 'fd00:68::f816:3eff:fe00:82' },
  ] as const;

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await Promise.all(['host1', 'host2'].map((host) => nodes.startAgent(host)));
    const slaac = { ipv6RaMode: 'slaac', ipv6AddressMode: 'slaac' } as const;
    const at = (ip: string, ip6: string) => ({
      addresses: [
        { subnet: V4, ip },
        { subnet: V6, ip: ip6 },
      ],
    });
    nodes.feed.put({
      ...networkFacts(network(NET, { subnets: [subnet(V4, '10.68.0.0/24'), subnet(V6, 'fd00:68::/64', slaac)] })),
      ...dhcpFacts('host1', port(2, NET, 'host1', at('10.68.0.2', 'fd00:68::2'))),
      ...Object.assign({}, ...guests.map(({ n, host, ip, ip6 }) => portFacts(port(n, NET, host, at(ip, ip6))))),
    });
    for (const { n, host } of guests) {
      await nodes.plug(host, portId(n), mac(n));
      await nodes.reported(host, 'wired', portId(n), 'proven');
      await nodes.reported('host1', 'dhcp', portId(n), 'proven');
    }
    await nodes.reported('host1', 'wired', portId(2), 'proven');
  });
  afterAll(() => nodes.down());

  it('comes by DHCP and by advertisement, and payloads of its size pass between hosts', async () => {
    for (const { host, vm, ip, ip6 } of guests) {
      const given = await lease(nodes, host, vm);
      expect(given).toMatchObject({ ip, mtu: '1450' });
      await nodes.exec(host, `ip link set eth0 mtu ${given?.mtu as string}; ip addr add ${ip}/24 dev eth0`, vm);
      const has = async () => (await nodes.exec(host, 'ip -6 -o addr show dev eth0 -tentative', vm)).includes(ip6);
      await nodes.exec(
        host,
        'sysctl -qw net.ipv6.conf.eth0.accept_ra=1; ip link set eth0 down; ip link set eth0 up',
        vm,
      );
      await eventually('the instance has its IPv6 address', has, 15_000);
    }
    const [a, b] = guests;
    const ping = (size: number, ip: string) =>
      nodes.exec(a.host, `ping -M do -c1 -W2 -s ${size} ${ip} 2>&1 || true`, a.vm);
    // Payload, and 28 or 48 bytes of headers.
    expect(await ping(1422, b.ip)).toContain(' 0% packet loss');
    expect(await ping(1402, b.ip6)).toContain(' 0% packet loss');
    expect(await ping(1423, b.ip)).toMatch(/too long|100% packet loss/);
    expect(await ping(1403, b.ip6)).toMatch(/too long|too big|100% packet loss/i);
  });
});
