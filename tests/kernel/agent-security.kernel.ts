import type { DropSample, FactValue, PortSecurityFact } from '@weft/contracts';
import { lease } from './support/dhcp-clients';
import {
  dhcpFacts,
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
  ruleId,
  secured,
  securityRule,
  subnet,
  subnetId,
  vxlan,
} from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = networkId(1);
/** Of another tenant, with the same addresses. */
const OTHER = networkId(2);
const hostOf = (n: number): string => (n >= 20 && n < 30 ? 'host2' : 'host1');
/** Ports 11 to 29 are in the network, 31 and 32 in the other tenant's. */
const v4 = (n: number): string => `10.0.0.${n > 30 ? n - 20 : n}`;
const v6 = (n: number): string => `fd00::${n > 30 ? n - 20 : n}`;
const instance = (n: number, security: PortSecurityFact | null): Record<string, FactValue> => {
  const addresses = [
    { subnet: subnetId(4), ip: v4(n) },
    { subnet: subnetId(6), ip: v6(n) },
  ];
  return portFacts(port(n, n > 30 ? OTHER : NET, hostOf(n), { addresses }), null, security);
};
const TALK = [securityRule(1, 'egress'), securityRule(2, 'egress', { ipVersion: 6 })];
const ICMP = [securityRule(3, 'ingress', { protocol: 1 }), securityRule(4, 'ingress', { protocol: 58, ipVersion: 6 })];

