import type { SegmentFact } from '@weft/contracts';
import { nodeFact, portAssignmentFact } from '@weft/contracts';
import { probeCapabilities } from '@weft/dataplane';
import { bridge, guest, mac, network, networkFacts, networkId, port, portFacts, portId, tap } from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const segment = (type: SegmentFact['type'], segmentationId: number | null = null): SegmentFact => ({
  id: `segment-${type}`,
  type,
  physicalNetwork: type === 'vxlan' ? null : 'physnet1',
  segmentationId,
});
/** Network n has the instances 10n + host. The MTU of all but the overlay is the card's own. */
const NETWORKS = {
  vlan100: { n: 1, mtu: 1500, segments: [segment('vlan', 100)] },
  vlan101: { n: 2, mtu: 1500, segments: [segment('vlan', 101)] },
  flat: { n: 3, mtu: 1500, segments: [segment('flat')] },
  vxlan: { n: 4, mtu: 1450, segments: [segment('vxlan', 77)] },
} as const;
type Name = keyof typeof NETWORKS;
const NAMES = Object.keys(NETWORKS) as Name[];
const HOSTS = ['host1', 'host2'] as const;
const bridgeOf = (name: Name): string => bridge(NETWORKS[name].n);
const instance = (name: Name, host: number): number => NETWORKS[name].n * 16 + host;
const vm = (name: Name, host: number): string => guest(instance(name, host));
const facts = (name: Name, more: object = {}) =>
  networkFacts(network(networkId(NETWORKS[name].n), { ...NETWORKS[name], ...more }));
const portOf = (name: Name, host: number, more: object = {}) =>
  port(instance(name, host), networkId(NETWORKS[name].n), `host${host}`, more);

