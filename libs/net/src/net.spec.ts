import fc from 'fast-check';
import {
  Cidr,
  cidrsOf,
  eui64,
  formatIp,
  inRange,
  parseIp,
  randomMac,
  shard,
  sizeOf,
  union,
  without,
  withoutValue,
} from './index';

describe('addresses', () => {
  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const ip = parseIp(text)!;
        expect(parseIp(formatIp(ip))).toEqual(ip);
      }),
    );
  });

  it.each(['10.0.0.256', '10.0.0', '010.0.0.1', '1', '', 'fe80::1%eth0', '::1/64', 'a'])('refuses %p', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  it('writes IPv6 as RFC 5952 says', () => {
    expect(formatIp(parseIp('2001:DB8:0:0:1:0:0:1')!)).toBe('2001:db8::1:0:0:1');
  });
});

describe('Cidr', () => {
  it('masks host bits off', () => expect(String(Cidr.parse('10.0.5.7/24'))).toBe('10.0.5.0/24'));
  it('leaves network and broadcast out of its hosts', () => {
    const hosts = Cidr.parse('192.168.1.0/24')!.hosts;
    expect([hosts.first, hosts.last].map((value) => formatIp({ version: 4, value }))).toEqual([
      '192.168.1.1',
      '192.168.1.254',
    ]);
  });
  it('has two hosts in a /31', () => expect(sizeOf(Cidr.parse('10.0.0.0/31')!.hosts)).toBe(2n));
  it('leaves the anycast address out of an IPv6 prefix', () =>
    expect(formatIp({ version: 6, value: Cidr.parse('fd00::/64')!.hosts.first })).toBe('fd00::1'));
  it.each(['10.0.0.0/08', '10.0.0.0/33', '10.0.0.0', '/8', 'fd00::/129'])('refuses %p', (text) =>
    expect(Cidr.parse(text)).toBeNull(),
  );
  it('knows an overlap', () => expect(Cidr.parse('10.0.0.0/8')!.overlaps(Cidr.parse('10.1.0.0/16')!)).toBe(true));
});

describe('ranges', () => {
  const range = fc
    .tuple(fc.bigInt(0n, 10_000n), fc.bigInt(0n, 5_000n))
    .map(([first, more]) => ({ first, last: first + more }));

  it('cut into shards hold the same numbers', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 1, max: 32 }), (whole, parts) => {
        const pieces = shard([whole], parts);
        expect(pieces.length).toBeLessThanOrEqual(parts);
        expect(pieces.reduce((sum, piece) => sum + sizeOf(piece), 0n)).toBe(sizeOf(whole));
        expect(pieces[0]!.first).toBe(whole.first);
        expect(pieces.at(-1)!.last).toBe(whole.last);
      }),
    );
  });

  it('lose exactly the ranges taken out', () => {
    fc.assert(
      fc.property(range, fc.array(range), fc.bigInt(0n, 15_000n), (whole, gone, value) => {
        const left = without([whole], gone).some((part) => inRange(part, value));
        expect(left).toBe(inRange(whole, value) && !gone.some((part) => inRange(part, value)));
      }),
    );
  });

  it('joined hold the same numbers, none touching another', () => {
    fc.assert(
      fc.property(fc.array(range), fc.bigInt(0n, 15_000n), (ranges, value) => {
        const joined = union(ranges);
        expect(joined.some((part) => inRange(part, value))).toBe(ranges.some((part) => inRange(part, value)));
        joined.slice(1).forEach(({ first }, i) => expect(first).toBeGreaterThan(joined[i]!.last + 1n));
      }),
    );
  });

  it('become the fewest prefixes: no two of them are halves of one', () => {
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const cidrs = cidrsOf(4, ranges);
        expect(union(cidrs.map((cidr) => cidr.range))).toEqual(union(ranges));
        const texts = new Set(cidrs.map(String));
        for (const cidr of cidrs) expect(texts.has(String(cidr.buddy))).toBe(false);
      }),
    );
    expect(cidrsOf(4, [{ first: 0n, last: 0xffffffffn }]).map(String)).toEqual(['0.0.0.0/0']);
  });

  it('lose exactly the value taken out', () => {
    fc.assert(
      fc.property(range, fc.bigInt(0n, 15_000n), (whole, value) => {
        const rest = withoutValue([whole], value);
        expect(rest.some((piece) => inRange(piece, value))).toBe(false);
        expect(rest.reduce((sum, piece) => sum + sizeOf(piece), 0n)).toBe(
          sizeOf(whole) - (inRange(whole, value) ? 1n : 0n),
        );
      }),
    );
  });
});

describe('MAC addresses', () => {
  it('lie under the base', () => expect(randomMac(() => 0x0a0b0c)).toBe('fa:16:3e:0a:0b:0c'));
  it('become interface identifiers', () => expect(eui64('fa:16:3e:33:44:55').toString(16)).toBe('f8163efffe334455'));
});