describe('security of ports', () => {
  let nodes: LabNodes;
  const ping = async (from: number, to: number, address = v4(to), count = 1): Promise<number> => {
    const said = await nodes.exec(...onGuest(from, `ping -q -c ${count} -i 0.05 -W 1 ${address} || true`));
    return Number(/(\d+) received/.exec(said)?.[1] ?? 0);
  };
  const onGuest = (n: number, command: string): [string, string, string] => [hostOf(n), command, guest(n)];
  const filtered = (n: number, state: string, generation?: number) =>
    nodes.reported(hostOf(n), 'filtered', portId(n), state, generation);
  /** Changes facts, and waits until the kernel of that host says so. */
  const change = async (facts: Record<string, FactValue | null>, host: string, shows: (ruleset: string) => boolean) => {
    nodes.feed.put(facts);
    await eventually('the kernel has it', async () =>
      shows(await nodes.exec(host, 'nft -a list table bridge weft_filter')),
    );
  };

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await Promise.all([nodes.startAgent('host1'), nodes.startAgent('host2')]);
    const subnets = [subnet(subnetId(4), '10.0.0.0/24'), subnet(subnetId(6), 'fd00::/64')];
    nodes.feed.put({
      ...networkFacts(network(NET, { subnets })),
      ...networkFacts(network(OTHER, { subnets, segments: [vxlan(49)] })),
    });
    nodes.feed.put(Object.assign({}, ...[11, 12, 13, 21, 31, 32].map((n) => instance(n, secured(1)))));
    for (const n of [11, 12, 13, 21, 31, 32]) {
      await nodes.plug(hostOf(n), portId(n), mac(n));
      await nodes.exec(
        ...onGuest(
          n,
          `ip link set eth0 mtu 1450; ip addr add ${v4(n)}/24 dev eth0; ip addr add ${v6(n)}/64 dev eth0 nodad`,
        ),
      );
    }
  }, 60_000);
  afterAll(() => nodes.down());

  it('SC-6.2 a port is closed until the rules of all its groups are known, and says so', async () => {
    await filtered(11, 'pending');
    expect(nodes.feed.report('host1', 'filtered', portId(11))).toMatchObject({
      reason: 'group-unknown',
      detail: groupId(1),
    });
    await nodes.reported('host1', 'wired', portId(11), 'proven');
    await nodes.reported('host1', 'wired', portId(12), 'proven');
    expect(await ping(11, 12)).toBe(0);
    nodes.feed.put(groupFacts(1, TALK));
    for (const n of [11, 12, 13, 21, 31, 32]) await filtered(n, 'proven');
  });

  it('SC-6.3, SC-6.5 an instance gets its address from its DHCP server on another host, whatever its groups allow', async () => {
    const server = port(2, NET, 'host2', { addresses: [{ subnet: subnetId(4), ip: '10.0.0.2' }] });
    nodes.feed.put(dhcpFacts('host2', server));
    await nodes.reported('host2', 'dhcp', portId(11), 'proven');
    expect(await lease(nodes, 'host1', guest(11))).toMatchObject({ ip: v4(11) });
  });

  it('SC-6.11 what a rule opens is open on the same host and on another, in both families; nothing else is', async () => {
    expect(await ping(11, 12)).toBe(0);
    await change(groupFacts(1, [...TALK, ...ICMP]), 'host2', (r) => r.includes(ruleId(4)));
    await change({}, 'host1', (r) => r.includes(ruleId(4)));
    for (const to of [12, 21]) {
      expect([await ping(11, to), await ping(11, to, v6(to))]).toEqual([1, 1]);
      const tcp = await nodes.exec(...onGuest(11, `timeout 1 bash -c '</dev/tcp/${v4(to)}/22' 2>&1 || echo $?`));
      // Silence, not a refusal: the instance itself would have refused at once.
      expect(tcp.trim()).toBe('124');
    }
  });

  it('SC-6.8 a member of a remote group is let in with one element, and cut off when it leaves, and no other flow with it', async () => {
    const sql = securityRule(10, 'ingress', { protocol: 1, remote: { group: groupId(9) } });
    await change({ ...groupFacts(1, [...TALK, sql]), ...memberFacts(9, 13, [v4(13)]) }, 'host1', (r) =>
      r.includes(ruleId(10)),
    );
    await eventually('13 is a member', async () => (await ping(13, 12)) === 1);
    expect(await ping(11, 12)).toBe(0);
    await change(memberFacts(9, 11, [v4(11)]), 'host1', (r) => r.includes(`elements = { ${v4(11)}, ${v4(13)} }`));
    expect(await ping(11, 12)).toBe(1);
    // Two flows under way; one loses its membership.
    const counted = (n: number) => nodes.exec(...onGuest(n, `ping -q -c 60 -i 0.05 -W 1 ${v4(12)} || true`));
    const [leaves, stays] = [counted(11), counted(13)];
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    nodes.feed.put(memberFacts(9, 11, null));
    const received = async (said: Promise<string>) => Number(/(\d+) received/.exec(await said)![1]);
    expect(await received(stays)).toBe(60);
    expect(await received(leaves)).toBeLessThan(40);
    expect(await received(leaves)).toBeGreaterThan(5);
    expect(await ping(11, 12)).toBe(0);
  }, 30_000);

  it('SC-6.9, SC-6.10 without port security all passes, also in somebody else’s name', async () => {
    expect(await ping(21, 12)).toBe(0);
    await filtered(12, 'proven', nodes.feed.put(instance(12, null)));
    expect(await ping(21, 12)).toBe(1);
    await nodes.exec(...onGuest(12, 'ip addr add 10.0.0.66/24 dev eth0'));
    await nodes.feed.put(groupFacts(1, [...TALK, ...ICMP]));
    await eventually('ICMP is open', async () => (await ping(12, 11)) === 1);
    expect(await nodes.exec(...onGuest(12, `ping -q -c 1 -W 1 -I 10.0.0.66 ${v4(11)} || true`))).toContain(
      ' 1 received',
    );
    await filtered(12, 'proven', nodes.feed.put(instance(12, secured(1))));
    expect(await nodes.exec(...onGuest(12, `ping -q -c 1 -W 1 -I 10.0.0.66 ${v4(11)} || true`))).toContain(
      ' 0 received',
    );
    await nodes.exec(...onGuest(12, 'ip addr del 10.0.0.66/24 dev eth0'));
  });

  it('two tenants with the same addresses on one host share nothing: no packet, no flow', async () => {
    expect(await ping(11, 12)).toBe(1);
    expect(await ping(31, 32, v4(32))).toBe(1);
    const flows = await nodes.exec('host1', `conntrack -L -p icmp -s ${v4(11)} 2>/dev/null; true`);
    const zones = new Set([...flows.matchAll(/zone=(\d+)/g)].map(([, zone]) => zone));
    expect(zones.size).toBe(2);
    // Only the other tenant has it at this address: 13 and 33 would be neighbours, were they in one network.
    expect(await ping(31, 13, v4(13))).toBe(0);
    // A flow of the one is cut, and that of the other, with the same addresses and ports, goes on.
    const running = nodes.exec(...onGuest(31, `ping -q -c 40 -i 0.05 -W 1 ${v4(32)} || true`));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await filtered(12, 'proven', nodes.feed.put(instance(12, secured())));
    expect(await running).toContain(' 40 received');
    expect(await ping(11, 12)).toBe(0);
    await filtered(12, 'proven', nodes.feed.put(instance(12, secured(1))));
  }, 30_000);

  it('tells why packets were dropped, and what rules have let pass, each packet once', async () => {
    nodes.feed.drops.length = 0;
    await nodes.exec(
      ...onGuest(
        11,
        `ip addr add 10.0.0.77/24 dev eth0; ping -q -c 3 -i 0.05 -W 1 -I 10.0.0.77 ${v4(12)} || true; ip addr del 10.0.0.77/24 dev eth0`,
      ),
    );
    await nodes.exec(...onGuest(11, `for i in 1 2 3; do bash -c 'echo x > /dev/udp/${v4(12)}/7'; done`));
    const batches = () => nodes.feed.drops;
    const told = (p: number, reason: string) =>
      batches()
        .flatMap(({ counts }) => counts)
        .filter((count) => count.port === portId(p) && count.reason === reason)
        .reduce((sum, { packets }) => sum + packets, 0);
    await eventually(
      'both are told',
      () => told(11, 'spoofed-ip') >= 3 && told(12, 'no-rule') >= 3,
      10_000,
      () =>
        `${JSON.stringify(batches())}\n${nodes
          .wholeLog('host1')
          .split('\n')
          .filter((l) => /traffic|pass failed/.test(l))
          .join('\n')}`,
    );
    // The kernel hands samples over in batches of its own.
    const sampled = (wanted: Partial<DropSample>) =>
      eventually(
        `a sample of ${wanted.reason}`,
        () =>
          batches()
            .flatMap(({ samples }) => samples)
            .some((sample) =>
              Object.entries(wanted).every(([key, value]) => sample[key as keyof DropSample] === value),
            ),
        10_000,
        () => JSON.stringify(batches()),
      );
    await sampled({
      ...{ port: portId(12), reason: 'no-rule', direction: 'ingress', protocol: 17, destinationPort: 7 },
      ...{ sourceIp: v4(11), sourceMac: mac(11), ethertype: 'IPv4' },
    });
    await sampled({ port: portId(11), reason: 'spoofed-ip', direction: 'egress', sourceIp: '10.0.0.77' });
    const passed = () =>
      [...nodes.feed.ruleCounts.values()].flatMap(({ rules }) => rules).filter(({ id }) => id === ruleId(3));
    await eventually('the rule for ICMP is counted', () => passed().length > 0);
  }, 30_000);

  it('does not let the bridge learn from frames that no rule sees (IEEE 802.1D link-local groups)', async () => {
    expect(await ping(21, 12)).toBe(1);
    const entry = async () =>
      (await nodes.exec('host1', `bridge fdb get ${mac(12)} br brq${NET.slice(0, 11)}`)).split(' dev ')[1];
    const before = await entry();
    // 11 takes the address of 12, towards where bridges speak with each other: 0x88cc is LLDP.
    const frame = `0180c200000e${mac(12).replaceAll(':', '')}88cc${'00'.repeat(46)}`;
    for (let n = 0; n < 3; n++) await nodes.sendFrame('host1', frame, guest(11));
    expect(await entry()).toBe(before);
    expect(await ping(21, 12)).toBe(1);
  });

  it('heals what somebody changes in its tables, and reports it', async () => {
    nodes.feed.drift.length = 0;
    await nodes.exec('host1', 'nft flush chain bridge weft_filter guard');
    await eventually(
      'it is healed',
      () => nodes.feed.drift.some((d) => d.what.includes('weft_filter') && d.healedAt),
      2_000,
      () => nodes.log('host1'),
    );
    expect(await nodes.exec('host1', 'nft list chain bridge weft_filter guard')).toContain('@macs');
    await nodes.exec('host1', 'nft delete table bridge weft_filter');
    await eventually(
      'it is there again',
      async () => (await nodes.exec('host1', 'nft list chain bridge weft_filter guard || true')).includes('@macs'),
      2_000,
    );
    await eventually('and lets pass what it must', async () => (await ping(11, 12)) === 1);
  });

  it('lets nothing pass to or from a device that it does not know', async () => {
    await nodes.exec(
      'host1',
      `ip netns add stranger; ip link add strange0 type veth peer name eth0 netns stranger; ip link set strange0 master brq${NET.slice(0, 11)} up
ip -n stranger link set eth0 up; ip -n stranger addr add 10.0.0.99/24 dev eth0`,
    );
    expect(await nodes.exec('host1', `ping -q -c 2 -i 0.1 -W 1 ${v4(11)} || true`, 'stranger')).toContain(
      ' 0 received',
    );
    await nodes.exec('host1', 'ip link del strange0; ip netns del stranger');
  });

  it('is killed and started anew under 10,000 packets a second: nothing is lost, and nothing passes that must not', async () => {
    await change(
      groupFacts(1, [...TALK, ...ICMP, securityRule(20, 'ingress', { protocol: 17, ports: { min: 5000, max: 5000 } })]),
      'host1',
      (r) => r.includes(ruleId(20)),
    );
    const listen = `let bad = 0; const d = require('dgram');
const s = d.createSocket('udp4').bind(5000); s.on('message', () => {});
const f = d.createSocket('udp4').bind(5001); f.on('message', () => bad++);
setTimeout(() => { console.log(bad); process.exit(); }, 7000);`;
    const send = `const s = require('dgram').createSocket('udp4'); let sent = 0; const begun = Date.now();
const timer = setInterval(() => {
  const due = Math.min(50000, (Date.now() - begun) * 10);
  while (sent < due) { s.send('x', 5000, '${v4(12)}'); sent++; if (sent % 100 === 0) s.send('x', 5001, '${v4(12)}'); }
  if (sent === 50000) { clearInterval(timer); setTimeout(() => { console.log(sent); process.exit(); }, 500); }
}, 1);`;
    const received = async () =>
      Number(
        await nodes.exec(
          ...onGuest(
            12,
            'cat /sys/class/net/eth0/statistics/rx_packets 2>/dev/null || ip -s -j link show eth0 | jq .[0].stats64.rx.packets',
          ),
        ),
      );
    const run = (n: number, script: string) =>
      nodes.hosts.exec(hostOf(n), [process.execPath, '-e', script], { netns: guest(n), timeoutMs: 20_000 });
    await ping(11, 12);
    const listening = run(12, listen);
    await eventually('it listens', async () => (await nodes.exec(...onGuest(12, 'ss -uln'))).includes(':5001'));
    const before = await received();
    const sending = run(11, send);
    for (let i = 0; i < 2; i++) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await nodes.stopAgent('host1', 'SIGKILL');
      await nodes.startAgent('host1');
    }
    const sent = Number(await sending);
    expect((await received()) - before).toBeGreaterThanOrEqual(sent);
    expect(Number(await listening)).toBe(0);
    await filtered(11, 'proven');
    nodes.feed.heartbeats.delete('host1');
    await eventually('a heartbeat', () => nodes.feed.heartbeats.has('host1'));
    expect(nodes.feed.heartbeats.get('host1')?.counts).toMatchObject({ writes: 0, pending: 0 });
  }, 40_000);

  it('takes its tables back when no instance is here any more', async () => {
    const gone = [11, 12, 13, 31, 32].flatMap((n) => Object.keys(instance(n, null)));
    nodes.feed.put(Object.fromEntries(gone.map((key) => [key, null])));
    await eventually(
      'no table is left',
      async () => !(await nodes.exec('host1', 'nft list tables')).includes('weft_filter'),
    );
  });
});