describe(`VLAN, flat and VXLAN networks on one card (VLAN by ${probeCapabilities().vlan} here)`, () => {
  let nodes: LabNodes;

  /** Every network has the same addresses: what answers can only be of the same one. */
  const ping = async (name: Name, size: number, to = '10.1.0.2'): Promise<string> =>
    nodes.exec('host1', `ping -c 2 -i 0.1 -W 1 -s ${size} -M do ${to} || true`, vm(name, 1));
  const settled = async (host: string): Promise<number> => {
    const writes = async () => {
      nodes.feed.heartbeats.delete(host);
      await eventually('a heartbeat', () => nodes.feed.heartbeats.has(host));
      return nodes.feed.heartbeats.get(host)?.counts.writes ?? NaN;
    };
    const first = await writes();
    return (await writes()) - first;
  };

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    for (const [i, host] of HOSTS.entries()) {
      // The tunnel's endpoint is on the very card of the provider networks: in a VLAN of the operator's own.
      const tunnelIp = `10.97.0.${i + 1}`;
      await nodes.subInterface(host, 'eth1', 4000, 'under0');
      await nodes.exec(
        host,
        `ip addr add ${tunnelIp}/24 dev under0; ip link set under0 mtu 1500; ip link set under0p mtu 1500`,
      );
      nodes.feed.put({ [nodeFact.key(host)]: { host, tunnelIp, physicalNetworks: ['physnet1'] } });
      await nodes.startAgent(host, { WEFT_TUNNEL_IP: tunnelIp });
    }
    for (const name of NAMES) {
      nodes.feed.put({ ...facts(name), ...portFacts(portOf(name, 1)), ...portFacts(portOf(name, 2)) });
      for (const [i, host] of HOSTS.entries()) {
        const n = instance(name, i + 1);
        await nodes.plug(host, portId(n), mac(n));
        await nodes.exec(
          host,
          `ip link set eth0 mtu ${NETWORKS[name].mtu}; ip addr add 10.1.0.${i + 1}/24 dev eth0; ip addr add 10.1.${n}.${i + 1}/24 dev eth0`,
          vm(name, i + 1),
        );
        await nodes.reported(host, 'wired', portId(n), 'proven');
      }
    }
  });
  afterAll(() => nodes.down());

  it('SC-4.3 SC-4.4 SC-4.5 SC-4.6 puts into each bridge what its network type takes, and nothing else', async () => {
    const members = async (name: Name) =>
      (await nodes.exec('host1', `ls /sys/class/net/${bridgeOf(name)}/brif`)).trim().split('\n').sort();
    const tapOf = (name: Name) => tap(instance(name, 1));
    expect(await members('vlan100')).toEqual(['eth1.100', tapOf('vlan100')]);
    expect(await members('vlan101')).toEqual(['eth1.101', tapOf('vlan101')]);
    expect(await members('flat')).toEqual(['eth1', tapOf('flat')]);
    expect(await members('vxlan')).toEqual([tapOf('vxlan'), 'vxlan-77']);
  });

  it.each([
    ['vlan100', 1472, /ethertype 802.1Q.* vlan 100,/],
    ['vlan101', 1472, /ethertype 802.1Q.* vlan 101,/],
    ['flat', 1472, /ethertype IPv4/],
    ['vxlan', 1422, /vlan 4000,.*VXLAN.* vni 77/],
  ] as const)(
    '%s reaches between hosts with full frames, and the wire shows its segment',
    async (name, size, expected) => {
      const network = `10.1.${instance(name, 1)}`;
      await nodes.exec('host2', `ip addr add ${network}.2/24 dev eth0`, vm(name, 2));
      const capture = nodes.exec('host2', 'timeout 3 tcpdump -lenni eth1 -c 40 2>/dev/null || true');
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(await ping(name, size, `${network}.2`)).toContain('2 received');
      const lines = (await capture).split('\n');
      const echo = lines.findIndex((line) => line.includes(`${network}.1 > ${network}.2: ICMP echo request`));
      expect(echo).toBeGreaterThanOrEqual(0);
      // An encapsulated packet takes two lines of the capture.
      expect(`${lines[echo - 1]} ${lines[echo]}`).toMatch(expected);
      if (name === 'flat') expect(lines[echo]).not.toContain('802.1Q');
    },
  );

  it('keeps networks with the same addresses apart', async () => {
    await nodes.exec('host2', 'ip link set eth0 down', vm('vlan100', 2));
    expect(await ping('vlan100', 56)).toContain(' 0 received');
    expect(await ping('vlan101', 56)).toContain('2 received');
    await nodes.exec('host2', 'ip link set eth0 up', vm('vlan100', 2));
  });

  it('carries streams of TCP with the offloads of the cards on (checksums, segmentation, tags beside the frame)', async () => {
    for (const name of NAMES)
      expect(await nodes.throughput(['host1', vm(name, 1)], ['host2', vm(name, 2)], '10.1.0.2')).toBeGreaterThan(50);
  });

  it('lets no frame of an unknown VLAN into the flat network, nor an instance of it into a VLAN', async () => {
    const sniff = (host: string, netns: string) =>
      nodes.hosts.exec(host, ['sh', '-c', 'timeout 2 tcpdump -lenni eth0 2>/dev/null || true'], { netns });
    await nodes.subInterface('host2', 'eth1', 999, 'stray0');
    await nodes.subInterface('host1', 'eth0', 100, 'hop0', vm('flat', 1));
    await nodes.exec('host2', 'ip addr add 192.0.2.9/24 dev stray0');
    await nodes.exec('host1', 'ip addr add 192.0.2.1/24 dev hop0', vm('flat', 1));
    const captures = [sniff('host1', vm('flat', 1)), sniff('host2', vm('vlan100', 2)), sniff('host2', vm('flat', 2))];
    await new Promise((resolve) => setTimeout(resolve, 400));
    await nodes.exec('host2', 'ping -c 2 -i 0.1 -W 1 192.0.2.77 || true');
    await nodes.exec('host1', 'ping -c 2 -i 0.1 -W 1 192.0.2.88 || true', vm('flat', 1));
    const [flat1, vlan, flat2] = (await Promise.all(captures)) as [string, string, string];
    expect(flat1).toContain('vlan 100');
    expect(flat1).not.toContain('vlan 999');
    expect(vlan + flat2).not.toContain('192.0.2.88');
    await nodes.exec('host2', 'ip link del stray0');
    await nodes.exec('host1', 'ip link del hop0', vm('flat', 1));
  });

  it.each([
    ['a sub-interface', 'link', 'ip link del eth1.100'],
    ['its bridge membership', 'bridge-port', 'ip link set eth1.100 nomaster'],
    ['what connects it to the card', 'link', 'tc filter del dev eth1 ingress prio 100 || ip link del eth1.100'],
    ['its far end', 'link', 'ip link set eth1.100p down || ip link set eth1.100 down'],
    ['the rule for tagged frames', 'filter', 'nft delete table bridge weft_frames'],
  ])(
    'heals %s and reports it',
    async (_, kind, sabotage) => {
      nodes.feed.drift.length = 0;
      await nodes.exec('host1', sabotage);
      await eventually(
        `${kind} is reported as healed`,
        () => nodes.feed.drift.some((d) => d.kind === kind && d.healedAt),
        2_000,
        () => JSON.stringify(nodes.feed.drift) + nodes.log('host1'),
      );
      for (const name of ['vlan100', 'vlan101'] as const) expect(await ping(name, 1472)).toContain('2 received');
    },
    90_000,
  );

  it('writes nothing once it is settled, and nothing after a restart', async () => {
    expect(await settled('host1')).toBe(0);
    await nodes.stopAgent('host1', 'SIGKILL');
    expect(await ping('vlan100', 1472)).toContain('2 received');
    await nodes.startAgent('host1', { WEFT_TUNNEL_IP: '10.97.0.1' });
    await nodes.reported('host1', 'wired', portId(instance('vlan100', 1)), 'proven');
    nodes.feed.heartbeats.delete('host1');
    await eventually('a heartbeat', () => nodes.feed.heartbeats.has('host1'));
    expect(nodes.feed.heartbeats.get('host1')?.counts).toMatchObject({ writes: 0, pending: 0 });
  });

  it('SC-4.12 removes a sub-interface with its last port, its program on the card with it, and nothing of others', async () => {
    nodes.feed.put({ [portAssignmentFact.key('host1', portId(instance('vlan101', 1)))]: null });
    const state = () => nodes.exec('host1', 'ip -o link; tc filter show dev eth1 ingress 2>/dev/null || true');
    await eventually('eth1.101 is gone', async () => !/eth1\.101|weft pop 101 /.test(await state()));
    expect(await state()).toContain('under0');
    expect(await ping('vlan100', 1472)).toContain('2 received');
    expect(await ping('vxlan', 56)).toContain('2 received');
  });

  it("does not take an operator's own sub-interface for its own", async () => {
    await nodes.subInterface('host1', 'eth1', 102, 'eth1.102');
    const net = networkId(5);
    nodes.feed.put({
      ...networkFacts(network(net, { mtu: 1400, segments: [segment('vlan', 102)] })),
      ...portFacts(port(81, net, 'host1')),
    });
    await nodes.plug('host1', portId(81), mac(81));
    await nodes.reported('host1', 'wired', portId(81), 'error');
    expect(nodes.feed.report('host1', 'wired', portId(81))).toMatchObject({
      reason: 'kernel-refused',
      detail: expect.stringContaining('somebody else'),
    });
    await nodes.exec('host1', 'ip link del eth1.102');
    await nodes.reported('host1', 'wired', portId(81), 'proven');
  });

  it('says when a card cannot carry the MTU, and which physical network has no card', async () => {
    const [big, nowhere] = [networkId(6), networkId(7)];
    const elsewhere = { ...segment('vlan', 103), physicalNetwork: 'physnet9' };
    nodes.feed.put({
      ...networkFacts(network(big, { mtu: 9000, segments: [segment('vlan', 104)] })),
      ...networkFacts(network(nowhere, { segments: [elsewhere] })),
      ...portFacts(port(97, big, 'host1')),
      ...portFacts(port(113, nowhere, 'host1')),
    });
    await nodes.reported('host1', 'wired', portId(97), 'error');
    expect(nodes.feed.report('host1', 'wired', portId(97))?.detail).toContain('MTU');
    await nodes.reported('host1', 'wired', portId(113), 'error');
    expect(nodes.feed.report('host1', 'wired', portId(113))?.reason).toBe('no-physical-network');
  });
});

