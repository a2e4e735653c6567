import { waitUntil } from '@weft/testing';
import type { FilterRule, Packet, RuleRemote } from '@weft/net';
import { FilterBridge, filterOf, group, groupId, policy, rule } from './support/filter-bridge';
import { type Party, probe } from './support/filter-probe';
import { ip } from './support/packets';

const BRIDGE = 'brqa0000001-00';
type Family = 4 | 6;
const guest = (n: number) => ({
  name: `g${n}`,
  mac: `fa:16:3e:00:00:0${n}`,
  tap: `tapb000000${n}-00`,
  4: `10.0.0.${n}`,
  6: `fd00::${n}`,
});
/** 1 speaks to 2, which is on its host, and to 3, which is on another. */
const [SENDER, NEAR, FAR] = [guest(1), guest(2), guest(3)];
const ICMP = { 4: 1, 6: 58 } as const;
const ECHO = { 4: 8, 6: 128 } as const;
/** Another type that opens a flow: a timestamp, a node information query. */
const OTHER_TYPE = { 4: 13, 6: 139 } as const;
const MEMBERS = groupId(7);
const ADDRESSES = groupId(8);

type Probe = Pick<Packet, 'protocol' | 'destinationPort' | 'icmp'>;
const tcp = (port: number): Probe => ({ protocol: 6, destinationPort: port });
const udp = (port: number): Probe => ({ protocol: 17, destinationPort: port });
const sctp = (port: number): Probe => ({ protocol: 132, destinationPort: port });
const icmp = (family: Family, type: number, code = 0): Probe => ({ protocol: ICMP[family], icmp: { type, code } });
const plain = (protocol: number): Probe => ({ protocol });

interface Shape {
  readonly rule: Partial<FilterRule>;
  /** What must pass, and its neighbours, which must not. */
  readonly passes: readonly Probe[];
  readonly drops: readonly Probe[];
}

const port = (min: number, max = min) => ({ ports: { min, max } });
const shapes = (family: Family): Readonly<Record<string, Shape>> => ({
  'a TCP port': {
    rule: { protocol: 6, ...port(22) },
    passes: [tcp(22)],
    drops: [tcp(21), tcp(23), udp(22), sctp(22), plain(47)],
  },
  'a range of TCP ports': {
    rule: { protocol: 6, ...port(80, 90) },
    passes: [tcp(80), tcp(85), tcp(90)],
    drops: [tcp(79), tcp(91), udp(85)],
  },
  'all of TCP': { rule: { protocol: 6 }, passes: [tcp(1), tcp(65_535)], drops: [udp(1), icmp(family, ECHO[family])] },
  'a UDP port': { rule: { protocol: 17, ...port(53) }, passes: [udp(53)], drops: [udp(52), udp(54), tcp(53)] },
  'a range of SCTP ports': {
    rule: { protocol: 132, ...port(2905, 2906) },
    passes: [sctp(2905), sctp(2906)],
    drops: [sctp(2904), sctp(2907), tcp(2905)],
  },
  'an ICMP type and code': {
    rule: { protocol: ICMP[family], icmp: { type: ECHO[family], code: 0 } },
    passes: [icmp(family, ECHO[family])],
    drops: [icmp(family, ECHO[family], 1), icmp(family, OTHER_TYPE[family]), udp(8)],
  },
  'an ICMP type': {
    rule: { protocol: ICMP[family], icmp: { type: ECHO[family], code: null } },
    passes: [icmp(family, ECHO[family]), icmp(family, ECHO[family], 1)],
    drops: [icmp(family, OTHER_TYPE[family])],
  },
  'all of ICMP': { rule: { protocol: ICMP[family] }, passes: [icmp(family, ECHO[family])], drops: [tcp(1), plain(89)] },
  'a protocol by number': { rule: { protocol: 47 }, passes: [plain(47)], drops: [plain(89), tcp(47), udp(47)] },
  anything: { rule: {}, passes: [tcp(1), udp(1), sctp(1), plain(89), icmp(family, ECHO[family])], drops: [] },
});

/** Each holds the other side of the conversation, or its next neighbour alone. */
const remotes = (holds: boolean, other: { readonly [family in Family]: string }, family: Family) => ({
  prefix: { prefix: `${holds ? other[family] : next(other[family])}/${family === 4 ? 32 : 128}` },
  'prefix of many': {
    prefix: family === 4 ? (holds ? '10.0.0.0/24' : '10.0.1.0/24') : holds ? 'fd00::/64' : 'fd00:0:0:1::/64',
  },
  'group of one': { group: MEMBERS },
  'address group': { addressGroup: ADDRESSES },
});
const next = (address: string): string => address.replace(/\d$/, (digit) => String(Number(digit) + 5));

