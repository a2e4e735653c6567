import type { FilterRule, Packet, PortPolicy } from '@weft/net';
import fc from 'fast-check';
import { budget, SEED } from '../proof';
import { FilterBridge, filterOf, group, groupId, policy, rule } from './support/filter-bridge';
import type { Party } from './support/filter-probe';
import { World, describePacket, judge, probe } from './support/filter-probe';
import { ip } from './support/packets';

const BRIDGE = 'brqa0000001-00';
const A = { mac: 'fa:16:3e:00:00:01', tap: 'tapb0000001-00', v4: '10.0.0.1', v6: 'fd00::1' };
const B = { mac: 'fa:16:3e:00:00:02', tap: 'tapb0000002-00', v4: '10.0.0.2', v6: 'fd00::2' };
const SETS = budget({ commit: 250, soak: 1_000 });
const PROBES = 8;

/** Few values, close to each other: a probe is often just inside a rule, or just outside. */
const PORTS = [1, 21, 22, 23, 79, 80, 81, 443, 65_535];
const PREFIXES = {
  4: ['10.0.0.0/30', '10.0.0.1/32', '10.0.0.2/32', '10.0.0.2/31', '10.0.0.0/8', '0.0.0.0/0', '192.0.2.0/24'],
  6: ['fd00::/126', 'fd00::1/128', 'fd00::2/128', 'fd00::2/127', 'fd00::/8', '::/0', '2001:db8::/32'],
} as const;
const PROTOCOLS = { 4: [1, 6, 17, 132, 47, 89], 6: [58, 6, 17, 132, 47, 89] } as const;
/** Types that open a flow (linux: icmp_new, icmpv6 valid_new), and such as do not. */
const ICMP = { 4: { new: [8, 13], invalid: [0, 14] }, 6: { new: [128], invalid: [129] } } as const;
const REMOTES = [5, 6];

const TALK = [rule('egress'), rule('egress', { ipVersion: 6 })];

const remoteArbitrary = (version: 4 | 6) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    fc.constantFrom(...PREFIXES[version]).map((prefix) => ({ prefix })),
    fc.constantFrom(...REMOTES).map((n) => ({ group: groupId(n) })),
    fc.constantFrom(...REMOTES).map((n) => ({ addressGroup: groupId(n) })),
  );
const ports = fc.tuple(fc.constantFrom(...PORTS), fc.constantFrom(...PORTS)).map((pair) => {
  const [min, max] = pair.toSorted((a, b) => a - b) as [number, number];
  return { min, max };
});
const ruleArbitrary = fc.constantFrom<4 | 6>(4, 6).chain((ipVersion) =>
  fc
    .record({
      direction: fc.constantFrom<FilterRule['direction']>('ingress', 'ingress', 'egress'),
      protocol: fc.option(fc.constantFrom(...PROTOCOLS[ipVersion]), { freq: 2 }),
      remote: remoteArbitrary(ipVersion),
      ports: fc.option(ports),
      icmp: fc.option(
        fc.record({
          type: fc.constantFrom(...ICMP[ipVersion].new, ...ICMP[ipVersion].invalid),
          code: fc.option(fc.constantFrom(0, 1)),
        }),
      ),
    })
    .map(({ direction, protocol, remote, ports, icmp }) => {
      const isIcmp = protocol === (ipVersion === 4 ? 1 : 58);
      const withPorts = protocol !== null && [6, 17, 132].includes(protocol);
      return rule(direction, {
        ipVersion,
        protocol,
        remote,
        ports: withPorts ? ports : null,
        icmp: isIcmp ? icmp : null,
      });
    }),
);
const groupArbitrary = (n: number) =>
  fc
    .record({ rules: fc.array(ruleArbitrary, { maxLength: 5 }), stateful: fc.boolean() })
    .map((g) => group(n, g.rules, g.stateful));
const addresses = fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.0/30', 'fd00::1', 'fd00::2', 'fd00::/126', '10.0.0.9']);
const worldArbitrary = fc
  .record({
    groups: fc.tuple(...[1, 2, 3].map(groupArbitrary)),
    members: fc.array(fc.tuple(fc.constantFrom(...REMOTES), fc.constantFrom('p', 'q'), addresses), { maxLength: 4 }),
    addressGroups: fc.tuple(addresses, addresses),
    mayTalk: fc.boolean(),
    of: fc.record({ a: fc.subarray([1, 2, 3]), b: fc.subarray([1, 2, 3]) }),
  })
  .map(({ groups, members, addressGroups, of, mayTalk }) => {
    const world = new World();
    for (const each of groups) world.groups.set(each.id, each);
    // As a default group has it: else most probes would not even leave.
    const first = groups[0]!;
    if (mayTalk) world.groups.set(first.id, { ...first, rules: [...first.rules, ...TALK] });
    for (const [n, port, texts] of members) {
      const ports = world.members.get(groupId(n)) ?? new Map();
      world.members.set(groupId(n), ports.set(port, texts));
    }
    REMOTES.forEach((n, i) => world.addressGroups.set(groupId(n), addressGroups[i]!.map(prefix)));
    return { world, of };
  });
