import { portAssignmentFact, qosPolicyFact } from '@weft/contracts';
import { probeCapabilities } from '@weft/dataplane';
import {
  bridge,
  guest,
  mac,
  network,
  networkFacts,
  networkId,
  port,
  portFacts,
  portId,
  tap,
  vxlan,
} from './support/facts';
import type { Place } from './support/lab-nodes';
import { LabNodes, eventually } from './support/lab-nodes';

/** The trunk's own network, and two in VLANs of the instance: one of a provider VLAN, one on the overlay. */
const NETWORKS = [
  { n: 1, segment: vxlan(51) },
  { n: 2, segment: { id: 's2', type: 'vlan', physicalNetwork: 'physnet1', segmentationId: 500 } },
  { n: 3, segment: vxlan(53) },
] as const;
/** Ports 11 (parent), 12 and 13 (VLANs 20 and 30 in it) on host1; 21, 22, 23 with taps of their own on host2. */
const [PARENT, SUB20, SUB30] = [11, 12, 13];
const VLANS = { [SUB20]: 20, [SUB30]: 30 };
const GUEST = guest(PARENT);
const subport = (n: number, vlan: number, more: object = {}) =>
  port(n, networkId(n - 10), 'host1', { subport: { parent: portId(PARENT), vlan }, ...more });

