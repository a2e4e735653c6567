import { bridge, dhcpFacts, lan, mac, portFacts, portId, vxlan } from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = lan(5, { '10.5.0.0/24': { gatewayIp: '10.5.0.1' } }, { segments: [vxlan(500)] });
const QDHCP = `qdhcp-${NET.id}`;
const BRIDGE = bridge(5);
/** The bar: found and healed within this time. */
const HEAL_MS = 2_000;

describe('drift', () => {
  let nodes: LabNodes;
  let healthy: string;

  const state = async (): Promise<string> => {
    // Name, MTU, bridge, up or not: not the numbers and addresses which a device that was made again has anew.
    const links =
      '.[] | select(.ifname | test("^(brq|vxlan-|tap)")) | "\\(.ifname) \\(.mtu) \\(.master) \\(.flags | index("UP") != null)"';
    const show = [
      `ip -j link show | jq -r '${links}' | sort`,
      'bridge fdb show dev vxlan-500 | grep -v "master.*permanent" | sort',
      'bridge -d link show dev vxlan-500 | grep -oE "(learning|neigh_suppress) (on|off)"',
      `ip neigh show dev ${BRIDGE} nud permanent | sort`,
      `ip -n ${QDHCP} -o addr show scope global | awk '{print $2, $4}' | sort`,
      `ip -n ${QDHCP} route show proto 87`,
      'pgrep -x dnsmasq | wc -l',
    ];
    // In the midst of healing a device may be missing: that is a state, too.
    return nodes.exec('host1', show.map((line) => `${line} || true`).join('\n'));
  };

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await nodes.startAgent('host1');
    nodes.feed.put({
      ...NET.facts,
      ...dhcpFacts('host1', NET.port(2, 'host1')),
      ...portFacts(NET.port(11, 'host1')),
      ...portFacts(NET.port(21, 'host2')),
    });
    await nodes.plug('host1', portId(11), mac(11));
    await nodes.reported('host1', 'wired', portId(11), 'proven');
    await nodes.reported('host1', 'dhcp', portId(21), 'proven');
    healthy = await state();
    expect(healthy).toContain('10.5.0.21 lladdr');
  });
  afterAll(() => nodes.down());

  it.each([
    ['a forwarding entry', 'fdb', `bridge fdb del ${mac(21)} dev vxlan-500 dst 10.99.0.2 self`],
    ["the bridge's entry", 'fdb', `bridge fdb del ${mac(21)} dev vxlan-500 master`],
    ['a flood entry', 'fdb', 'bridge fdb del 00:00:00:00:00:00 dev vxlan-500 dst 10.99.0.2 self'],
    [
      'a forwarding entry that points elsewhere',
      'fdb',
      `bridge fdb replace ${mac(21)} dev vxlan-500 dst 10.99.0.9 self`,
    ],
    ['a neighbour', 'neighbour', `ip neigh del 10.5.0.21 dev ${BRIDGE}`],
    ["a tap's bridge membership", 'bridge-port', 'ip link set tapb000000b-00 nomaster'],
    ['a tap that is down', 'link', 'ip link set tapb000000b-00 down'],
    ['a tunnel', 'link', 'ip link del vxlan-500'],
    ['a whole bridge', 'link', `ip link del ${BRIDGE}`],
    ['an MTU', 'link', 'ip link set vxlan-500 mtu 1400'],
    ['an address of the DHCP server', 'address', `ip -n ${QDHCP} addr del 10.5.0.2/24 dev ns-b0000002-00`],
    ["the DHCP server's device", 'link', 'ip link del tapb0000002-00'],
    ['a DHCP process', 'daemon', 'kill -9 $(pgrep -x dnsmasq)'],
    ['a DHCP process that is halted', 'daemon', 'kill -STOP $(pgrep -x dnsmasq)'],
    ['the DHCP namespace', 'netns', `ip netns del ${QDHCP}`],
  ])('heals %s within two seconds and reports it', async (_, kind, sabotage) => {
    nodes.feed.drift.length = 0;
    let now = '';
    await nodes.exec('host1', sabotage);
    await eventually(
      `${kind} is reported as healed`,
      () => nodes.feed.drift.some((d) => d.kind === kind && d.healedAt),
      HEAL_MS,
      () => JSON.stringify(nodes.feed.drift) + nodes.log('host1'),
    );
    await eventually(
      'the state is as before',
      async () => (now = await state()) === healthy,
      HEAL_MS,
      () => `${healthy}\n${now}`,
    );
    expect(nodes.feed.drift.find((drift) => drift.kind === kind)?.network).toBe(NET.id);
  });

  it('removes what somebody adds in our name, and leaves alone what is not ours', async () => {
    await nodes.exec(
      'host1',
      `bridge fdb add fa:16:3e:99:99:99 dev vxlan-500 dst 10.99.0.7 self
ip link add vxlan-777 type vxlan id 777 dstport 4789 local 10.99.0.1
ip link add brqffffffff-ff type bridge
ip link add br-mine type bridge
ip link add veth-mine type veth peer name veth-other; ip link set veth-mine master ${BRIDGE}`,
    );
    await eventually(
      'ours are swept',
      async () => !(await nodes.exec('host1', 'ip -o link')).match(/vxlan-777|brqffffffff/),
      4_000,
    );
    const left = await nodes.exec('host1', 'ip -o link; bridge fdb show dev vxlan-500');
    expect(left).not.toContain('fa:16:3e:99:99:99');
    expect(left).toContain('br-mine');
    expect(left).toMatch(new RegExp(`veth-mine.*master ${BRIDGE}`));
  });

  it('settles: after all that nothing is written any more', async () => {
    const writes = () => nodes.feed.heartbeats.get('host1')?.counts.writes;
    const beat = async () => {
      nodes.feed.heartbeats.delete('host1');
      await eventually('a heartbeat', () => writes() !== undefined);
      return writes();
    };
    const first = await beat();
    expect(await beat()).toBe(first);
  });
});
