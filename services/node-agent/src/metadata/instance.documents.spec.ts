import type { NetworkFact, PortFact, SubnetFact } from '@weft/contracts';
import type { Instance } from './instance.documents';
import { documentsOf } from './instance.documents';

const subnet = (id: string, cidr: string, more: Partial<SubnetFact> = {}): SubnetFact => ({
  ...{ id, cidr, segmentId: null, ipVersion: cidr.includes(':') ? 6 : 4, gatewayIp: null, enableDhcp: true },
  ...{ dnsNameservers: [], hostRoutes: [], ipv6RaMode: null, ipv6AddressMode: null, ...more },
});
const network = { dnsDomain: 'example.org', mtu: 1450, subnets: [] as SubnetFact[] } as unknown as NetworkFact;

function documents(ips: Record<string, string>, more: Partial<Instance> = {}) {
  const addresses = Object.entries(ips).map(([id, ip]) => ({ subnet: id, ip }));
  const port = {
    ...{ id: 'b0000001-00aa-4000', deviceId: 'vm-1', mac: 'FA:16:3e:00:00:01', projectId: 'p-1', network: 'n-1' },
    ...{ dnsName: '', addresses },
  } as unknown as PortFact;
  return documentsOf({ port, ports: [port], network, settings: {}, userData: null, availabilityZone: 'az1', ...more });
}
const json = (all: ReturnType<typeof documents>, name: string) =>
  JSON.parse(String(all.get(`/openstack/latest/${name}`))) as unknown;

describe('documents of an instance', () => {
  it('give the IPv4 address, whatever stands first; none of a port without', () => {
    expect(documents({ a: 'fd00::5', b: '10.0.0.5' }).get('/latest/meta-data/local-ipv4')).toBe('10.0.0.5');
    expect(documents({ a: 'fd00::5' }).has('/latest/meta-data/local-ipv4')).toBe(false);
  });

  it('have user data and keys in the shapes of EC2 and of OpenStack', () => {
    const all = documents(
      { a: '10.0.0.5' },
      { userData: Buffer.from('#!'), settings: { publicKeys: { me: 'ssh-ed25519 AAAA' }, meta: { role: 'web' } } },
    );
    expect(all.get('/latest/meta-data/public-keys/')).toBe('0=me');
    expect(all.get('/latest/meta-data/public-keys/0/openssh-key')).toBe('ssh-ed25519 AAAA');
    expect(String(all.get('/latest/user-data'))).toBe('#!');
    expect(String(all.get('/openstack/latest/user_data'))).toBe('#!');
    expect(json(all, 'meta_data.json')).toMatchObject({
      ...{ uuid: 'vm-1', hostname: 'host-10-0-0-5.example.org', availability_zone: 'az1', project_id: 'p-1' },
      ...{ public_keys: { me: 'ssh-ed25519 AAAA' }, meta: { role: 'web' } },
      keys: [{ name: 'me', type: 'ssh', data: 'ssh-ed25519 AAAA' }],
    });
  });

  it('describe each way to come by an address', () => {
    const subnets = [
      subnet('dhcp', '10.0.0.0/24', { dnsNameservers: ['9.9.9.9'] }),
      subnet('static', '10.1.0.0/22', {
        ...{ enableDhcp: false, gatewayIp: '10.1.0.1' },
        hostRoutes: [{ destination: '10.9.0.0/16', nexthop: '10.1.0.9' }],
      }),
      subnet('slaac', 'fd00:1::/64', { ipv6AddressMode: 'slaac' }),
      subnet('stateful', 'fd00:2::/64', { ipv6AddressMode: 'dhcpv6-stateful' }),
      subnet('static6', 'fd00:3::/56', { enableDhcp: false }),
    ];
    const ips = {
      dhcp: '10.0.0.5',
      static: '10.1.0.5',
      slaac: 'fd00:1::5',
      stateful: 'fd00:2::5',
      static6: 'fd00:3::5',
    };
    const on = { link: 'tapb0000001-00', network_id: 'n-1' };
    expect(json(documents(ips, { network: { ...network, subnets } }), 'network_data.json')).toEqual({
      links: [
        {
          ...{ id: 'tapb0000001-00', vif_id: 'b0000001-00aa-4000', type: 'bridge', mtu: 1450 },
          ethernet_mac_address: 'fa:16:3e:00:00:01',
        },
      ],
      networks: [
        { id: 'network0', ...on, type: 'ipv4_dhcp' },
        {
          ...{ id: 'network1', ...on, type: 'ipv4', ip_address: '10.1.0.5', netmask: '255.255.252.0' },
          routes: [
            { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.1.0.1' },
            { network: '10.9.0.0', netmask: '255.255.0.0', gateway: '10.1.0.9' },
          ],
        },
        { id: 'network2', ...on, type: 'ipv6_slaac' },
        { id: 'network3', ...on, type: 'ipv6_dhcpv6-stateful' },
        { id: 'network4', ...on, type: 'ipv6', ip_address: 'fd00:3::5', netmask: 'ffff:ffff:ffff:ff00::', routes: [] },
      ],
      services: [{ type: 'dns', address: '9.9.9.9' }],
    });
  });
});
