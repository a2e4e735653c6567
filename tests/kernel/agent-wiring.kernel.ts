import { lan, mac, portFacts, portId } from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = lan(1, { '10.0.0.0/24': { enableDhcp: false } });

describe('wiring of instances over VXLAN', () => {
  let nodes: LabNodes;

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await Promise.all([nodes.startAgent('host1'), nodes.startAgent('host2')]);
    nodes.feed.put({
      ...NET.facts,
      ...portFacts(NET.port(11, 'host1')),
      ...portFacts(NET.port(21, 'host2')),
    });
  });
  afterAll(() => nodes.down());

  it('says that the tap is missing until it is plugged in, and then proves it at once', async () => {
    await nodes.reported('host1', 'wired', portId(11), 'absent');
    expect(nodes.feed.report('host1', 'wired', portId(11))?.reason).toBe('tap-missing');
    await nodes.plug('host1', portId(11), mac(11));
    await nodes.plug('host2', portId(21), mac(21));
    await nodes.reported('host1', 'wired', portId(11), 'proven');
    await nodes.reported('host2', 'wired', portId(21), 'proven');
  });

  it("holds exactly the entries which the other node's ports need", async () => {
    const fdb = await nodes.exec('host1', 'bridge fdb show dev vxlan-48 | grep -v "master.*permanent"');
    expect(normal(fdb)).toEqual([
      '00:00:00:00:00:00 dst 10.99.0.2 self permanent',
      'fa:16:3e:00:00:15 dst 10.99.0.2 self permanent',
      'fa:16:3e:00:00:15 master brqa0000001-00 static',
    ]);
    const neighbours = await nodes.exec('host1', 'ip neigh show dev brqa0000001-00');
    expect(normal(neighbours)).toEqual(['10.0.0.21 lladdr fa:16:3e:00:00:15 PERMANENT']);
  });

  it('lets the instances ping each other', async () => {
    await nodes.exec('host1', 'ip addr add 10.0.0.11/24 dev eth0; ip link set eth0 mtu 1450', 'vm-b000000b');
    await nodes.exec('host2', 'ip addr add 10.0.0.21/24 dev eth0; ip link set eth0 mtu 1450', 'vm-b0000015');
    expect(await nodes.exec('host1', 'ping -c 3 -i 0.1 -W 2 -s 1422 -M do 10.0.0.21', 'vm-b000000b')).toContain(
      '3 received',
    );
  });

  it('asks nobody for a known address: nothing but unicast between the two on the underlay', async () => {
    await nodes.exec('host1', 'ip neigh flush dev eth0', 'vm-b000000b');
    const capture = nodes.exec('host1', 'timeout 3 tcpdump -lnni eth0 -c 6 udp port 4789 2>/dev/null || true');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await nodes.exec('host1', 'ping -c 3 -i 0.1 -W 2 10.0.0.21', 'vm-b000000b');
    const packets = (await capture).split('\n').filter((line) => line.includes('VXLAN') || line.includes('ARP'));
    expect(packets.filter((line) => line.includes('ARP, Request who-has 10.0.0.21'))).toEqual([]);
    expect(packets.length).toBeGreaterThan(0);
  });

  it('does not bridge a tap that belongs to no port of this node', async () => {
    await nodes.plug('host1', portId(99), mac(99));
    await nodes.exec('host1', 'ip link set tapb0000063-00 mtu 1400');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await nodes.exec('host1', 'ip -o link show dev tapb0000063-00')).not.toContain('master');
  });

  it('takes a tap down and says so when its port is set down, and up again', async () => {
    nodes.feed.put(portFacts(NET.port(11, 'host1', { adminStateUp: false })));
    await nodes.reported('host1', 'wired', portId(11), 'absent');
    await eventually('the tap is down', async () =>
      (await nodes.exec('host1', 'ip link show tapb000000b-00')).includes('state DOWN'),
    );
    const generation = nodes.feed.put(portFacts(NET.port(11, 'host1')));
    await nodes.reported('host1', 'wired', portId(11), 'proven', generation);
  });

  it('removes everything of a network when its last port leaves', async () => {
    nodes.feed.put({ [`host.host1.port.${portId(11)}`]: null });
    const gone = async () => !(await nodes.exec('host1', 'ip -o link')).match(/brqa0000001-00|vxlan-48/);
    await eventually('bridge and tunnel are gone', gone);
    expect(await nodes.exec('host1', 'ip -o link show dev tapb000000b-00')).not.toContain('master');
  });
});

const normal = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .sort();
