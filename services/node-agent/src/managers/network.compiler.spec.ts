import type { FactValue, NetworkFact, PortFact, SubnetFact } from '@weft/contracts';
import { factKey } from '@weft/contracts';
import fc from 'fast-check';
import { FactStore } from '../state/fact.store';
import { compileNetwork } from './network.compiler';
import type { Claim, NodeProfile } from './plan.types';

const NET = 'a0000001-00aa-4000-8000-000000000001';
const SUB4 = 'c0000004-00aa-4000-8000-000000000004';
const SUB6 = 'c0000006-00aa-4000-8000-000000000006';
const id = (n: number): string => `b00000${n}-00aa-4000-8000-0000000000${n}`;
const PROFILE: NodeProfile = {
  host: 'host1',
  tunnelIp: '10.99.0.1',
  bridgeMappings: { physnet1: 'eth1' },
  metadata: true,
  capabilities: { vxlan: true, neighSuppress: true },
};
const subnet = (more: Partial<SubnetFact> = {}): SubnetFact => ({
  id: SUB4,
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
  segment: { type: 'vxlan', physicalNetwork: null, segmentationId: 48 },
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
  ...more,
});

/** A network with an instance here (11), one elsewhere (21), and DHCP here (50). */
function situation(net: Partial<NetworkFact> = {}, here: Partial<PortFact> = {}): Record<string, FactValue> {
  return {
    [factKey.network(NET)]: network(net),
    [factKey.networkPort(NET, id(11))]: port(11, 'host1', here),
    [factKey.networkPort(NET, id(21))]: port(21, 'host2'),
    [factKey.networkPort(NET, id(50))]: port(50, 'host1', { deviceOwner: 'network:dhcp' }),
    [factKey.portAssignment('host1', id(11))]: { port: id(11), network: NET },
    [factKey.dhcpAssignment('host1', NET)]: { network: NET, port: id(50) },
    [factKey.vtep('host1')]: { host: 'host1', address: '10.99.0.1' },
    [factKey.vtep('host2')]: { host: 'host2', address: '10.99.0.2' },
  };
}

function compile(facts: Record<string, FactValue>, profile: NodeProfile = PROFILE) {
  const store = new FactStore();
  for (const [key, value] of Object.entries(facts)) store.put(key, { generation: 7, value });
  return compileNetwork(store.view(NET), profile);
}
const claim = (claims: readonly Claim[], n: number, component: Claim['component']) =>
  claims.find((c) => c.port === id(n) && c.component === component);