const prefix = (text: string): string => (text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);

const packetArbitrary = fc.constantFrom<4 | 6>(4, 6).chain((version) =>
  fc
    .record({
      protocol: fc.constantFrom(...PROTOCOLS[version]),
      destinationPort: fc.constantFrom(...PORTS, 24, 444),
      type: fc.constantFrom(...ICMP[version].new, ...ICMP[version].invalid),
      code: fc.constantFrom(0, 1),
      spoofed: fc.constantFrom(false, false, false, false, true),
    })
    .map((choice) => ({ version, ...choice })),
);

describe('the kernel and the reference', () => {
  let t: FilterBridge;
  let a: Omit<Party, 'policy'>;
  let b: Omit<Party, 'policy'>;
  beforeAll(() => {
    t = new FilterBridge();
    t.bridge(BRIDGE);
    t.driver.setNetwork(
      'net',
      filterOf(BRIDGE, {
        ports: [
          { device: A.tap, policy: null },
          { device: B.tap, policy: null },
        ],
      }),
    );
    t.pass();
    t.guest('a', A.tap, BRIDGE, A.mac, []);
    t.guest('b', B.tap, BRIDGE, B.mac, []);
    // Nothing but what the test sends.
    for (const name of ['a', 'b']) t.inGuest(name, 'sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1');
    a = { raw: t.raw('a'), mac: A.mac, address: A.v4 };
    b = { raw: t.raw('b'), mac: B.mac, address: B.v4 };
  });
  afterAll(() => {
    a.raw.close();
    b.raw.close();
    t.remove();
  });

  it(`agree on every probe of ${SETS} random sets of groups and rules`, async () => {
    let before: World | null = null;
    let flow = 1_024;
    let passed = 0;
    const samples = fc.sample(
      fc.tuple(worldArbitrary, fc.array(packetArbitrary, { minLength: PROBES, maxLength: PROBES })),
      { numRuns: SETS, seed: SEED },
    );
    for (const [{ world, of }, choices] of samples) {
      const [pa, pb] = [policy(A.mac, [A.v4, A.v6], of.a), policy(B.mac, [B.v4, B.v6], of.b)] as [
        PortPolicy,
        PortPolicy,
      ];
      world.tell(t.driver, before);
      t.driver.setNetwork(
        'net',
        filterOf(BRIDGE, {
          ports: [
            { device: A.tap, policy: pa },
            { device: B.tap, policy: pb },
          ],
        }),
      );
      t.pass();
      const packets = choices.map(({ version, protocol, destinationPort, type, code, spoofed }): Packet => {
        const isIcmp = protocol === (version === 4 ? 1 : 58);
        const isNew = !isIcmp || (ICMP[version].new as readonly number[]).includes(type);
        // Each probe is a flow of its own.
        flow = flow === 65_000 ? 1_024 : flow + 1;
        return {
          etherType: version === 4 ? 'ip' : 'ip6',
          sourceMac: A.mac,
          source: ip(spoofed ? (version === 4 ? '10.0.0.3' : 'fd00::3') : version === 4 ? A.v4 : A.v6),
          destination: ip(version === 4 ? B.v4 : B.v6),
          protocol,
          ...([6, 17, 132].includes(protocol) && { sourcePort: flow, destinationPort }),
          ...(isIcmp && { icmp: { type, code } }),
          state: isNew ? 'new' : 'invalid',
        };
      });
      const expected = packets.map((packet) => judge({ ...a, policy: pa }, { ...b, policy: pb }, packet, world).pass);
      const seen = await probe({ ...a, policy: pa }, { ...b, policy: pb }, packets);
      const wrong = packets.findIndex((_, i) => seen[i] !== expected[i]);
      if (wrong >= 0) {
        const rules =
          JSON.stringify([...world.groups.values()], null, 1) +
          JSON.stringify([[...world.members], [...world.addressGroups], of]);
        throw new Error(
          `expected ${expected[wrong]}: ${describePacket(packets[wrong]!)}\n${rules}\n${t.nft('list ruleset')}`,
        );
      }
      passed += seen.filter(Boolean).length;
      before = world;
    }
    // Neither all nor none: else it would have shown nothing.
    expect(passed / (SETS * PROBES)).toBeGreaterThan(0.03);
    expect(passed / (SETS * PROBES)).toBeLessThan(0.9);
  }, 180_000);
});
