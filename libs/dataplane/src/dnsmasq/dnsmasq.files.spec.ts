import { renderFiles } from './dnsmasq.files';
import { parseLeases } from './dnsmasq.leases';
import type { DhcpServerSpec } from './dnsmasq.types';

const SPEC: DhcpServerSpec = {
  network: 'net',
  netns: 'qdhcp-net',
  device: 'ns-b0000002-00',
  domain: 'example.org',
  mtu: 1450,
  leaseTime: 86_400,
  subnets: [
    {
      tag: 'subnet-a',
      cidr: '10.0.0.0/20',
      server: '10.0.0.2',
      mode: 'static',
      advertise: false,
      gateway: '10.0.0.1',
      dnsServers: ['9.9.9.9', '8.8.8.8'],
      routes: [{ destination: '169.254.169.254/32', nexthop: '10.0.0.2' }],
    },
    {
      tag: 'subnet-b',
      cidr: 'fd00::/64',
      server: 'fd00::2',
      mode: 'static',
      advertise: true,
      gateway: null,
      dnsServers: ['fd00::2'],
      routes: [],
    },
  ],
  reservations: [
    { port: 'p1', mac: 'fa:16:3e:00:00:0b', name: null, v4: ['10.0.0.11', '10.1.0.11'], v6: ['fd00::11'], options: [] },
    { port: 'p2', mac: 'fa:16:3e:00:00:0c', name: 'web', v4: [], v6: ['fd00::12'], options: [] },
  ],
  names: [
    { ip: '10.0.0.11', name: 'host-10-0-0-11' },
    { ip: 'fd00::12', name: 'web' },
  ],
  resolvers: ['9.9.9.9', '8.8.8.8'],
};

describe('renderFiles', () => {
  const files = renderFiles(SPEC, '/state/dhcp/net', null);

  it('gives a MAC one line for its first IPv4 address and all IPv6 ones, and never a tag', () => {
    expect(files.host.text).toBe(`fa:16:3e:00:00:0b,host-10-0-0-11.example.org,10.0.0.11,[fd00::11]
fa:16:3e:00:00:0b,host-10-1-0-11.example.org,10.1.0.11
fa:16:3e:00:00:0c,web.example.org,[fd00::12]
`);
    expect(files.host.text).not.toContain('set:');
    expect([1, 2, 3, 4].map((number) => files.host.ownerOf(number))).toEqual(['p1', 'p1', 'p2', null]);
    expect(files.opts.ownerOf(1)).toBeNull();
  });

  it('writes the options of each subnet', () => {
    expect(files.opts.text).toBe(`tag:subnet-a,option:router,10.0.0.1
tag:subnet-a,option:dns-server,9.9.9.9,8.8.8.8
tag:subnet-a,option:classless-static-route,169.254.169.254/32,10.0.0.2
tag:subnet-a,249,169.254.169.254/32,10.0.0.2
tag:subnet-b,option6:dns-server,[fd00::2]
tag:subnet-b,option6:domain-search,example.org
`);
  });

  it('says that there is no router where there is none', () => {
    const [first] = SPEC.subnets;
    const { opts } = renderFiles({ ...SPEC, subnets: [{ ...first!, gateway: null }] }, '/d', null);
    expect(opts.text).toContain('tag:subnet-a,option:router\n');
  });

  it('names every address, in full and short', () => {
    expect(files.contents.addn_hosts).toBe(
      '10.0.0.11\thost-10-0-0-11.example.org host-10-0-0-11\nfd00::12\tweb.example.org web\n',
    );
  });

  it('asks the resolvers for other names, in their order', () => {
    expect(files.contents[files.confName]).toContain('strict-order\ndomain-needed\nserver=9.9.9.9\nserver=8.8.8.8\n');
    expect(files.contents[files.confName]).toContain('local=/example.org/\n');
  });

  it('says nothing of what clients ask of another server', () => {
    expect(files.contents[files.confName]).toContain(`dhcp-match=set:of-a-server,54
dhcp-match=set:of-us,54,10.0.0.2
dhcp-ignore=tag:of-a-server,tag:!of-us
`);
  });

  it("configures ranges, MTU and advertisements of nobody's router", () => {
    expect(files.contents[files.confName]).toContain('dhcp-range=set:subnet-a,10.0.0.0,static,255.255.240.0,86400s\n');
    expect(files.contents[files.confName]).toContain('dhcp-range=set:subnet-b,fd00::,static,64,86400s\n');
    expect(files.contents[files.confName]).toContain('dhcp-option-force=option:mtu,1450\n');
    expect(files.contents[files.confName]).toContain('ra-param=ns-b0000002-00,mtu:1450,30,0\nenable-ra\n');
  });

  it('configures the resolvers of a network that only advertises, where no options file is read', () => {
    const slaac = { ...SPEC.subnets[1]!, mode: 'ra-only' as const };
    const of = (...subnets: DhcpServerSpec['subnets']) => {
      const { contents, confName } = renderFiles({ ...SPEC, subnets }, '/d', null);
      return contents[confName];
    };
    expect(of(slaac)).toContain('dhcp-option=tag:subnet-b,option6:dns-server,[fd00::2]\n');
    expect(of(SPEC.subnets[0]!, slaac)).not.toContain('dhcp-option=tag');
  });

  it('names the configuration by its contents: reservations do not change it, an MTU does', () => {
    expect(renderFiles({ ...SPEC, reservations: [] }, '/state/dhcp/net', null).confName).toBe(files.confName);
    expect(renderFiles({ ...SPEC, mtu: 1400 }, '/state/dhcp/net', null).confName).not.toBe(files.confName);
  });
});

describe('parseLeases', () => {
  it('reads both families', () => {
    const text = `1700000000 fa:16:3e:00:00:0b 10.0.0.11 host-10-0-0-11 01:fa:16:3e:00:00:0b
1700000000 fa:16:3e:00:00:0c 10.0.0.12 * *
duid 00:01:00:01:aa
1700000000 12345 fd00::11 host 00:03:00:01:fa
`;
    expect(parseLeases(text)).toEqual([
      { family: 4, mac: 'fa:16:3e:00:00:0b', ip: '10.0.0.11', clientId: '01:fa:16:3e:00:00:0b' },
      { family: 4, mac: 'fa:16:3e:00:00:0c', ip: '10.0.0.12', clientId: null },
      { family: 6, iaid: '12345', ip: 'fd00::11', name: 'host', duid: '00:03:00:01:fa', serverDuid: '00:01:00:01:aa' },
    ]);
  });
});
