import type { Packet } from '@weft/net';
import { FilterBridge, filterOf, group, groupId, policy, rule } from './support/filter-bridge';
import { type Party, probe } from './support/filter-probe';
import { ip } from './support/packets';

const BRIDGE = 'brqa0000001-00';
const [A, B, C] = [1, 2, 3].map((n) => ({
  name: `g${n}`,
  mac: `fa:16:3e:00:00:0${n}`,
  tap: `tapb000000${n}-00`,
  ip: `10.0.0.${n}`,
})) as [Guest, Guest, Guest];
interface Guest {
  readonly name: string;
  readonly mac: string;
  readonly tap: string;
  readonly ip: string;
}

const packet = (from: Guest, to: Guest, protocol: number, ports: readonly [number, number]): Packet => ({
  ...{ etherType: 'ip', sourceMac: from.mac, source: ip(from.ip), destination: ip(to.ip), protocol },
  ...{ sourcePort: ports[0], destinationPort: ports[1], state: 'new' },
});

describe('a flow that is known', () => {
  let t: FilterBridge;
  const parties = new Map<Guest, Party>();
  const sent = async (by: Guest, to: Guest, what: Packet) =>
    (await probe(parties.get(by)!, parties.get(to)!, [what]))[0];
  const reasonsOf = ({ tap }: Guest) =>
    t.node
      .run(() => t.driver.counts())!
      .drops.filter(({ device }) => device === tap)
      .map(({ reason }) => reason);
  /** A may begin, B may not; nothing else is allowed. */
  const apply = (stateful: boolean) => {
    t.driver.setGroup(groupId(1), group(1, [rule('egress')], stateful));
    t.driver.setGroup(groupId(2), group(2, [rule('ingress')], stateful));
    t.driver.setNetwork(
      'net',
      filterOf(BRIDGE, {
        ports: [A, B, C].map(({ tap, mac, ip: own }, i) => ({
          device: tap,
          policy: policy(mac, [own], [i === 1 ? 2 : 1]),
        })),
      }),
    );
    t.pass();
  };

  beforeAll(() => {
    t = new FilterBridge();
    t.bridge(BRIDGE);
    apply(true);
    for (const guest of [A, B, C]) {
      t.guest(guest.name, guest.tap, BRIDGE, guest.mac, []);
      t.inGuest(guest.name, 'sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1');
      parties.set(guest, { raw: t.raw(guest.name), mac: guest.mac, address: guest.ip, policy: null });
    }
  });
  afterAll(() => {
    for (const { raw } of parties.values()) raw.close();
    t.remove();
  });
  beforeEach(() => apply(true));

  it.each([
    ['TCP', 6, 4001],
    ['UDP', 17, 4002],
    ['SCTP', 132, 4003],
  ])('of %s has its replies, from those alone whose address it is', async (_, protocol, port) => {
    const [there, back] = [packet(A, B, protocol, [port, 80]), packet(B, A, protocol, [80, port])];
    expect(await sent(B, A, back)).toBe(false);
    expect(await sent(A, B, there)).toBe(true);
    expect(await sent(B, A, back)).toBe(true);
    expect(await sent(A, B, there)).toBe(true);
    // Into the same flow, by another port: under its own MAC address, and under that of the one whose flow it is.
    expect(await sent(C, B, { ...there, sourceMac: C.mac })).toBe(false);
    expect(await sent(C, B, there)).toBe(false);
    expect(await sent(C, A, { ...back, sourceMac: C.mac })).toBe(false);
    expect(new Set(reasonsOf(C))).toEqual(new Set(['spoofed-ip', 'spoofed-mac']));
    // Where nothing is remembered, each packet needs its rule.
    apply(false);
    expect(await sent(A, B, there)).toBe(true);
    expect(await sent(B, A, back)).toBe(false);
  });

  it('makes nobody a DHCP server', async () => {
    expect(await sent(A, B, packet(A, B, 17, [68, 67]))).toBe(true);
    expect(await sent(B, A, packet(B, A, 17, [67, 68]))).toBe(false);
    expect(reasonsOf(B)).toContain('rogue-dhcp');
  });
});
