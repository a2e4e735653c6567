import { nodeFact } from '@weft/contracts';
import {
  bridge,
  dhcpFacts,
  guest,
  lan,
  mac,
  network,
  networkFacts,
  networkId,
  port,
  portFacts,
  portId,
  vxlan,
} from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = networkId(1);
const BRIDGE = bridge(1);
const VLAN = { id: 'segment-vlan', type: 'vlan', physicalNetwork: 'physnet1', segmentationId: 200 } as const;
const VXLAN = vxlan(90);

describe('a network of two segments', () => {
  let nodes: LabNodes;
  beforeAll(async () => {
    nodes = await LabNodes.up(3);
    // Only host1 has a card in the physical network; the others are on the overlay.
    for (const { name, tunnelIp } of nodes.list.slice(1))
      nodes.feed.put({ [nodeFact.key(name)]: { host: name, tunnelIp, physicalNetworks: [] } });
    nodes.feed.put(networkFacts(network(NET, { mtu: 1450, segments: [VLAN, VXLAN] })));
    for (const [i, { name }] of nodes.list.entries()) {
      await nodes.startAgent(name, i === 0 ? {} : { WEFT_BRIDGE_MAPPINGS: '' });
      nodes.feed.put(portFacts(port(i + 1, NET, name)));
      await nodes.plug(name, portId(i + 1), mac(i + 1));
      await nodes.exec(name, `ip link set eth0 mtu 1450; ip addr add 10.1.0.${i + 1}/24 dev eth0`, guest(i + 1));
    }
    for (const [i, { name }] of nodes.list.entries()) await nodes.reported(name, 'wired', portId(i + 1), 'proven');
  });
  afterAll(() => nodes.down());

  it('has each node on the segment that it can carry, and on no other', async () => {
    const ports = async (host: string) => nodes.exec(host, `ls /sys/class/net/${BRIDGE}/brif`);
    expect(await ports('host1')).toMatch(/eth1\.200/);
    expect(await nodes.exec('host1', 'ip -o link')).not.toContain('vxlan-90');
    for (const host of ['host2', 'host3']) expect(await ports(host)).toMatch(/vxlan-90/);
  });

  it('has forwarding entries among the nodes of one overlay segment alone', async () => {
    const fdb = () => nodes.exec('host2', 'bridge fdb show dev vxlan-90');
    await eventually('host2 knows of host3', async () => (await fdb()).includes(`${mac(3)} dst 10.99.0.3`));
    expect(await fdb()).not.toContain('10.99.0.1');
    expect(await nodes.exec('host2', 'ping -c 2 -i 0.1 -W 1 10.1.0.3', guest(2))).toContain('2 received');
    // What joins the segments (a router, or a gateway between them) is not the agents' to make.
    expect(await nodes.exec('host2', 'ping -c 1 -W 1 10.1.0.1 || true', guest(2))).toContain(' 0 received');
  });

  it('moves a node to the other segment when the first one is no more', async () => {
    nodes.feed.put(networkFacts(network(NET, { mtu: 1450, segments: [VXLAN] })));
    await eventually('host1 is on the overlay', async () =>
      (await nodes.exec('host1', `ls /sys/class/net/${BRIDGE}/brif`)).includes('vxlan-90'),
    );
    await eventually(
      'the sub-interface is gone',
      async () => !(await nodes.exec('host1', 'ip -o link')).includes('eth1.200'),
    );
    await eventually('host2 knows of host1', async () =>
      (await nodes.exec('host2', 'bridge fdb show dev vxlan-90')).includes(`${mac(1)} dst 10.99.0.1`),
    );
    expect(await nodes.exec('host2', 'ping -c 2 -i 0.1 -W 1 10.1.0.1', guest(2))).toContain('2 received');
  });
});

