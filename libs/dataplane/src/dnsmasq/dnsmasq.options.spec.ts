import { MAC_TAG_LINES, optionFault, portOptions } from './dnsmasq.options';
import type { DhcpOption } from './dnsmasq.types';

const option = (name: string, value: string | null, version: 4 | 6 = 4): DhcpOption => ({ name, value, version });
const of = (...options: DhcpOption[]) =>
  portOptions({ port: 'p', mac: 'fa:16:3e:00:01:0b', name: null, v4: ['10.0.0.5'], v6: [], options });
const TAGS = 'tag:mac5-0b,tag:mac4-01,tag:mac3-00,tag:mac2-3e,tag:mac1-16,tag:mac0-fa,';

describe("a port's own options", () => {
  it('are for the client with all six bytes of the MAC', () => {
    expect(of(option('tftp-server', '10.0.0.9'))).toEqual([`${TAGS}option:tftp-server,10.0.0.9`]);
    for (const tag of TAGS.split(',').filter(Boolean))
      expect(MAC_TAG_LINES.some((line) => line.startsWith(`dhcp-mac=set:${tag.slice(4)},`))).toBe(true);
  });

  it.each([
    [option('150', '10.0.0.9'), '150,10.0.0.9'],
    [option('mtu', null), 'option:mtu'],
    [option('dns-server', '[fd00::9]', 6), 'option6:dns-server,[fd00::9]'],
    [option('59', 'http://boot/', 6), 'option6:59,http://boot/'],
    [option('tag:!ipxe,67', 'undionly.kpxe'), 'tag:!ipxe,67,undionly.kpxe'],
    [option('classless-static-route', '10.9.0.0/16,10.0.0.1'), 'option:classless-static-route,10.9.0.0/16,10.0.0.1'],
  ])('writes %j as one line', (given, line) => expect(of(given)).toEqual([TAGS + line]));

  it.each([
    option('router\ntag:mac5-0c,option:router', '10.0.0.66'),
    option('router,tag:mac5-0c', '10.0.0.66'),
    option('router', '10.0.0.1\n3,10.0.0.66'),
    option('bootfile-name', 'a" #'),
    option('bootfile-name', 'a #comment'),
    option('bootfile-name', 'x'.repeat(1_000)),
    option('tag:known,3', '10.0.0.66'),
    option('256', 'x'),
    option('0', 'x'),
  ])('never writes %j', (given) => {
    expect(optionFault(given)).toEqual(expect.any(String));
    expect(of(given)).toEqual([]);
  });
});