describe(`VLAN-aware instances (VLAN by ${probeCapabilities().vlan} here)`, () => {
  let nodes: LabNodes;
  const ping = (n: number) =>
    nodes.exec('host1', `ip neigh flush all; ping -c 2 -i 0.1 -W 1 -s 1372 -M do 10.${n}.0.2 || true`, GUEST);
  /** The instance's own VLAN interfaces, each with its subport's MAC. */
  const setUpGuest = async () => {
    await nodes.exec('host1', 'ip link set eth0 mtu 1450; ip addr add 10.1.0.1/24 dev eth0', GUEST);
    for (const [n, vlan] of Object.entries(VLANS)) {
      await nodes.subInterface('host1', 'eth0', vlan, `eth0.${vlan}`, GUEST);
      await nodes.exec(
        'host1',
        `ip link set eth0.${vlan} address ${mac(Number(n))}; ip addr add 10.${Number(n) - 10}.0.1/24 dev eth0.${vlan}`,
        GUEST,
      );
    }
  };

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await Promise.all([nodes.startAgent('host1'), nodes.startAgent('host2')]);
    for (const { n, segment } of NETWORKS) {
      nodes.feed.put({
        ...networkFacts(network(networkId(n), { mtu: 1450, segments: [segment] })),
        ...portFacts(port(20 + n, networkId(n), 'host2')),
      });
      await nodes.plug('host2', portId(20 + n), mac(20 + n));
      await nodes.exec('host2', `ip link set eth0 mtu 1450; ip addr add 10.${n}.0.2/24 dev eth0`, guest(20 + n));
    }
    nodes.feed.put({
      ...portFacts(port(PARENT, networkId(1), 'host1')),
      ...portFacts(subport(SUB20, 20)),
      ...portFacts(subport(SUB30, 30)),
    });
  });
  afterAll(() => nodes.down());

  it("says of subports that the tap is missing until the parent's is plugged in, and then proves them at once", async () => {
    for (const n of [PARENT, SUB20, SUB30]) {
      await nodes.reported('host1', 'wired', portId(n), 'absent');
      expect(nodes.feed.report('host1', 'wired', portId(n))?.reason).toBe('tap-missing');
    }
    await nodes.plug('host1', portId(PARENT), mac(PARENT));
    for (const n of [PARENT, SUB20, SUB30]) await nodes.reported('host1', 'wired', portId(n), 'proven');
    for (const n of [PARENT, SUB20, SUB30])
      expect(await nodes.exec('host1', `ip -o link show dev ${tap(n)}`)).toContain(`master ${bridge(n - 10)}`);
  });

  it("FX-04 carries each VLAN of the instance to its own network, and what is untagged to the parent's", async () => {
    await setUpGuest();
    const capture = nodes.exec('host1', `timeout 3 tcpdump -lenni ${tap(PARENT)} icmp or vlan 2>/dev/null || true`);
    await new Promise((resolve) => setTimeout(resolve, 400));
    for (const n of [1, 2, 3]) expect(await ping(n)).toContain('2 received');
    const seen = (await capture).split('\n').filter((line) => line.includes('echo request'));
    const of = (address: string) => seen.find((line) => line.includes(`> ${address}:`)) ?? '';
    expect(of('10.2.0.2')).toMatch(/vlan 20,/);
    expect(of('10.3.0.2')).toMatch(/vlan 30,/);
    expect(of('10.1.0.2')).toMatch(/ethertype IPv4/);
  });

  it("keeps the tags that the trunk does not know from the parent's network", async () => {
    await nodes.subInterface('host1', 'eth0', 77, 'eth0.77', GUEST);
    await nodes.exec('host1', 'ip addr add 10.77.0.1/24 dev eth0.77', GUEST);
    const sniff = nodes.exec('host2', 'timeout 2 tcpdump -lenni eth0 2>/dev/null || true', guest(21));
    await new Promise((resolve) => setTimeout(resolve, 400));
    await nodes.exec('host1', 'ping -c 2 -i 0.1 -W 1 10.77.0.2 || true; ping -c 1 -W 1 10.1.0.99 || true', GUEST);
    expect(await sniff).toContain('10.1.0.99');
    expect(await sniff).not.toContain('10.77.0.2');
    await nodes.exec('host1', 'ip link del eth0.77', GUEST);
  });

  it('closes a subport that is down, and that one alone', async () => {
    nodes.feed.put(portFacts(subport(SUB20, 20, { adminStateUp: false })));
    await nodes.reported('host1', 'wired', portId(SUB20), 'absent');
    expect(await ping(2)).toContain(' 0 received');
    for (const n of [1, 3]) expect(await ping(n)).toContain('2 received');
    nodes.feed.put(portFacts(subport(SUB20, 20)));
    await nodes.reported('host1', 'wired', portId(SUB20), 'proven');
    expect(await ping(2)).toContain('2 received');
  });

  it('follows a subport to another VLAN', async () => {
    const generation = nodes.feed.put(portFacts(subport(SUB20, 21)));
    await nodes.reported('host1', 'wired', portId(SUB20), 'proven', generation);
    expect(await ping(2)).toContain(' 0 received');
    await nodes.reported('host1', 'wired', portId(SUB20), 'proven', nodes.feed.put(portFacts(subport(SUB20, 20))));
    expect(await ping(2)).toContain('2 received');
    const programs = () => nodes.exec('host1', `tc filter show dev ${tap(PARENT)} ingress`);
    await eventually('nothing is left of the other VLAN', async () => !(await programs()).includes('weft pop 21 '));
  });

  it('wires all of them again when the instance is plugged in anew', async () => {
    await nodes.exec('host1', `ip link del ${tap(PARENT)}`);
    for (const n of [PARENT, SUB20, SUB30]) await nodes.reported('host1', 'wired', portId(n), 'absent');
    await nodes.exec('host1', `ip netns del ${GUEST}`);
    await nodes.plug('host1', portId(PARENT), mac(PARENT));
    for (const n of [PARENT, SUB20, SUB30]) await nodes.reported('host1', 'wired', portId(n), 'proven');
    await setUpGuest();
    for (const n of [1, 2, 3]) expect(await ping(n)).toContain('2 received');
  });

  it('holds a subport to its own limit, in both directions', async () => {
    const policy = 'd0000001-00aa-4000-8000-000000000001';
    const rate = { kbps: 10_000, burstKbit: 0, pps: null };
    const generation = nodes.feed.put({
      [qosPolicyFact.key(policy)]: { id: policy, egress: rate, ingress: rate, dscp: null },
      ...portFacts(subport(SUB20, 20), policy),
    });
    await nodes.reported('host1', 'wired', portId(SUB20), 'proven', generation);
    const instance: Place = ['host1', GUEST];
    const peer = (n: number): Place => ['host2', guest(20 + n)];
    for (const measured of [
      await nodes.throughput(instance, peer(2), '10.2.0.2'),
      await nodes.throughput(peer(2), instance, '10.2.0.1'),
    ]) {
      expect(measured).toBeGreaterThan(8.5);
      expect(measured).toBeLessThan(11);
    }
    for (const n of [1, 3]) expect(await nodes.throughput(instance, peer(n), `10.${n}.0.2`)).toBeGreaterThan(50);
  });

  it('writes nothing after a restart', async () => {
    await nodes.stopAgent('host1', 'SIGKILL');
    for (const n of [1, 2, 3]) expect(await ping(n)).toContain('2 received');
    await nodes.startAgent('host1');
    await nodes.reported('host1', 'wired', portId(SUB30), 'proven');
    nodes.feed.heartbeats.delete('host1');
    await eventually('a heartbeat', () => nodes.feed.heartbeats.has('host1'));
    expect(nodes.feed.heartbeats.get('host1')?.counts).toMatchObject({ writes: 0, pending: 0 });
    expect(nodes.feed.heartbeats.get('host1')?.capabilities).toMatchObject({ vlan: probeCapabilities().vlan });
  });

  it('removes the device of a subport that leaves the trunk, and nothing else', async () => {
    nodes.feed.put({ [portAssignmentFact.key('host1', portId(SUB30))]: null });
    await eventually(
      'it is gone',
      async () =>
        !(await nodes.exec('host1', `ip -o link; tc filter show dev ${tap(PARENT)} ingress`)).match(
          `${tap(SUB30)}|weft pop 30 `,
        ),
    );
    for (const n of [1, 2]) expect(await ping(n)).toContain('2 received');
  });
});
