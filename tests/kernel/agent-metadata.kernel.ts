import {
  dhcpFacts,
  guest,
  mac,
  network,
  networkFacts,
  networkId,
  port,
  portFacts,
  portId,
  subnet,
  subnetId,
  vxlan,
} from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NETS = [3, 4].map((n) => ({ id: networkId(n), subnet: subnetId(n), vni: 300 + n }));

describe('metadata', () => {
  let nodes: LabNodes;

  // Two networks with the same addresses: who asks must be known by the network, too.
  beforeAll(async () => {
    nodes = await LabNodes.up(1);
    await nodes.startAgent('host1');
    for (const [index, { id, subnet: subnetOf, vni }] of NETS.entries()) {
      const at = (host: number) => ({ addresses: [{ subnet: subnetOf, ip: `10.0.0.${host}` }] });
      nodes.feed.put({
        ...networkFacts(network(id, { segments: [vxlan(vni)], subnets: [subnet(subnetOf, '10.0.0.0/24')] })),
        ...dhcpFacts('host1', port(40 + index, id, 'host1', at(2))),
        ...portFacts(port(30 + index, id, 'host1', at(5))),
      });
      await nodes.plug('host1', portId(30 + index), mac(30 + index));
      await nodes.reported('host1', 'wired', portId(30 + index), 'proven');
      await nodes.reported('host1', 'wired', portId(40 + index), 'proven');
      // SC-5.16: a route set by hand, as a guest without option 121 would.
      const vm = guest(30 + index);
      await nodes.exec('host1', 'ip addr add 10.0.0.5/24 dev eth0; ip route add 169.254.169.254/32 via 10.0.0.2', vm);
    }
    nodes.metadata('instance-30', 'openstack/latest/user_data', '#cloud-config\n');
  });
  afterAll(() => nodes.down());

  const curl = (vm: string, path: string, options = '') =>
    nodes.exec('host1', `curl -s --max-time 5 ${options} http://169.254.169.254${path}`, vm);

  it('SC-5.15 listens on port 80 of the wildcard address in the DHCP namespace', async () => {
    const sockets = await nodes.exec('host1', `ss -Hltn`, `qdhcp-${NETS[0]?.id}`);
    expect(sockets).toMatch(/0\.0\.0\.0:80 /);
  });

  it('SC-5.16 tells each instance its own identity, though both have the same address', async () => {
    expect(await curl(guest(30), '/latest/meta-data/instance-id')).toBe('instance-30');
    expect(await curl(guest(31), '/latest/meta-data/instance-id')).toBe('instance-31');
    expect(await curl(guest(30), '/latest/meta-data/local-ipv4')).toBe('10.0.0.5');
    expect(JSON.parse(await curl(guest(30), '/openstack/latest/meta_data.json'))).toMatchObject({
      uuid: 'instance-30',
      hostname: 'host-10-0-0-5.openstacklocal',
    });
  });

  it('serves files of the instance, and lists what there is', async () => {
    expect(await curl(guest(30), '/openstack/latest/user_data')).toBe('#cloud-config\n');
    expect(await curl(guest(31), '/openstack/latest/user_data')).toBe('Not Found\n');
    expect((await curl(guest(31), '/latest/meta-data/')).split('\n')).toContain('instance-id');
  });

  it('does not believe an identity that the guest claims', async () => {
    const lie = '-H "X-Instance-ID: instance-30" -H "X-Forwarded-For: 10.0.0.9" -H "X-Tenant-ID: other"';
    expect(await curl(guest(31), '/latest/meta-data/instance-id', lie)).toBe('instance-31');
    expect(await curl(guest(31), '/openstack/latest/user_data', lie)).toBe('Not Found\n');
  });

  it('gives user data and keys that were laid down for an instance, to EC2 and OpenStack readers', async () => {
    nodes.metadata('instance-31', 'user_data', '#!/bin/sh\necho hello\n');
    nodes.metadata('instance-31', 'settings.json', '{"publicKeys": {"me": "ssh-ed25519 AAAA me"}}');
    for (const path of ['/latest/user-data', '/2009-04-04/user-data', '/openstack/2018-08-27/user_data'])
      expect(await curl(guest(31), path)).toBe('#!/bin/sh\necho hello\n');
    expect(await curl(guest(31), '/latest/meta-data/public-keys/')).toBe('0=me');
    expect(await curl(guest(31), '/latest/meta-data/public-keys/0/openssh-key')).toBe('ssh-ed25519 AAAA me');
    expect(JSON.parse(await curl(guest(31), '/openstack/latest/meta_data.json'))).toMatchObject({
      public_keys: { me: 'ssh-ed25519 AAAA me' },
    });
    expect(JSON.parse(await curl(guest(31), '/openstack/latest/network_data.json'))).toMatchObject({
      networks: [{ type: 'ipv4_dhcp' }],
    });
    expect(await curl(guest(30), '/latest/user-data')).toBe('Not Found\n');
    expect(await curl(guest(31), '/settings.json')).toBe('Not Found\n');
  });

  it("does not let a path climb out of the instance's directory", async () => {
    expect(await curl(guest(31), '/..%2finstance-30/openstack/latest/user_data')).toBe('Bad Request\n');
    expect(await curl(guest(31), '/../instance-30/openstack/latest/user_data', '--path-as-is')).toBe('Not Found\n');
  });

  it("answers over IPv6 at Neutron's address, to the link-local address of a port's MAC", async () => {
    const settled = async () =>
      !(await nodes.exec('host1', 'ip -6 addr show dev eth0', guest(30))).includes('tentative');
    await eventually('the guest has its link-local address', settled);
    const url = `'http://[fe80::a9fe:a9fe%25eth0]/latest/meta-data/instance-id'`;
    expect(await nodes.exec('host1', `curl -s --max-time 5 ${url}`, guest(30))).toBe('instance-30');
  });
});
