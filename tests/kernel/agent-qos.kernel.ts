import type { QosFact } from '@weft/contracts';
import { qosPolicyFact } from '@weft/contracts';
import { guest, mac, network, networkFacts, networkId, port, portFacts, portId, tap } from './support/facts';
import type { Place } from './support/lab-nodes';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = networkId(1);
const POLICY = 'd0000001-00aa-4000-8000-000000000001';
/** 11 has the policy, 12 has none; both are on host1. 21 is on host2. */
const TAP = tap(11);
const IFB = `ifb${portId(11).slice(0, 11)}`;
const place = (n: number, host = 'host1'): Place => [host, guest(n)];
const rate = (kbps: number | null, pps: number | null = null) => ({ kbps, burstKbit: 0, pps });
const policy = (more: Partial<QosFact>): Record<string, QosFact> => ({
  [qosPolicyFact.key(POLICY)]: { id: POLICY, egress: null, ingress: null, dscp: null, ...more },
});
const limited = (more = {}) => portFacts(port(11, NET, 'host1', more), POLICY);

describe('quality of service', () => {
  let nodes: LabNodes;
  const wired = (generation: number) => nodes.reported('host1', 'wired', portId(11), 'proven', generation);
  const inForce = (what: string, shown: string) =>
    eventually(what, async () =>
      (await nodes.exec('host1', 'tc qdisc; nft list table bridge weft_frames')).includes(shown),
    );
  const state = () =>
    nodes.exec(
      'host1',
      `tc qdisc show dev ${TAP} | grep -v clsact; tc qdisc show dev ${IFB}; tc filter show dev ${TAP} ingress | grep -o 'weft shape'
ip -o link show dev ${IFB} | grep -o UP, | head -1`,
    );

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await Promise.all([nodes.startAgent('host1'), nodes.startAgent('host2')]);
    nodes.feed.put({
      ...networkFacts(network(NET)),
      ...limited(),
      ...portFacts(port(12, NET, 'host1')),
      ...portFacts(port(21, NET, 'host2')),
    });
    for (const [n, host] of [
      [11, 'host1'],
      [12, 'host1'],
      [21, 'host2'],
    ] as const) {
      await nodes.plug(host, portId(n), mac(n));
      await nodes.exec(
        host,
        `ip link set eth0 mtu 1450; ip addr add 10.0.0.${n}/24 dev eth0; ip addr add fd00::${n}/64 dev eth0 nodad`,
        place(n, host)[1],
      );
    }
    await nodes.reported('host1', 'wired', portId(12), 'proven');
    await nodes.reported('host2', 'wired', portId(21), 'proven');
  });
  afterAll(() => nodes.down());

  it('is not proven before the policy is known and in force', async () => {
    await nodes.reported('host1', 'wired', portId(11), 'pending');
    nodes.feed.put(policy({ egress: rate(10_000), ingress: rate(10_000) }));
    await nodes.reported('host1', 'wired', portId(11), 'proven');
    expect(await state()).toMatch(/tbf 5745: root .*rate 10Mbit.*\n.*tbf 5745: root .*rate 10Mbit.*\nweft shape\nUP,/);
  });

  it.each([
    [10, 'sends', 11, 12],
    [10, 'gets', 12, 11],
    [50, 'sends', 11, 12],
    [50, 'gets', 12, 11],
    [100, 'sends', 11, 12],
    [100, 'gets', 12, 11],
  ])('holds TCP to %d Mbit/s of what the instance %s, within a tenth', async (mbit, _, from, to) => {
    nodes.feed.put(policy({ egress: rate(mbit * 1000), ingress: rate(mbit * 1000) }));
    await inForce('the rate', `rate ${mbit}Mbit`);
    const measured = await nodes.throughput(place(from), place(to), `10.0.0.${to}`, 2);
    expect(measured).toBeGreaterThan(mbit * 0.9);
    expect(measured).toBeLessThan(mbit * 1.1);
  });

  it('FX-05 holds it towards another host as well, and each direction by its own rate', async () => {
    nodes.feed.put(policy({ egress: rate(20_000), ingress: rate(60_000) }));
    await inForce('the rate', 'rate 60Mbit');
    const sends = await nodes.throughput(place(11), place(21, 'host2'), '10.0.0.21', 2);
    const gets = await nodes.throughput(place(21, 'host2'), place(11), '10.0.0.11', 2);
    expect([sends > 18, sends < 22, gets > 54, gets < 66]).toEqual([true, true, true, true]);
  });

  it('changes rates without losing a packet', async () => {
    const ping = nodes.exec('host1', 'ping -c 300 -i 0.005 -q 10.0.0.12', place(11)[1]);
    for (let mbit = 10; mbit < 20; mbit++) {
      nodes.feed.put(policy({ egress: rate(mbit * 1000), ingress: rate(mbit * 1000) }));
      await inForce('the rate', `rate ${mbit}Mbit`);
    }
    expect(await ping).toContain('300 received');
  });

  it.each([
    ['sends', 11, 12, { egress: rate(null, 100) }],
    ['gets', 12, 11, { ingress: rate(null, 100) }],
  ] as const)('holds the instance to 100 packets a second of what it %s', async (_, from, to, limits) => {
    nodes.feed.put(policy(limits));
    await inForce('the limit', 'limit rate over 100/second');
    await nodes.exec('host1', `ping -c 1 -W 1 10.0.0.${to} || true`, place(from)[1]);
    // 600 a second for two seconds.
    const answer = await nodes.exec('host1', `ping -c 1200 -i 0.001666 -W 1 -q 10.0.0.${to} || true`, place(from)[1]);
    const [, received, time] = /, (\d+) received.* time (\d+)ms/.exec(answer) ?? [];
    const perSecond = Number(received) / (Number(time) / 1000);
    expect(perSecond).toBeGreaterThan(85);
    expect(perSecond).toBeLessThan(115);
  });

  it('marks what the instance sends, in both families, and nothing else', async () => {
    nodes.feed.put(policy({ dscp: 46 }));
    await inForce('the mark', 'dscp set ef');
    const capture = nodes.exec(
      'host1',
      'timeout 2 tcpdump -lvnni eth0 icmp or icmp6 2>/dev/null || true',
      place(12)[1],
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await nodes.exec('host1', 'ping -c 1 -W 1 -Q 1 10.0.0.12; ping -c 1 -W 1 fd00::12', place(11)[1])).toContain(
      ' 0% packet loss',
    );
    const seen = (await capture).replaceAll('\n    ', ' ').split('\n');
    const line = (what: string) => seen.find((each) => each.includes(what)) ?? '';
    // 46 << 2, and the two bits of ECN as the instance set them.
    expect(line('10.0.0.11 > 10.0.0.12: ICMP echo request')).toContain('tos 0xb9');
    expect(line('fd00::11 > fd00::12: [icmp6 sum ok] ICMP6, echo request')).toContain('class 0xb8');
    expect(line('10.0.0.12 > 10.0.0.11: ICMP echo reply')).not.toContain('tos 0xb8');
    expect(seen.join('\n')).not.toMatch(/bad cksum|sum wrong/);
  });

  it.each([
    ['the rate of what it gets', 'rate', `tc qdisc del dev ${TAP} root`],
    ['the rate of what it sends', 'rate', `tc qdisc del dev ${IFB} root`],
    ['another rate', 'rate', `tc qdisc change dev ${TAP} root handle 5745: tbf rate 1mbit burst 10kb latency 50ms`],
    ['the way through the queue', 'redirect', `tc filter del dev ${TAP} ingress prio 60000`],
    ['the queue', 'link', `ip link del ${IFB}`],
    ['the rules for frames', 'filter', 'nft flush table bridge weft_frames'],
  ])('heals %s and reports it', async (_, kind, sabotage) => {
    nodes.feed.put(policy({ egress: rate(10_000), ingress: rate(10_000), dscp: 46 }));
    await inForce('the rate', 'rate 10Mbit');
    await inForce('the mark', 'dscp set ef');
    await nodes.reported('host1', 'wired', portId(11), 'proven');
    const healthy = await state();
    nodes.feed.drift.length = 0;
    await nodes.exec('host1', sabotage);
    await eventually(
      `${kind} is reported as healed`,
      () => nodes.feed.drift.some((d) => d.kind === kind && d.healedAt),
      2_000,
      () => JSON.stringify(nodes.feed.drift) + nodes.log('host1'),
    );
    await eventually('the state is as before', async () => (await state().catch(() => '')) === healthy, 2_000);
    await inForce('the mark', 'dscp set ef');
  });

  it('writes nothing after a restart, and limits on while there is no agent', async () => {
    await nodes.stopAgent('host1', 'SIGKILL');
    expect(await nodes.throughput(place(11), place(12), '10.0.0.12', 3)).toBeLessThan(11);
    await nodes.startAgent('host1');
    await nodes.reported('host1', 'wired', portId(11), 'proven');
    nodes.feed.heartbeats.delete('host1');
    await eventually('a heartbeat', () => nodes.feed.heartbeats.has('host1'));
    expect(nodes.feed.heartbeats.get('host1')?.counts).toMatchObject({ writes: 0, pending: 0 });
  });

  it('follows the instance when it is plugged in anew', async () => {
    await nodes.exec('host1', `ip link del ${TAP}; ip netns del ${place(11)[1]}`);
    await nodes.reported('host1', 'wired', portId(11), 'absent');
    await nodes.plug('host1', portId(11), mac(11));
    await nodes.exec('host1', 'ip link set eth0 mtu 1450; ip addr add 10.0.0.11/24 dev eth0', place(11)[1]);
    await nodes.reported('host1', 'wired', portId(11), 'proven');
    expect(await nodes.throughput(place(11), place(12), '10.0.0.12', 3)).toBeLessThan(11);
  });

  it('takes everything back when the policy is not in force any more', async () => {
    await wired(nodes.feed.put(portFacts(port(11, NET, 'host1'))));
    await eventually(
      'nothing is left',
      async () =>
        !/5745:|ifb|weft shape|dscp/.test(
          await nodes.exec(
            'host1',
            `tc qdisc; ip -o link; tc filter show dev ${TAP} ingress; nft list table bridge weft_frames`,
          ),
        ),
    );
    expect(await nodes.throughput(place(11), place(12), '10.0.0.12', 3)).toBeGreaterThan(100);
  });
});
