import type { Packet } from '@weft/net';
import { FilterBridge, filterOf, group, groupId, policy, rule } from './support/filter-bridge';
import type { Party } from './support/filter-probe';
import { World, judge, probe } from './support/filter-probe';
import { ip } from './support/packets';

const BRIDGE = 'brqa0000001-00';
const A = { mac: 'fa:16:3e:00:00:01', tap: 'tapb0000001-00' };
const B = { mac: 'fa:16:3e:00:00:02', tap: 'tapb0000002-00' };
const PAIR = 'fa:16:3e:00:00:0f';
const LINK_LOCAL = 'fe80::f816:3eff:fe00:1';
const DHCP_SERVER = '10.0.0.250';
/** All that its groups could allow is allowed: what does not pass is stopped by what stands before them. */
const OPEN = [...(['ingress', 'egress'] as const)].flatMap((direction) => [
  rule(direction),
  rule(direction, { ipVersion: 6 }),
]);

const base = { sourceMac: A.mac, state: 'new' } as const;
const v4 = (more: Partial<Packet> = {}): Packet => ({
  ...base,
  ...{
    etherType: 'ip',
    source: ip('10.0.0.1'),
    destination: ip('10.0.0.2'),
    protocol: 17,
    sourcePort: 4000,
    destinationPort: 4000,
  },
  ...more,
});
const v6 = (more: Partial<Packet> = {}): Packet =>
  v4({ etherType: 'ip6', source: ip('fd00::1'), destination: ip('fd00::2'), ...more });
const arp = (more: Partial<Packet> = {}): Packet => ({
  ...base,
  ...{ etherType: 'arp', senderMac: A.mac, source: ip('10.0.0.1'), destination: ip('10.0.0.2'), state: 'untracked' },
  ...more,
});
const icmp6 = (type: number, more: Partial<Packet> = {}): Packet => {
  const packet = v6({ protocol: 58, icmp: { type, code: 0 }, state: 'untracked', ...more });
  const { sourcePort: _, destinationPort: __, ...rest } = packet;
  return rest;
};
const udp = (from: number, to: number, make = v4, more: Partial<Packet> = {}): Packet =>
  make({ sourcePort: from, destinationPort: to, ...more });

