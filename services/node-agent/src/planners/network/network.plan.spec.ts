import type { FactValue, NetworkFact, PortFact, PortSecurityFact, SubnetFact } from '@weft/contracts';
import {
  dhcpAssignmentFact,
  networkFact,
  networkPortFact,
  nodeFact,
  portAssignmentFact,
  qosPolicyFact,
} from '@weft/contracts';
import fc from 'fast-check';
import { FactStore } from '../../state/fact.store';
import type { NodeProfile, Requirement } from '../planner';
import { NetworkPlanner } from './network.planner';
import { planNetwork } from './network.plan';

const NET = 'a0000001-00aa-4000-8000-000000000001';
const SUB4 = 'c0000004-00aa-4000-8000-000000000004';
const SUB6 = 'c0000006-00aa-4000-8000-000000000006';
const id = (n: number): string => `b00000${n}-00aa-4000-8000-0000000000${n}`;
const PROFILE: NodeProfile = {
  host: 'host1',
  tunnelIp: '10.99.0.1',
  bridgeMappings: { physnet1: 'eth1' },
  metadata: true,
  dhcp: { leaseTime: 86_400, resolvers: [] },
  capabilities: { vxlan: true, neighSuppress: true, vlan: 'bpf', shaping: true, filter: true },
};
const subnet = (more: Partial<SubnetFact> = {}): SubnetFact => ({
  id: SUB4,
  segmentId: null,
  ipVersion: 4,
  cidr: '10.0.0.0/24',
  gatewayIp: '10.0.0.1',
  enableDhcp: true,
  dnsNameservers: [],
  hostRoutes: [],
  ipv6RaMode: null,
  ipv6AddressMode: null,
  ...more,
});
const network = (more: Partial<NetworkFact> = {}): NetworkFact => ({
  id: NET,
  projectId: 'p',
  adminStateUp: true,
  mtu: 1450,
  segments: [{ id: 'segment-1', type: 'vxlan', physicalNetwork: null, segmentationId: 48 }],
  dnsDomain: 'example.org',
  subnets: [subnet()],
  ...more,
});
const port = (n: number, host: string | null, more: Partial<PortFact> = {}): PortFact => ({
  id: id(n),
  network: NET,
  mac: `FA:16:3E:00:00:${n}`,
  host,
  adminStateUp: true,
  deviceId: `vm${n}`,
  deviceOwner: 'compute:nova',
  projectId: 'p',
  addresses: [{ subnet: SUB4, ip: `10.0.0.${n}` }],
  dnsName: '',
  dhcpOptions: [],
  mobile: false,
  subport: null,
  ...more,
});

/** A network with an instance here (11), one elsewhere (21), and DHCP here (50). */
function situation(net: Partial<NetworkFact> = {}, here: Partial<PortFact> = {}): Record<string, FactValue> {
  return {
    [networkFact.key(NET)]: network(net),
    [networkPortFact.key(NET, id(11))]: port(11, 'host1', here),
    [networkPortFact.key(NET, id(21))]: port(21, 'host2'),
    [networkPortFact.key(NET, id(50))]: port(50, 'host1', { deviceOwner: 'network:dhcp' }),
    [portAssignmentFact.key('host1', id(11))]: { port: id(11), network: NET, qosPolicy: null, security: null },
    [dhcpAssignmentFact.key('host1', NET)]: { network: NET, port: id(50) },
    [nodeFact.key('host1')]: { host: 'host1', tunnelIp: '10.99.0.1', physicalNetworks: [] },
    [nodeFact.key('host2')]: { host: 'host2', tunnelIp: '10.99.0.2', physicalNetworks: [] },
  };
}

/** The plan, with what it desires of each driver. */
function plan(facts: Record<string, FactValue>, profile: NodeProfile = PROFILE) {
  const planner = new NetworkPlanner();
  const store = new FactStore([planner]);
  for (const [key, value] of Object.entries(facts)) store.put(key, { generation: 7, value });
  const { objects, requirements } = planNetwork(planner.networks.view(NET), profile);
  expect(planner.plan(NET, profile)).toEqual({ objects, requirements });
  const network = objects.filter?.[0];
  return {
    links: objects.link ?? [],
    buckets: objects.rate ?? [],
    redirects: objects.redirect ?? [],
    frames: objects.frames?.[0]?.ports ?? null,
    filter: network?.kind === 'network' ? network.filter : null,
    forwarding: objects.fdb ?? [],
    neighbours: objects.neighbour ?? [],
    namespace: objects.namespace?.[0] ?? null,
    dhcp: objects.dhcp?.[0] ?? null,
    requirements,
  };
}
const requirement = (requirements: readonly Requirement[], n: number, component: Requirement['component']) =>
  requirements.find(({ object, component: other }) => object.id === id(n) && other === component);