describe.each([
  ['VLAN', { id: 's', type: 'vlan', physicalNetwork: 'physnet1', segmentationId: 300 }],
  ['flat', { id: 's', type: 'flat', physicalNetwork: 'physnet1', segmentationId: null }],
  ['VXLAN', vxlan(91)],
] as const)('administrative state of a %s network', (_, segment) => {
  let nodes: LabNodes;
  const net = lan(1, { '10.1.0.0/24': {} }, { segments: [segment] });
  const down = lan(1, { '10.1.0.0/24': {} }, { segments: [segment], adminStateUp: false });
  const ping = (from: number, to: number) =>
    // What was asked for in vain is not asked for again for a while: each ping asks anew.
    nodes.exec('host1', `ip neigh flush dev eth0; ping -c 2 -i 0.1 -W 1 10.1.0.${to} || true`, guest(from));

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await Promise.all([nodes.startAgent('host1'), nodes.startAgent('host2')]);
    nodes.feed.put({
      ...net.facts,
      ...dhcpFacts('host1', net.port(9, 'host1')),
      ...portFacts(net.port(1, 'host1')),
      ...portFacts(net.port(2, 'host1')),
      ...portFacts(net.port(3, 'host2')),
    });
    for (const [n, host] of [
      [1, 'host1'],
      [2, 'host1'],
      [3, 'host2'],
    ] as const) {
      await nodes.plug(host, portId(n), mac(n));
      await nodes.exec(host, `ip link set eth0 mtu 1450; ip addr add 10.1.0.${n}/24 dev eth0`, guest(n));
      await nodes.reported(host, 'wired', portId(n), 'proven');
    }
    await nodes.reported('host1', 'dhcp', portId(1), 'proven');
  });
  afterAll(() => nodes.down());

  it('SC-5.17 down: nothing passes, between instances, from outside, or from DHCP; up: all is as before', async () => {
    for (const to of [2, 3, 9]) expect(await ping(1, to)).toContain('2 received');
    // What comes in from outside is heard by every instance; the other node goes on sending.
    const arrives = async () => {
      const seen = nodes.exec('host1', 'timeout 2 tcpdump -lnni eth0 arp 2>/dev/null || true', guest(2));
      await new Promise((resolve) => setTimeout(resolve, 400));
      await nodes.exec('host2', 'ping -c 1 -W 1 10.1.0.77 || true', guest(3));
      return (await seen).includes('who-has 10.1.0.77');
    };
    expect(await arrives()).toBe(true);
    await nodes.stopAgent('host2', 'SIGKILL');
    nodes.feed.put(down.facts);
    for (const n of [1, 2]) await nodes.reported('host1', 'wired', portId(n), 'absent');
    expect(nodes.feed.report('host1', 'wired', portId(1))?.reason).toBe('admin-down');
    await eventually(
      'there is no uplink',
      async () => !/eth1|vxlan-/.test(await nodes.exec('host1', `ls /sys/class/net/${BRIDGE}/brif`)),
    );
    expect(await arrives()).toBe(false);
    for (const to of [2, 3, 9]) expect(await ping(1, to)).toContain(' 0 received');
    expect(await nodes.exec('host1', 'ip netns; pgrep -x dnsmasq || true')).not.toMatch(/qdhcp|^\d+$/m);
    await nodes.startAgent('host2');
    await nodes.reported('host2', 'wired', portId(3), 'absent');

    nodes.feed.put(net.facts);
    for (const n of [1, 2]) await nodes.reported('host1', 'wired', portId(n), 'proven');
    await nodes.reported('host2', 'wired', portId(3), 'proven');
    await nodes.reported('host1', 'dhcp', portId(1), 'proven');
    for (const to of [2, 3, 9]) expect(await ping(1, to)).toContain('2 received');
  });

  it('a port that is down hears and says nothing, while the others go on', async () => {
    nodes.feed.put(portFacts(net.port(2, 'host1', { adminStateUp: false })));
    await nodes.reported('host1', 'wired', portId(2), 'absent');
    expect(await ping(1, 2)).toContain(' 0 received');
    expect(await ping(1, 3)).toContain('2 received');
    nodes.feed.put(portFacts(net.port(2, 'host1')));
    await nodes.reported('host1', 'wired', portId(2), 'proven');
    expect(await ping(1, 2)).toContain('2 received');
  });
});
