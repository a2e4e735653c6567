import { parsePhysicalMtus, parseVlanRanges, parseVniRanges } from './parse-ranges';

describe('ranges of segment ids', () => {
  it('reads several ranges of VNIs', () =>
    expect(parseVniRanges('1:1000, 2000:2500')).toEqual([
      { type: 'vxlan', physicalNetwork: null, minimum: 1, maximum: 1000 },
      { type: 'vxlan', physicalNetwork: null, minimum: 2000, maximum: 2500 },
    ]));

  it('reads VLAN ranges by physical network, and physical networks without any', () =>
    expect(parseVlanRanges('physnet1:30:33,physnet1:51:55,physnet2')).toEqual({
      physicalNetworks: ['physnet1', 'physnet2'],
      ranges: [
        { type: 'vlan', physicalNetwork: 'physnet1', minimum: 30, maximum: 33 },
        { type: 'vlan', physicalNetwork: 'physnet1', minimum: 51, maximum: 55 },
      ],
    }));

  it('reads MTUs by physical network', () =>
    expect(parsePhysicalMtus('physnet1:9000')).toEqual(new Map([['physnet1', 9000]])));

  it.each(['5', '0:5', '9:5', '1:16777216', 'a:b'])('refuses %p, so that the service does not start on it', (text) =>
    expect(() => parseVniRanges(text)).toThrow(/no range of segment ids/),
  );
  it.each(['physnet1:0:5', 'physnet1:9:5', 'physnet1:1:4095', 'physnet1:5', ':1:2'])('refuses the VLANs %p', (text) =>
    expect(() => parseVlanRanges(text)).toThrow(/no range of segment ids/),
  );
  it.each(['physnet1', 'physnet1:x', 'physnet1:10'])('refuses the MTU %p', (text) =>
    expect(() => parsePhysicalMtus(text)).toThrow(/physical network:bytes/),
  );
});
