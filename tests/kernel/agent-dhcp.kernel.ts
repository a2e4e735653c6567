import { readFileSync } from 'node:fs';
import { dhcpAssignmentFact, networkPortFact } from '@weft/contracts';
import { lease } from './support/dhcp-clients';
import {
  dhcpFacts,
  mac,
  network,
  networkFacts,
  networkId,
  port,
  portFacts,
  portId,
  STATEFUL,
  subnet,
  subnetId,
  vxlan,
} from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = networkId(2);
const [V4, V6] = [subnetId(2), subnetId(3)];
const QDHCP = `qdhcp-${NET}`;
const at = (host: number, six = host) => ({
  addresses: [
    { subnet: V4, ip: `192.168.204.${host}` },
    { subnet: V6, ip: `fd00:204::${six.toString(16)}` },
  ],
});
const v4 = subnet(V4, '192.168.204.0/24', { gatewayIp: '192.168.204.1', dnsNameservers: ['9.9.9.9', '8.8.8.8'] });
const v6 = subnet(V6, 'fd00:204::/64', STATEFUL);
const net = (more = {}) =>
  network(NET, {
    segments: [vxlan(204)],
    dnsDomain: 'learningneutron.com',
    subnets: [v4, v6],
    ...more,
  });

describe('DHCP', () => {
  let nodes: LabNodes;
  const vm = 'vm-b0000034';

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await Promise.all([nodes.startAgent('host1'), nodes.startAgent('host2')]);
    nodes.feed.put({
      ...networkFacts(net()),
      ...dhcpFacts('host1', port(50, NET, 'host1', at(50))),
      ...dhcpFacts('host2', port(49, NET, 'host2', at(49))),
      ...portFacts(port(52, NET, 'host1', at(52))),
    });
    await nodes.plug('host1', portId(52), mac(52));
  });
  afterAll(() => nodes.down());

  it('SC-5.11 gives the DHCP port a namespace with its MAC, its addresses and the metadata address', async () => {
    await nodes.reported('host1', 'wired', portId(50), 'proven');
    const text = await nodes.exec('host1', `ip -n ${QDHCP} -o addr show dev ns-b0000032-00; ip -n ${QDHCP} link show`);
    for (const address of ['192.168.204.50/24', '169.254.169.254/16', 'fd00:204::32/64'])
      expect(text).toContain(address);
    // One node alone has the IPv6 one: the first by its port.
    expect(text).not.toContain('fe80::a9fe:a9fe');
    await nodes.reported('host2', 'wired', portId(49), 'proven');
    expect(await nodes.exec('host2', `ip -n ${QDHCP} -o addr show`)).toContain('fe80::a9fe:a9fe/64');
    expect(text).toContain(mac(50));
    expect(await nodes.exec('host1', `ip -n ${QDHCP} route show default`)).toContain('via 192.168.204.1');
    expect(await nodes.exec('host1', 'ip -o link show tapb0000032-00')).toContain('master brqa0000002-00');
  });

  it('SC-5.21 both nodes prove the reservation of every port', async () => {
    for (const host of ['host1', 'host2']) await nodes.reported(host, 'dhcp', portId(52), 'proven');
    const files = ['host1', 'host2'].map((host) => readFileSync(`${nodes.stateDir(host)}/dhcp/${NET}/host`, 'utf8'));
    expect(files[0]).toBe(files[1]);
    expect(files[0]).toBe(`${mac(52)},host-192-168-204-52.learningneutron.com,192.168.204.52,[fd00:204::34]\n`);
  });

  it('SC-5.13 SC-5.14 gives the lease with exactly these options', async () => {
    expect(await lease(nodes, 'host1', vm)).toEqual({
      ip: '192.168.204.52',
      mask: '24',
      subnet: '255.255.255.0',
      broadcast: '192.168.204.255',
      router: '192.168.204.1',
      dns: '9.9.9.9 8.8.8.8',
      domain: 'learningneutron.com',
      hostname: 'host-192-168-204-52',
      lease: '86400',
      mtu: '1450',
      serverid: expect.stringMatching(/^192\.168\.204\.(49|50)$/),
      siaddr: expect.stringMatching(/^192\.168\.204\.(49|50)$/),
      // T1 and T2: half and seven eighths of the lease.
      opt58: '0000a8c0',
      opt59: '00012750',
      staticroutes: expect.stringMatching(
        /^169\.254\.169\.254\/32 192\.168\.204\.(49|50) 0\.0\.0\.0\/0 192\.168\.204\.1$/,
      ),
    });
  });

  it('gives an unknown MAC nothing', async () => {
    await nodes.plug('host1', portId(77), mac(77));
    await nodes.exec('host1', 'ip link set tapb000004d-00 master brqa0000002-00');
    expect(await lease(nodes, 'host1', 'vm-b000004d')).toBeNull();
  });

  it('loads a new port by a signal, without a restart, and proves it within moments', async () => {
    const before = await nodes.exec('host1', 'pgrep -x dnsmasq');
    const generation = nodes.feed.put(portFacts(port(77, NET, 'host1', at(77))));
    await nodes.reported('host1', 'dhcp', portId(77), 'proven', generation);
    await nodes.reported('host2', 'dhcp', portId(77), 'proven', generation);
    expect((await lease(nodes, 'host1', 'vm-b000004d'))?.ip).toBe('192.168.204.77');
    expect(await nodes.exec('host1', 'pgrep -x dnsmasq')).toBe(before);
  });

  it('gives a freed address to another port: the old lease is released', async () => {
    nodes.feed.put({ [`network.${NET}.port.${portId(77)}`]: null, [`host.host1.port.${portId(77)}`]: null });
    const generation = nodes.feed.put(portFacts(port(78, NET, 'host1', at(77))));
    await nodes.reported('host1', 'dhcp', portId(78), 'proven', generation);
    await nodes.reported('host2', 'dhcp', portId(78), 'proven', generation);
    await nodes.plug('host1', portId(78), mac(78));
    await nodes.reported('host1', 'wired', portId(78), 'proven');
    expect((await lease(nodes, 'host1', 'vm-b000004e'))?.ip).toBe('192.168.204.77');
  });

  it('survives twenty changes and renewals in a row', async () => {
    const pid = await nodes.exec('host1', 'pgrep -x dnsmasq');
    for (let i = 0; i < 20; i++) {
      const generation = nodes.feed.put(portFacts(port(100 + i, NET, 'host2', at(100 + i))));
      await nodes.reported('host1', 'dhcp', portId(100 + i), 'proven', generation);
      if (i % 5 === 0) expect((await lease(nodes, 'host1', vm))?.ip).toBe('192.168.204.52');
    }
    expect(await nodes.exec('host1', 'pgrep -x dnsmasq')).toBe(pid);
    expect(nodes.feed.drift).toEqual([]);
  });

  it('answers for the names of instances', async () => {
    const query = `nslookup host-192-168-204-78.learningneutron.com 192.168.204.50 2>/dev/null || busybox nslookup host-192-168-204-77.learningneutron.com 192.168.204.50`;
    await nodes.exec('host1', 'ip addr replace 192.168.204.52/24 dev eth0', vm);
    expect(await nodes.exec('host1', query, vm)).toContain('192.168.204.77');
  });

  it("gives the IPv6 address by DHCPv6, told by an advertisement of nobody's router", async () => {
    const script =
      'dhclient -6 -1 -D LL -pf /run/d6.pid -lf /run/d6.leases -sf /bin/true eth0; grep iaaddr /run/d6.leases';
    expect(await nodes.exec('host1', script, vm)).toContain('fd00:204::34');
    expect(await nodes.exec('host1', 'ip -6 route show default', vm)).toBe('');
  });

  it("lets instances make their own addresses where the subnet says SLAAC, and is nobody's router", async () => {
    const slaac = {
      ...v6,
      id: subnetId(9),
      cidr: 'fd00:9::/64',
      ipv6RaMode: 'slaac',
      ipv6AddressMode: 'slaac',
    } as const;
    nodes.feed.put({
      ...networkFacts(net({ subnets: [v4, slaac] })),
      ...dhcpFacts(
        'host1',
        port(50, NET, 'host1', { addresses: [...at(50).addresses, { subnet: slaac.id, ip: 'fd00:9::2' }] }),
      ),
    });
    const address = 'fd00:9::f816:3eff:fe00:34/64';
    await nodes.exec(
      'host1',
      'sysctl -qw net.ipv6.conf.eth0.accept_ra=1; ip link set eth0 down; ip link set eth0 up',
      vm,
    );
    const has = async () => (await nodes.exec('host1', 'ip -6 addr show dev eth0', vm)).includes(address);
    await eventually('the instance has its address', has, 12_000);
    expect(await nodes.exec('host1', 'ip -6 route show default', vm)).toBe('');
    nodes.feed.put({ ...networkFacts(net()), ...dhcpFacts('host1', port(50, NET, 'host1', at(50))) });
  }, 30_000);

  it('comes to rest for a network without ports, and for one whose instances make all their addresses', async () => {
    const [empty, own] = [networkId(6), networkId(7)];
    const slaac = { ipv6RaMode: 'slaac', ipv6AddressMode: 'slaac' } as const;
    nodes.feed.put({
      ...networkFacts(network(empty, { segments: [vxlan(606)], subnets: [subnet(subnetId(6), '10.6.0.0/24')] })),
      ...networkFacts(network(own, { segments: [vxlan(607)], subnets: [subnet(subnetId(7), 'fd00:7::/64', slaac)] })),
      ...dhcpFacts('host1', port(60, empty, 'host1', { addresses: [{ subnet: subnetId(6), ip: '10.6.0.2' }] })),
      ...dhcpFacts('host1', port(61, own, 'host1', { addresses: [{ subnet: subnetId(7), ip: 'fd00:7::2' }] })),
    });
    const servers = async () => Number(await nodes.exec('host1', 'pgrep -cx dnsmasq || true'));
    await eventually('three servers run', async () => (await servers()) === 3);
    // Only what is said from now on counts.
    nodes.feed.heartbeats.delete('host1');
    await eventually(
      'nothing is pending',
      () => nodes.feed.heartbeats.get('host1')?.counts.pending === 0,
      10_000,
      () => nodes.log('host1'),
    );
    for (const [id, n] of [
      [empty, 60],
      [own, 61],
    ] as const) {
      nodes.feed.put({ [dhcpAssignmentFact.key('host1', id)]: null, [networkPortFact.key(id, portId(n))]: null });
    }
    await eventually('only the first server is left', async () => (await servers()) === 1);
  }, 30_000);

  it('SC-5.17 stops with the network and comes back with it', async () => {
    nodes.feed.put(networkFacts(net({ adminStateUp: false })));
    await nodes.reported('host1', 'dhcp', portId(52), 'absent');
    await nodes.reported('host1', 'wired', portId(52), 'absent');
    expect(nodes.feed.report('host1', 'dhcp', portId(52))?.reason).toBe('admin-down');
    await eventually('the namespace is gone', async () => !(await nodes.exec('host1', 'ip netns')).includes(QDHCP));
    expect(await nodes.exec('host1', 'pgrep -x dnsmasq || true')).toBe('');
    nodes.feed.put(networkFacts(net()));
    await nodes.reported('host1', 'wired', portId(52), 'proven');
    await nodes.reported('host1', 'dhcp', portId(52), 'proven');
    expect((await lease(nodes, 'host1', vm))?.ip).toBe('192.168.204.52');
  });

  it('SC-5.12 SC-5.20 has neither namespace nor server for a network without DHCP', async () => {
    nodes.feed.put(
      networkFacts(
        net({
          subnets: [
            { ...v4, enableDhcp: false },
            { ...v6, enableDhcp: false },
          ],
        }),
      ),
    );
    await eventually('the namespace is gone', async () => !(await nodes.exec('host2', 'ip netns')).includes(QDHCP));
    expect(await nodes.exec('host2', 'pgrep -x dnsmasq || true')).toBe('');
    await nodes.reported('host1', 'wired', portId(52), 'proven');
  });
});