describe('each shape of a rule', () => {
  const nodes = [new FilterBridge(), new FilterBridge()];
  const parties = new Map<string, Omit<Party, 'policy'>>();
  const placeOf = (who: { readonly name: string }) => nodes[who.name === FAR.name ? 1 : 0]!;
  let flow = 1_024;

  beforeAll(async () => {
    const [here, there] = nodes as [FilterBridge, FilterBridge];
    for (const node of nodes) node.bridge(BRIDGE);
    // The wire between the hosts.
    here.node.ip(`link add wire0 type veth peer name wire0 netns ${there.node.name}`);
    for (const node of nodes) node.node.ip(`link set wire0 master ${BRIDGE} up`);
    for (const who of [SENDER, NEAR, FAR]) {
      const node = placeOf(who);
      node.guest(who.name, who.tap, BRIDGE, who.mac, []);
      // Nothing but what the test sends.
      node.inGuest(who.name, 'sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1');
      parties.set(who.name, { raw: node.raw(who.name), mac: who.mac, address: who[4] });
    }
    // The bridges hear of carriers by themselves.
    const forwards = ({ node }: FilterBridge) =>
      node
        .bridge('-o link show')
        .trim()
        .split('\n')
        .every((line) => line.includes('state forwarding'));
    await waitUntil('all devices carry', () => nodes.every(forwards) || 'a bridge does not forward yet');
  });
  afterAll(() => {
    for (const { raw } of parties.values()) raw.close();
    for (const node of nodes) node.remove();
  });

  /** What both hosts are told: the sender may do what `sends` says, both receivers get what `gets` says. */
  const apply = (sends: readonly FilterRule[], gets: readonly FilterRule[], stateful: boolean, members: string) => {
    for (const node of nodes) {
      const ports = [SENDER, NEAR, FAR].filter((who) => placeOf(who) === node);
      node.driver.setGroup(groupId(1), group(1, sends, stateful));
      node.driver.setGroup(groupId(2), group(2, gets, stateful));
      node.driver.setMember(MEMBERS, 'p', [members]);
      node.driver.setAddressGroup(ADDRESSES, [`${members}/${members.includes(':') ? 128 : 32}`]);
      node.driver.setNetwork(
        'net',
        filterOf(BRIDGE, {
          trusted: ['wire0'],
          ports: ports.map((who) => ({
            device: who.tap,
            policy: policy(who.mac, [who[4], who[6]], [who === SENDER ? 1 : 2]),
          })),
        }),
      );
      node.pass();
    }
  };

  const arrive = async (to: typeof NEAR, family: Family, probes: readonly Probe[]): Promise<boolean[]> => {
    const packets = probes.map((each): Packet => {
      flow = flow === 65_000 ? 1_024 : flow + 1;
      return {
        etherType: family === 4 ? 'ip' : 'ip6',
        sourceMac: SENDER.mac,
        source: ip(SENDER[family]),
        destination: ip(to[family]),
        ...each,
        ...(each.destinationPort !== undefined && { sourcePort: flow }),
        state: 'new',
      };
    });
    const party = (who: typeof NEAR): Party => ({ ...parties.get(who.name)!, policy: null });
    return probe(party(SENDER), party(to), packets);
  };

  const ANY = (direction: FilterRule['direction'], family: Family) => [rule(direction, { ipVersion: family })];
  const cases = [4, 6].flatMap((family) =>
    (['ingress', 'egress'] as const).flatMap((direction) =>
      [true, false].flatMap((stateful) =>
        [NEAR, FAR].map((to) => ({
          ...{ family: family as Family, direction, stateful, to },
          words: `IPv${family}, ${direction}, ${stateful ? 'stateful' : 'stateless'}, ${to === NEAR ? 'on one host' : 'across hosts'}`,
        })),
      ),
    ),
  );

  it.each(cases)(
    'lets pass what it says and not its neighbours: $words',
    async ({ family, direction, stateful, to }) => {
      const set = (own: Partial<FilterRule>, members: string) => {
        const made = [rule(direction, { ipVersion: family, ...own })];
        const [sends, gets] = direction === 'egress' ? [made, ANY('ingress', family)] : [ANY('egress', family), made];
        apply(sends, gets, stateful, members);
      };
      const seen: Record<string, readonly boolean[]> = {};
      const wanted: Record<string, readonly boolean[]> = {};
      for (const [name, { rule: own, passes, drops }] of Object.entries(shapes(family))) {
        set(own, '192.0.2.1');
        seen[name] = await arrive(to, family, [...passes, ...drops]);
        wanted[name] = [...passes.map(() => true), ...drops.map(() => false)];
        // The same of the other family is another rule.
        set(
          {
            ...own,
            ipVersion: family === 4 ? 6 : 4,
            ...(own.protocol === ICMP[family] && { protocol: 6, icmp: null }),
          },
          '192.0.2.1',
        );
        seen[`${name} of the other family`] = await arrive(to, family, passes);
        wanted[`${name} of the other family`] = passes.map(() => false);
      }
      const other = direction === 'egress' ? to : SENDER;
      for (const holds of [true, false]) {
        for (const [name, remote] of Object.entries(remotes(holds, other, family)) as [string, RuleRemote][]) {
          set({ protocol: 6, ...port(22), remote }, holds ? other[family] : next(other[family]));
          seen[`${name} ${holds}`] = await arrive(to, family, [tcp(22), tcp(23)]);
          wanted[`${name} ${holds}`] = [holds, false];
        }
      }
      expect(seen).toEqual(wanted);
    },
  );
});
