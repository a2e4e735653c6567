import { readFileSync } from 'node:fs';
import { type FactValue, networkPortFact } from '@weft/contracts';
import {
  groupFacts,
  groupId,
  guest,
  mac,
  memberFacts,
  network,
  networkFacts,
  networkId,
  port,
  portFacts,
  portId,
  secured,
  securityRule,
  subnet,
  subnetId,
} from './support/facts';
import { eventually, LabNodes } from './support/lab-nodes';

const NET = networkId(1);
/** Members of the cluster on two hosts, a neighbour of the first, a client on a third, and the identity that the members share. */
const [FIRST, SECOND, NEIGHBOUR, CLIENT, IDENTITY] = [11, 21, 12, 31, 50];
const MEMBERS = [FIRST, SECOND];
const hostOf = (n: number): string => `host${Math.floor(n / 10)}`;
const ip = (n: number): string => `10.0.0.${n}`;
const VRRP = 112;

const RULES = [
  securityRule(1, 'egress'),
  securityRule(2, 'ingress', { protocol: 1 }),
  securityRule(3, 'ingress', { protocol: VRRP, remote: { group: groupId(1) } }),
];

/** What a member's user writes: VRRP between the members' own addresses, and the shared one with its own MAC address (RFC 5798). */
const keepalived = (n: number, priority: number): string => `
global_defs {
  vrrp_garp_master_refresh 5
}
vrrp_instance identity {
  interface eth0
  state BACKUP
  virtual_router_id 50
  priority ${priority}
  version 3
  advert_int 0.1
  use_vmac vip ${mac(IDENTITY)}
  vmac_xmit_base
  unicast_src_ip ${ip(n)}
  unicast_peer {
    ${MEMBERS.filter((other) => other !== n)
      .map(ip)
      .join('\n    ')}
  }
  virtual_ipaddress {
    ${ip(IDENTITY)}/24
  }
}
`;

describe('a cluster of policy targets (S-PT-1)', () => {
  let nodes: LabNodes;
  const onGuest = (n: number, command: string) => nodes.exec(hostOf(n), command, guest(n));
  const holds = async (n: number) => (await onGuest(n, 'ip -o -4 addr show')).includes(`${ip(IDENTITY)}/`);
  /** As a hypervisor takes an instance away: its device loses its carrier. */
  const cable = (n: number, state: 'up' | 'down') => onGuest(n, `ip link set eth0 ${state}`);
  const ping = async (from: number, count = 1): Promise<number> => {
    const said = await onGuest(from, `ping -q -c ${count} -i 0.01 -W 1 ${ip(IDENTITY)} || true`);
    return Number(/(\d+) received/.exec(said)?.[1] ?? 0);
  };

  beforeAll(async () => {
    nodes = await LabNodes.up(3);
    await Promise.all(nodes.list.map(({ name }) => nodes.startAgent(name)));
    const pairs = [{ ip: ip(IDENTITY), mac: mac(IDENTITY) }];
    const place = (n: number): Record<string, FactValue | null> => {
      const member = MEMBERS.includes(n);
      const addresses = [{ subnet: subnetId(4), ip: ip(n) }];
      return {
        ...portFacts(port(n, NET, hostOf(n), { addresses }), null, { ...secured(1), ...(member && { pairs }) }),
        ...memberFacts(1, n, [ip(n), ...(member ? [ip(IDENTITY)] : [])]),
      };
    };
    nodes.feed.put({
      ...networkFacts(network(NET, { subnets: [subnet(subnetId(4), '10.0.0.0/24')] })),
      ...groupFacts(1, RULES),
      ...Object.assign({}, ...[...MEMBERS, NEIGHBOUR, CLIENT].map(place)),
      [networkPortFact.key(NET, portId(IDENTITY))]: port(IDENTITY, NET, null, {
        mobile: true,
        addresses: [{ subnet: subnetId(4), ip: ip(IDENTITY) }],
      }),
    });
    for (const n of [...MEMBERS, NEIGHBOUR, CLIENT]) {
      await nodes.plug(hostOf(n), portId(n), mac(n));
      // A member speaks to its peers alone by its own address: all others it answers from the shared one, through its device.
      const others = MEMBERS.includes(n)
        ? `/32 dev eth0; ${MEMBERS.filter((other) => other !== n)
            .map((other) => `ip route add ${ip(other)}/32 dev eth0`)
            .join('; ')}`
        : '/24 dev eth0';
      await onGuest(n, `ip link set eth0 mtu 1450; ip addr add ${ip(n)}${others}`);
      await nodes.reported(hostOf(n), 'wired', portId(n), 'proven');
      await nodes.reported(hostOf(n), 'filtered', portId(n), 'proven');
    }
    for (const [n, priority] of [
      [FIRST, 250],
      [SECOND, 240],
    ] as const) {
      const file = `${nodes.home}/keepalived-${n}`;
      await onGuest(
        n,
        `cat >${file}.conf <<'END'\n${keepalived(n, priority)}END
keepalived -n -l -D -f ${file}.conf -p ${file}.pid -r ${file}.vrrp -c ${file}.check >${file}.log 2>&1 &`,
      );
    }
    const said = () => MEMBERS.map((n) => readFileSync(`${nodes.home}/keepalived-${n}.log`, 'utf8')).join('\n');
    await eventually('the first member holds the identity', () => holds(FIRST), 10_000, said);
  });
  // Its hosts end with all that runs in them.
  afterAll(() => nodes.down());

  it('answers at the shared addresses from whichever member holds them, wherever the client is', async () => {
    for (const client of [NEIGHBOUR, CLIENT])
      await eventually(`${client} reaches it`, async () => (await ping(client)) === 1);
  });

  it('is followed within a second when a member dies, and when it comes back', async () => {
    for (const [dying, taker] of [
      [FIRST, SECOND],
      [SECOND, FIRST],
    ] as const) {
      const talks = [NEIGHBOUR, CLIENT].map((client) => ping(client, 500));
      await new Promise((resolve) => setTimeout(resolve, 500));
      // The first has the greater priority: it takes the identity back.
      await cable(FIRST, dying === FIRST ? 'down' : 'up');
      if (taker === FIRST) await onGuest(FIRST, `ip route replace ${ip(SECOND)}/32 dev eth0`);
      // At one packet in 10 ms: fewer than a second's.
      for (const received of await Promise.all(talks)) expect(received).toBeGreaterThan(400);
      expect([await holds(taker), await holds(dying)]).toEqual([true, false]);
    }
  });

  it('lets nobody else send as its master', async () => {
    await onGuest(NEIGHBOUR, `ip link add link eth0 name mv address ${mac(IDENTITY)} type macvlan; ip link set mv up`);
    await onGuest(NEIGHBOUR, `ip addr add ${ip(IDENTITY)}/24 dev mv noprefixroute`);
    const seen = nodes.exec(
      hostOf(CLIENT),
      `timeout 3 tcpdump -lenni eth0 arp and ether src ${mac(IDENTITY)} and arp host ${ip(77)} 2>/dev/null || true`,
      guest(CLIENT),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    await onGuest(NEIGHBOUR, `ping -c 3 -i 0.1 -W 1 -I mv ${ip(77)} || true`);
    expect((await seen).trim()).toBe('');
  });
});