describe("VLAN and flat networks on the card of the node's own address", () => {
  let nodes: LabNodes;
  const [vlanNet, flatNet] = [networkId(1), networkId(2)];

  beforeAll(async () => {
    nodes = await LabNodes.up(1);
    await nodes.startAgent('host1', { WEFT_BRIDGE_MAPPINGS: 'physnet1:eth0' });
    nodes.feed.put({
      ...networkFacts(network(vlanNet, { mtu: 1500, segments: [segment('vlan', 100)] })),
      ...networkFacts(network(flatNet, { mtu: 1500, segments: [segment('flat')] })),
      ...portFacts(port(11, vlanNet, 'host1')),
      ...portFacts(port(12, flatNet, 'host1')),
    });
    for (const n of [11, 12]) await nodes.plug('host1', portId(n), mac(n));
  });
  afterAll(() => nodes.down());

  it('makes a sub-interface of it, and leaves the address where it is', async () => {
    await nodes.reported('host1', 'wired', portId(11), 'proven');
    expect(await nodes.exec('host1', 'ip -o addr show dev eth0')).toContain('10.99.0.1/24');
    expect(await nodes.exec('host1', 'ip -o link show dev eth0')).not.toContain('master');
  });

  it('refuses to put it into a flat network, and says why', async () => {
    await nodes.reported('host1', 'wired', portId(12), 'error');
    expect(nodes.feed.report('host1', 'wired', portId(12))?.detail).toBe('eth0 carries 10.99.0.1/24');
  });
});