describe(planNetwork.name, () => {
  it('plans bridge, tunnel, the taps of this node, and three entries for each port elsewhere', () => {
    const planned = plan(situation());
    expect(planned.links.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'bridge brqa0000001-00',
      'vxlan vxlan-48',
      'tap tapb0000011-00',
      'veth tapb0000050-00',
    ]);
    expect(planned.forwarding).toEqual([
      { kind: 'tunnel', device: 'vxlan-48', mac: 'fa:16:3e:00:00:21', endpoint: '10.99.0.2' },
      { kind: 'bridge', device: 'vxlan-48', mac: 'fa:16:3e:00:00:21' },
      { kind: 'tunnel', device: 'vxlan-48', mac: '00:00:00:00:00:00', endpoint: '10.99.0.2' },
    ]);
    expect(planned.neighbours).toEqual([{ device: 'brqa0000001-00', ip: '10.0.0.21', mac: 'fa:16:3e:00:00:21' }]);
  });

  it('does not pin addresses that move: they are flooded to where ports of the network are, and learned (S-PT-1)', () => {
    const facts = situation();
    facts[networkPortFact.key(NET, id(21))] = port(21, 'host2', { mobile: true });
    const planned = plan(facts);
    expect(planned.neighbours).toEqual([]);
    expect(planned.forwarding).toMatchObject([{ kind: 'tunnel', mac: '00:00:00:00:00:00', endpoint: '10.99.0.2' }]);
    expect(planned.links).toContainEqual(expect.objectContaining({ kind: 'vxlan', learning: true }));
    expect(plan(situation()).links).toContainEqual(expect.objectContaining({ kind: 'vxlan', learning: false }));
  });

  it('floods only to nodes which host a port of the network', () => {
    const facts = {
      ...situation(),
      [nodeFact.key('host3')]: { host: 'host3', tunnelIp: '10.99.0.3', physicalNetworks: [] },
    };
    expect(JSON.stringify(plan(facts).forwarding)).not.toContain('10.99.0.3');
  });

  it('leaves ARP to flooding where the kernel cannot answer it', () => {
    const planned = plan(situation(), { ...PROFILE, capabilities: { ...PROFILE.capabilities, neighSuppress: false } });
    expect(planned.neighbours).toEqual([]);
    expect(planned.links[1]).toMatchObject({ kind: 'vxlan', neighSuppress: undefined });
  });

  it('requires the port at its generation, depending on each device', () => {
    expect(requirement(plan(situation()).requirements, 11, 'wired')).toEqual({
      object: { type: 'port', id: id(11) },
      component: 'wired',
      generation: 7,
      dependsOn: [
        { driver: 'link', key: 'brqa0000001-00' },
        { driver: 'link', key: 'vxlan-48' },
        { driver: 'link', key: 'tapb0000011-00' },
        { driver: 'frames', key: 'weft_frames' },
      ],
    });
  });

  it.each([
    [
      'an unmapped flat network',
      { segments: [{ id: 'segment-1', type: 'flat', physicalNetwork: 'nowhere', segmentationId: null }] },
      'no-physical-network',
    ],
  ] as [string, Partial<NetworkFact>, string][])('says why %s cannot be here', (_, net, reason) => {
    const planned = plan(situation(net));
    expect(planned.links).toEqual([]);
    expect(requirement(planned.requirements, 11, 'wired')?.dependsOn).toMatchObject({ state: 'error', reason });
    expect(requirement(planned.requirements, 11, 'dhcp')?.dependsOn).toMatchObject({ state: 'error', reason });
  });

  it('SC-4.3 hangs a sub-interface on the mapped card of a VLAN network', () => {
    const vlan = { id: 'segment-1', type: 'vlan', physicalNetwork: 'physnet1', segmentationId: 100 } as const;
    const planned = plan(situation({ segments: [vlan] }));
    expect(planned.links[1]).toEqual({
      ...{ kind: 'vlan', name: 'eth1.100', mtu: 1450, master: 'brqa0000001-00', up: true },
      ...{ parent: 'eth1', vid: 100, technique: 'bpf' },
    });
    expect(planned.forwarding).toEqual([]);
  });

  it('says that a VLAN network cannot be here where the kernel has no way to make it', () => {
    const vlan = { id: 'segment-1', type: 'vlan', physicalNetwork: 'physnet1', segmentationId: 100 } as const;
    const planned = plan(situation({ segments: [vlan] }), {
      ...PROFILE,
      capabilities: { ...PROFILE.capabilities, vlan: null },
    });
    expect(requirement(planned.requirements, 11, 'wired')?.dependsOn).toMatchObject({
      state: 'error',
      reason: 'unsupported-on-node',
    });
  });

  it('takes the first segment that this node can carry, and knows of other nodes only on that one', () => {
    const segments = [
      { id: 'here', type: 'vlan', physicalNetwork: 'physnet1', segmentationId: 100 },
      { id: 'there', type: 'vxlan', physicalNetwork: null, segmentationId: 48 },
    ] as const;
    const facts = situation({ segments });
    expect(plan(facts).links.map(({ name }) => name)).toContain('eth1.100');
    const overlayOnly = { ...PROFILE, bridgeMappings: {} };
    expect(JSON.stringify(plan(facts, overlayOnly).forwarding)).toContain('10.99.0.2');
    // A node with a card in the physical network is on the VLAN: nothing of it is behind the tunnel.
    facts[nodeFact.key('host2')] = { host: 'host2', tunnelIp: '10.99.0.2', physicalNetworks: ['physnet1'] };
    expect(plan(facts, overlayOnly)).toMatchObject({ forwarding: [], neighbours: [] });
  });

  it('puts the mapped card into the bridge of a flat network, and nothing else', () => {
    const planned = plan(
      situation({ segments: [{ id: 'segment-1', type: 'flat', physicalNetwork: 'physnet1', segmentationId: null }] }),
    );
    expect(planned.links[1]).toEqual({ kind: 'nic', name: 'eth1', master: 'brqa0000001-00' });
    expect(planned.forwarding).toEqual([]);
  });

  it('SC-5.17 closes the ports and the uplink of a network that is down, and ends its DHCP', () => {
    const planned = plan(situation({ adminStateUp: false }));
    expect(planned.links.find(({ kind }) => kind === 'tap')).toMatchObject({ up: false });
    expect(planned.links.map(({ kind }) => kind)).toEqual(['bridge', 'tap']);
    expect(planned.forwarding).toEqual([]);
    expect(planned.dhcp).toBeNull();
    expect(planned.namespace).toBeNull();
    expect(requirement(planned.requirements, 11, 'wired')?.dependsOn).toEqual({
      state: 'absent',
      reason: 'admin-down',
    });
  });

  it("hangs a subport of a trunk on its parent's tap, and makes its requirement depend on it", () => {
    const planned = plan(situation({}, { subport: { parent: id(33), vlan: 20 } }));
    expect(planned.links.find(({ name }) => name === 'tapb0000011-00')).toEqual({
      ...{ kind: 'vlan', name: 'tapb0000011-00', mtu: 1450, master: 'brqa0000001-00', up: true },
      ...{ parent: 'tapb0000033-00', vid: 20, technique: 'bpf' },
    });
    expect(requirement(planned.requirements, 11, 'wired')?.dependsOn).toContainEqual({
      driver: 'link',
      key: 'tapb0000011-00',
    });
  });

  it('holds a port to its policy where its device is: what it gets at the exit, what it sends by way of an ifb', () => {
    const facts = situation();
    facts[portAssignmentFact.key('host1', id(11))] = { port: id(11), network: NET, qosPolicy: 'q', security: null };
    expect(requirement(plan(facts).requirements, 11, 'wired')?.dependsOn).toMatchObject({ state: 'pending' });
    facts[qosPolicyFact.key('q')] = {
      id: 'q',
      egress: { kbps: 10_000, burstKbit: 800, pps: 1000 },
      ingress: { kbps: 50_000, burstKbit: 0, pps: null },
      dscp: 46,
    };
    const [tap, ifb] = ['tapb0000011-00', 'ifbb0000011-00'];
    const planned = plan(facts);
    expect(planned.buckets).toEqual([
      { device: tap, rate: 6_250_000, burst: 0 },
      { device: ifb, rate: 1_250_000, burst: 100_000 },
    ]);
    expect(planned.redirects).toEqual([{ device: tap, through: ifb }]);
    expect(planned.frames).toEqual([{ device: tap, egressPps: 1000, ingressPps: null, dscp: 46 }]);
    expect(requirement(planned.requirements, 11, 'wired')?.dependsOn).toEqual(
      expect.arrayContaining([
        { driver: 'rate', key: tap },
        { driver: 'rate', key: ifb },
        { driver: 'redirect', key: tap },
      ]),
    );
    const without = { ...PROFILE, capabilities: { ...PROFILE.capabilities, shaping: false } };
    expect(requirement(plan(facts, without).requirements, 11, 'wired')?.dependsOn).toMatchObject({
      reason: 'unsupported-on-node',
    });
  });

  it('SC-5.20 has no server where no subnet wants DHCP, and nothing to prove of it', () => {
    const planned = plan(situation({ subnets: [subnet({ enableDhcp: false })] }));
    expect(planned.namespace).toBeNull();
    expect(requirement(planned.requirements, 11, 'dhcp')?.dependsOn).toEqual({ state: 'proven' });
  });

  it('SC-5.15 routes metadata by the server, before the default route, unless the user says otherwise', () => {
    const routes = (more: Partial<SubnetFact>) => plan(situation({ subnets: [subnet(more)] })).dhcp?.subnets[0]?.routes;
    const metadata = { destination: '169.254.169.254/32', nexthop: '10.0.0.50' };
    const byGateway = { destination: '0.0.0.0/0', nexthop: '10.0.0.1' };
    expect(routes({})).toEqual([metadata, byGateway]);
    expect(routes({ gatewayIp: null })).toEqual([metadata]);
    const own = { destination: '169.254.169.254/32', nexthop: '10.0.0.9' };
    expect(routes({ hostRoutes: [own] })).toEqual([own, byGateway]);
  });

  it.each([
    ['dhcpv6-stateful', 'dhcpv6-stateful', { mode: 'static', advertise: true }],
    ['dhcpv6-stateless', 'dhcpv6-stateless', { mode: 'ra-stateless', advertise: true }],
    ['slaac', 'slaac', { mode: 'ra-only', advertise: true }],
    [null, 'dhcpv6-stateful', { mode: 'static', advertise: false }],
    [null, null, { mode: 'static', advertise: false }],
  ] as const)('serves IPv6 with ra %s and address %s as %j', (ipv6RaMode, ipv6AddressMode, expected) => {
    const v6 = subnet({ id: SUB6, ipVersion: 6, cidr: 'fd00::/64', gatewayIp: null, ipv6RaMode, ipv6AddressMode });
    const facts = situation({ subnets: [v6] });
    facts[networkPortFact.key(NET, id(50))] = port(50, 'host1', { addresses: [{ subnet: SUB6, ip: 'fd00::50' }] });
    expect(plan(facts).dhcp?.subnets).toMatchObject([expected]);
  });

  it('names every address of every port, by the port or by the address', () => {
    const server = plan(situation({}, { dnsName: 'web' })).dhcp;
    expect(server?.names).toEqual([
      { ip: '10.0.0.11', name: 'web' },
      { ip: '10.0.0.21', name: 'host-10-0-0-21' },
      { ip: '10.0.0.50', name: 'host-10-0-0-50' },
    ]);
    expect(server?.reservations.map(({ name }) => name)).toEqual(['web', null]);
  });

  it('FX-19 tells DNS servers in the order of the user, and where there are none, all DHCP servers', () => {
    const servers = (dnsNameservers: string[]) => {
      const facts = situation({ subnets: [subnet({ dnsNameservers })] });
      facts[networkPortFact.key(NET, id(40))] = port(40, 'host2', { deviceOwner: 'network:dhcp' });
      return plan(facts).dhcp?.subnets[0]?.dnsServers;
    };
    expect(servers(['8.8.8.8', '8.8.4.4'])).toEqual(['8.8.8.8', '8.8.4.4']);
    expect(servers([])).toEqual(['10.0.0.40', '10.0.0.50']);
  });

  it('FX-22 has the IPv6 metadata address on one node alone, the IPv4 one on each', () => {
    const addresses = (other: Partial<PortFact>) => {
      const facts = situation();
      facts[networkPortFact.key(NET, id(40))] = port(40, 'host2', { deviceOwner: 'network:dhcp', ...other });
      return plan(facts).namespace?.devices[0]?.addresses;
    };
    expect(addresses({})).toEqual(['10.0.0.50/24', '169.254.169.254/16']);
    expect(addresses({ adminStateUp: false })).toEqual(['10.0.0.50/24', '169.254.169.254/16', 'fe80::a9fe:a9fe/64']);
  });

  it("serves the subnets of this node's segment, and those of none", () => {
    const served = (segmentId: string | null) =>
      plan(situation({ subnets: [subnet({ segmentId })] })).dhcp?.subnets.length;
    expect([null, 'segment-1', 'segment-2'].map(served)).toEqual([1, 1, 0]);
  });

  it('has no IPv6 in a network whose MTU is below 1280', () => {
    const v6 = subnet({ id: SUB6, ipVersion: 6, cidr: 'fd00::/64', gatewayIp: null });
    const served = (mtu: number) => {
      const facts = situation({ mtu, subnets: [subnet(), v6] });
      const addresses = [
        { subnet: SUB4, ip: '10.0.0.50' },
        { subnet: SUB6, ip: 'fd00::50' },
      ];
      facts[networkPortFact.key(NET, id(50))] = port(50, 'host1', { addresses });
      return plan(facts).dhcp?.subnets.map(({ cidr }) => cidr);
    };
    expect(served(1280)).toEqual(['10.0.0.0/24', 'fd00::/64']);
    expect(served(1279)).toEqual(['10.0.0.0/24']);
  });

  it('does nothing for a network of which this node hosts nothing any more', () => {
    const facts = situation();
    delete facts[portAssignmentFact.key('host1', id(11))];
    delete facts[dhcpAssignmentFact.key('host1', NET)];
    expect(plan(facts)).toMatchObject({ links: [], forwarding: [], requirements: [], namespace: null });
  });

  it('gives the same plan in whatever order the facts came', () => {
    const entries = Object.entries(situation());
    const canonical = (planned: ReturnType<typeof plan>) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(planned).map(([k, v]) => [k, Array.isArray(v) ? v.map((x) => JSON.stringify(x)).sort() : v]),
        ),
      );
    const expected = canonical(plan(situation()));
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(canonical(plan(Object.fromEntries(shuffled)))).toBe(expected);
      }),
    );
  });

  it('keeps a port with security out of its bridge where the node cannot filter, and lets one without security in', () => {
    const profile = { ...PROFILE, capabilities: { ...PROFILE.capabilities, filter: false } };
    const facts = (security: PortSecurityFact | null) => ({
      ...situation(),
      [portAssignmentFact.key('host1', id(11))]: { port: id(11), network: NET, qosPolicy: null, security },
    });
    const closed = plan(facts({ groups: [], pairs: [] }), profile);
    expect(closed.links.filter(({ kind }) => kind === 'tap')).toEqual([]);
    for (const component of ['wired', 'filtered'] as const)
      expect(requirement(closed.requirements, 11, component)?.dependsOn).toMatchObject({
        state: 'error',
        reason: 'unsupported-on-node',
      });
    const open = plan(facts(null), profile);
    expect(open.filter).toBeNull();
    expect(requirement(open.requirements, 11, 'filtered')?.dependsOn).toEqual({ state: 'proven' });
  });

  it('lets a port be what its fact and its pairs say, and answers DHCP only from the servers of the network', () => {
    const pairs = [{ mac: 'FA:16:3E:00:00:99', ip: '10.9.0.7/16' }];
    const { filter } = plan({
      ...situation(),
      [portAssignmentFact.key('host1', id(11))]: {
        port: id(11),
        network: NET,
        qosPolicy: null,
        security: { groups: ['g'], pairs },
      },
    });
    expect(filter?.ports).toEqual([
      {
        device: expect.stringMatching(/^tap/) as string,
        policy: {
          macs: ['fa:16:3e:00:00:11', 'fa:16:3e:00:00:99'],
          identities: [
            { mac: 'fa:16:3e:00:00:11', ip: '10.0.0.11' },
            { mac: 'fa:16:3e:00:00:99', ip: '10.9.0.0/16' },
          ],
          groups: ['g'],
        },
      },
    ]);
    expect(filter?.dhcpServers).toEqual(['10.0.0.50', 'fe80::f816:3eff:fe00:50']);
    expect(filter?.trusted).toContain('vxlan-48');
  });
});
