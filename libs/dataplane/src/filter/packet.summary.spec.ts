import { summarize } from './packet.summary';

const FRAME = Buffer.from('fa163e000002fa163e0000010800', 'hex');
const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('summarize', () => {
  it('tells addresses and ports of IPv4', () => {
    const body = bytes('45000020 00004000 40110000 0a000001 0a000002 04d2 0007 000c 0000');
    expect(summarize(FRAME, 0x0800, body)).toEqual({
      ...{ ethertype: 'IPv4', sourceMac: 'fa:16:3e:00:00:01', destinationMac: 'fa:16:3e:00:00:02' },
      ...{ sourceIp: '10.0.0.1', destinationIp: '10.0.0.2', protocol: 17, sourcePort: 1234, destinationPort: 7 },
    });
  });

  it('finds no ports in a fragment that is not the first', () => {
    const body = bytes('45000020 00002001 40110000 0a000001 0a000002 04d2 0007');
    expect(summarize(FRAME, 0x0800, body)).not.toHaveProperty('sourcePort');
  });

  it('looks behind the extension headers of IPv6', () => {
    const addresses = 'fe800000000000000000000000000001 ff020000000000000000000000000016';
    expect(summarize(FRAME, 0x86dd, bytes(`60000000 0024 00 01 ${addresses} 3a00 050200000100 8f00`))).toMatchObject({
      ...{ ethertype: 'IPv6', sourceIp: 'fe80::1', destinationIp: 'ff02::16', protocol: 58 },
    });
  });

  it('tells who asks for whom in ARP, and of others the number of their kind', () => {
    const body = bytes('0001080006040001 fa163e000001 0a000001 000000000000 0a000002');
    expect(summarize(FRAME, 0x0806, body)).toMatchObject({
      ethertype: 'ARP',
      sourceIp: '10.0.0.1',
      destinationIp: '10.0.0.2',
    });
    expect(summarize(FRAME, 0x88cc, Buffer.alloc(4))).toMatchObject({ ethertype: '0x88cc' });
  });

  it('tells what it can of what was cut off', () => {
    expect(summarize(FRAME, 0x0800, bytes('4500'))).not.toHaveProperty('sourceIp');
  });
});