const SENT: readonly [what: string, packet: Packet, expected: true | string][] = [
  ['SC-6.4 its own address', v4(), true],
  ['SC-6.4 another IPv4 address', v4({ source: ip('10.0.0.3') }), 'spoofed-ip'],
  ['SC-6.4 no IPv4 address', v4({ source: ip('0.0.0.0') }), 'spoofed-ip'],
  ['SC-6.4 another MAC address', v4({ sourceMac: 'fa:16:3e:00:00:03' }), 'spoofed-mac'],
  ['SC-6.4 the MAC address of the one that it speaks to', v4({ sourceMac: B.mac }), 'spoofed-mac'],
  ['SC-6.4 its own IPv6 address', v6(), true],
  ['SC-6.4 its link-local address', v6({ source: ip(LINK_LOCAL) }), true],
  ['SC-6.4 another IPv6 address', v6({ source: ip('fd00::3') }), 'spoofed-ip'],
  ['SC-6.4 the link-local address of another', v6({ source: ip('fe80::f816:3eff:fe00:2') }), 'spoofed-ip'],
  ['SC-6.4 its own address in ARP', arp(), true],
  [
    'SC-6.4 an ARP probe for its own address (RFC 5227)',
    arp({ source: ip('0.0.0.0'), destination: ip('10.0.0.1') }),
    true,
  ],
  ['an ARP probe for an address of a pair', arp({ source: ip('0.0.0.0'), destination: ip('10.0.1.7') }), true],
  ['an ARP probe for a neighbour’s address', arp({ source: ip('0.0.0.0'), destination: ip('10.0.0.2') }), 'spoofed-ip'],
  ['SC-6.4 another address in ARP', arp({ source: ip('10.0.0.2') }), 'spoofed-ip'],
  ['SC-6.4 another MAC address inside of ARP', arp({ senderMac: B.mac }), 'spoofed-ip'],
  ['SC-6.4 ARP from another MAC address', arp({ sourceMac: B.mac }), 'spoofed-mac'],
  ['an allowed pair: its MAC and its address', v4({ sourceMac: PAIR, source: ip('10.0.0.100') }), true],
  ['an allowed pair in ARP', arp({ sourceMac: PAIR, senderMac: PAIR, source: ip('10.0.0.100') }), true],
  ['the address of a pair from the other MAC', v4({ source: ip('10.0.0.100') }), 'spoofed-ip'],
  ['its own address from the MAC of a pair', v4({ sourceMac: PAIR }), 'spoofed-ip'],
  ['an address in the CIDR of a pair', v4({ source: ip('10.0.1.200') }), true],
  ['the same in ARP', arp({ source: ip('10.0.1.7') }), true],
  ['one beyond the CIDR of a pair', v4({ source: ip('10.0.2.0') }), 'spoofed-ip'],
  ['an IPv6 address in the CIDR of a pair', v6({ source: ip('fd00:1::7') }), true],
  ['one beyond it', v6({ source: ip('fd00:2::7') }), 'spoofed-ip'],
  ['a solicitation', icmp6(135, { target: ip('fd00::2') }), true],
  [
    'a solicitation for its own address, without having one',
    icmp6(135, { source: ip('::'), target: ip('fd00::1') }),
    true,
  ],
  [
    'a solicitation for a neighbour’s address, without having one: it would keep him from getting it',
    icmp6(135, { source: ip('::'), target: ip('fd00::2') }),
    'spoofed-ip',
  ],
  ['an advertisement of its address', icmp6(136, { target: ip('fd00::1') }), true],
  ['an advertisement of its link-local address', icmp6(136, { target: ip(LINK_LOCAL) }), true],
  ['an advertisement in the CIDR of a pair', icmp6(136, { target: ip('fd00:1::9') }), true],
  ['an advertisement of somebody else’s address', icmp6(136, { target: ip('fd00::2') }), 'spoofed-ip'],
  ['an advertisement from nobody', icmp6(136, { source: ip('::'), target: ip('fd00::1') }), 'spoofed-ip'],
  ['a router advertisement', icmp6(134, { source: ip(LINK_LOCAL) }), 'rogue-ra'],
  ['a redirect', icmp6(137, { source: ip(LINK_LOCAL) }), 'rogue-ra'],
  ['a router solicitation', icmp6(133, { source: ip(LINK_LOCAL) }), true],
  ['SC-6.5 a DHCP client without an address', udp(68, 67, v4, { source: ip('0.0.0.0') }), true],
  ['SC-6.5 a DHCP client that renews', udp(68, 67), true],
  ['SC-6.5 a DHCP server', udp(67, 68), 'rogue-dhcp'],
  ['SC-6.5 a DHCPv6 client', udp(546, 547, v6, { source: ip(LINK_LOCAL) }), true],
  ['SC-6.5 a DHCPv6 server', udp(547, 546, v6, { source: ip(LINK_LOCAL) }), 'rogue-dhcp'],
  ['a frame of LLDP or whatever else', { ...base, etherType: 'other', state: 'untracked' }, 'ethertype'],
];

