import { parseLeases, renderFiles } from './dnsmasq.files';
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
      mode: 'static',
      advertise: false,
      gateway: '10.0.0.1',
      dnsServers: ['9.9.9.9', '8.8.8.8'],
      routes: [{ destination: '169.254.169.254/32', nexthop: '10.0.0.2' }],
    },
    {
      tag: 'subnet-b',
      cidr: 'fd00::/64',
      mode: 'static',
      advertise: true,
      gateway: null,
      dnsServers: ['fd00::2'],
      routes: [],
    },
  ],
  reservations: [
    { port: 'p1', mac: 'fa:16:3e:00:00:0b', v4: ['10.0.0.11', '10.1.0.11'], v6: ['fd00::11'] },
    { port: 'p2', mac: 'fa:16:3e:00:00:0c', v4: [], v6: ['fd00::12'] },
  ],
};

describe('renderFiles', () => {
  const files = renderFiles(SPEC, '/state/dhcp/net', null);

  it('gives a MAC one line for its first IPv4 address and all IPv6 ones, and never a tag', () => {
    expect(files.host).toBe(`fa:16:3e:00:00:0b,host-10-0-0-11.example.org,10.0.0.11,[fd00::11]
fa:16:3e:00:00:0b,host-10-1-0-11.example.org,10.1.0.11
fa:16:3e:00:00:0c,host-fd00--12.example.org,[fd00::12]
`);
    expect(files.host).not.toContain('set:');
  });

  it('writes the options of each subnet', () => {
    expect(files.opts).toBe(`tag:subnet-a,option:router,10.0.0.1
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
    expect(opts).toContain('tag:subnet-a,option:router\n');
  });

  it("configures ranges, MTU and advertisements of nobody's router", () => {
    expect(files.conf).toContain('dhcp-range=set:subnet-a,10.0.0.0,static,255.255.240.0,86400s\n');
    expect(files.conf).toContain('dhcp-range=set:subnet-b,fd00::,static,64,86400s\n');
    expect(files.conf).toContain('dhcp-option-force=option:mtu,1450\n');
    expect(files.conf).toContain('ra-param=ns-b0000002-00,mtu:1450,30,0\nenable-ra\n');
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
      { family: 6, iaid: '12345', ip: 'fd00::11', duid: '00:03:00:01:fa', serverDuid: '00:01:00:01:aa' },
    ]);
  });
});