describe('compileNetwork', () => {
  it('plans bridge, tunnel, the taps of this node, and three entries for each port elsewhere', () => {
    const plan = compile(situation());
    expect(plan.links.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'bridge brqa0000001-00',
      'vxlan vxlan-48',
      'tap tapb0000011-00',
      'veth tapb0000050-00',
    ]);
    expect(plan.forwarding).toEqual([
      { kind: 'tunnel', device: 'vxlan-48', mac: 'fa:16:3e:00:00:21', endpoint: '10.99.0.2' },
      { kind: 'bridge', device: 'vxlan-48', mac: 'fa:16:3e:00:00:21' },
      { kind: 'tunnel', device: 'vxlan-48', mac: '00:00:00:00:00:00', endpoint: '10.99.0.2' },
    ]);
    expect(plan.neighbours).toEqual([{ device: 'brqa0000001-00', ip: '10.0.0.21', mac: 'fa:16:3e:00:00:21' }]);
  });

  it('floods only to nodes which host a port of the network', () => {
    const facts = { ...situation(), [factKey.vtep('host3')]: { host: 'host3', address: '10.99.0.3' } };
    expect(JSON.stringify(compile(facts).forwarding)).not.toContain('10.99.0.3');
  });

  it('leaves ARP to flooding where the kernel cannot answer it', () => {
    const plan = compile(situation(), { ...PROFILE, capabilities: { vxlan: true, neighSuppress: false } });
    expect(plan.neighbours).toEqual([]);
    expect(plan.links[1]).toMatchObject({ kind: 'vxlan', neighSuppress: undefined });
  });

  it('claims at the generation of the port, resting on each device', () => {
    expect(claim(compile(situation()).claims, 11, 'wired')).toEqual({
      port: id(11),
      component: 'wired',
      generation: 7,
      rests: { links: ['brqa0000001-00', 'vxlan-48', 'tapb0000011-00'], tap: 'tapb0000011-00' },
    });
  });

  it.each([
    [
      'a VLAN network',
      { segment: { type: 'vlan', physicalNetwork: 'physnet1', segmentationId: 7 } },
      'unsupported-on-node',
    ],
    [
      'an unmapped flat network',
      { segment: { type: 'flat', physicalNetwork: 'nowhere', segmentationId: null } },
      'no-physical-network',
    ],
  ] as [string, Partial<NetworkFact>, string][])('says why %s cannot be here', (_, net, reason) => {
    const plan = compile(situation(net));
    expect(plan.links).toEqual([]);
    expect(claim(plan.claims, 11, 'wired')?.rests).toMatchObject({ state: 'error', reason });
    expect(claim(plan.claims, 11, 'dhcp')?.rests).toMatchObject({ state: 'error', reason });
  });

  it('puts the mapped card into the bridge of a flat network, and nothing else', () => {
    const plan = compile(situation({ segment: { type: 'flat', physicalNetwork: 'physnet1', segmentationId: null } }));
    expect(plan.links[1]).toEqual({ kind: 'nic', name: 'eth1', master: 'brqa0000001-00' });
    expect(plan.forwarding).toEqual([]);
  });

  it('SC-5.17 closes the ports of a network that is down, and ends its DHCP', () => {
    const plan = compile(situation({ adminStateUp: false }));
    expect(plan.links.find(({ kind }) => kind === 'tap')).toMatchObject({ up: false });
    expect(plan.dhcp).toBeNull();
    expect(plan.namespace).toBeNull();
    expect(claim(plan.claims, 11, 'wired')?.rests).toEqual({ state: 'absent', reason: 'admin-down' });
  });

  it('SC-5.20 has no server where no subnet wants DHCP, and nothing to prove of it', () => {
    const plan = compile(situation({ subnets: [subnet({ enableDhcp: false })] }));
    expect(plan.namespace).toBeNull();
    expect(claim(plan.claims, 11, 'dhcp')?.rests).toEqual({ state: 'proven' });
  });

  it('SC-5.15 routes metadata by the server, before the default route, unless the user says otherwise', () => {
    const routes = (more: Partial<SubnetFact>) =>
      compile(situation({ subnets: [subnet(more)] })).dhcp?.subnets[0]?.routes;
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
    facts[factKey.networkPort(NET, id(50))] = port(50, 'host1', { addresses: [{ subnet: SUB6, ip: 'fd00::50' }] });
    expect(compile(facts).dhcp?.subnets).toMatchObject([expected]);
  });

  it('does nothing for a network of which this node hosts nothing any more', () => {
    const facts = situation();
    delete facts[factKey.portAssignment('host1', id(11))];
    delete facts[factKey.dhcpAssignment('host1', NET)];
    expect(compile(facts)).toMatchObject({ links: [], forwarding: [], claims: [], namespace: null });
  });

  it('gives the same plan in whatever order the facts came', () => {
    const entries = Object.entries(situation());
    const canonical = (plan: ReturnType<typeof compile>) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(plan).map(([k, v]) => [k, Array.isArray(v) ? v.map((x) => JSON.stringify(x)).sort() : v]),
        ),
      );
    const expected = canonical(compile(situation()));
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(canonical(compile(Object.fromEntries(shuffled)))).toBe(expected);
      }),
    );
  });
});