describe('what an instance may send, and what it may not', () => {
  let t: FilterBridge;
  let a: Party;
  let b: Party;
  const world = new World();
  beforeAll(() => {
    t = new FilterBridge();
    t.bridge(BRIDGE);
    world.groups.set(groupId(1), group(1, OPEN, false));
    world.groups.set(groupId(2), group(2, []));
    world.dhcpServers = [DHCP_SERVER, 'fe80::250'];
    world.tell(t.driver, null);
    const pairs = [
      { mac: PAIR, ip: '10.0.0.100' },
      { mac: A.mac, ip: '10.0.1.0/24' },
      { mac: A.mac, ip: '10.0.1.128/25' },
      { mac: A.mac, ip: 'fd00:1::/64' },
    ];
    const own = policy(A.mac, ['10.0.0.1', 'fd00::1'], [1]);
    const policies = [
      { ...own, macs: [A.mac, PAIR], identities: [...own.identities, ...pairs] },
      policy(B.mac, ['10.0.0.2', 'fd00::2'], [1]),
    ];
    t.driver.setNetwork(
      'net',
      filterOf(BRIDGE, {
        dhcpServers: world.dhcpServers,
        ports: [A, B].map(({ tap }, i) => ({ device: tap, policy: policies[i]! })),
      }),
    );
    t.pass();
    for (const [name, { tap, mac }] of [
      ['a', A],
      ['b', B],
    ] as const) {
      t.guest(name, tap, BRIDGE, mac, []);
      t.inGuest(name, 'sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1');
    }
    a = { raw: t.raw('a'), mac: A.mac, address: '10.0.0.1', policy: policies[0]! };
    b = { raw: t.raw('b'), mac: B.mac, address: '10.0.0.2', policy: policies[1]! };
  });
  afterAll(() => {
    a.raw.close();
    b.raw.close();
    t.remove();
  });

  it.each(SENT)('%s', async (_, packet, expected) => {
    const decision = judge(a, b, packet, world);
    expect(decision.pass ? true : decision.reason).toBe(expected);
    expect(await probe(a, b, [packet])).toEqual([expected === true]);
  });

  it('counts each of them by its reason', () => {
    const counts = t.node.run(() => t.driver.counts())!.drops.filter(({ device }) => device === A.tap);
    const expected: Record<string, number> = {};
    for (const [, , reason] of SENT) if (reason !== true) expected[reason] = (expected[reason] ?? 0) + 1;
    expect(Object.fromEntries(counts.map(({ reason, packets }) => [reason, packets]))).toEqual(expected);
  });

  describe('a port whose groups allow nothing', () => {
    let server: Party;
    let rogue: Party;
    let closed: Party;
    beforeAll(() => {
      const nothing = policy(B.mac, ['10.0.0.2', 'fd00::2'], [2]);
      closed = { ...b, policy: nothing };
      // The DHCP server's device is trusted; what comes from it may be from another node.
      const trusted = 'tapdhcp';
      t.driver.setNetwork(
        'net',
        filterOf(BRIDGE, {
          dhcpServers: world.dhcpServers,
          trusted: [trusted],
          ports: [{ device: B.tap, policy: nothing }],
        }),
      );
      t.pass();
      t.guest('s', trusted, BRIDGE, 'fa:16:3e:00:00:fa', []);
      t.inGuest('s', 'sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1');
      const raw = t.raw('s');
      server = { raw, mac: 'fa:16:3e:00:00:fa', address: DHCP_SERVER, policy: null };
      rogue = server;
    });
    afterAll(() => server.raw.close());

    it.each<[string, Packet, true | string]>([
      ['hears its DHCP server', udp(67, 68, v4, { source: ip(DHCP_SERVER) }), true],
      ['hears its DHCPv6 server', udp(547, 546, v6, { source: ip('fe80::250') }), true],
      ['hears no other DHCP server', udp(67, 68, v4, { source: ip('10.0.0.251') }), 'no-rule'],
      ['hears no other DHCPv6 server', udp(547, 546, v6, { source: ip('fe80::251') }), 'no-rule'],
      ['hears routers', icmp6(134, { source: ip('fe80::250') }), true],
      ['hears solicitations', icmp6(135, { target: ip('fd00::2') }), true],
      ['hears ARP', arp({ senderMac: 'fa:16:3e:00:00:fa', source: ip('10.0.0.7') }), true],
      ['hears nothing else', v4({ source: ip('10.0.0.7') }), 'no-rule'],
      ['hears no echo request', icmp6(128, { state: 'new' }), 'no-rule'],
    ])('%s', async (_, packet, expected) => {
      const sent = { ...packet, sourceMac: rogue.mac };
      const decision = judge(server, closed, sent, world);
      expect(decision.pass ? true : decision.reason).toBe(expected);
      expect(await probe(server, closed, [sent])).toEqual([expected === true]);
    });

    it('and what a port that is gone was counted is forgotten', () => {
      const devices = () => t.node.run(() => t.driver.counts())!.drops.map(({ device }) => device);
      expect(devices()).toContain(A.tap);
      expect([...new Set(devices())]).toEqual([B.tap]);
    });
  });
});
