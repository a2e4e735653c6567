import { planPool, quotaUnits, replanPool, withoutPrefixes, withPrefixes } from './subnet-pool-plan';

const CAMPUS = planPool({ prefixes: ['10.20.0.0/16'], default_prefixlen: 26 });
const thrown = (type: string) => expect.objectContaining({ type, status: 400 }) as Error;

describe('a subnet pool', () => {
  it('has bounds by its IP version where none are named', () => {
    expect(planPool({ prefixes: ['10.20.0.0/16'] })).toEqual({
      ip_version: 4,
      prefixes: ['10.20.0.0/16'],
      min_prefixlen: 8,
      max_prefixlen: 32,
      default_prefixlen: 8,
      default_quota: null,
    });
    expect(planPool({ prefixes: ['fd00::/48'] })).toMatchObject({
      ip_version: 6,
      min_prefixlen: 64,
      max_prefixlen: 128,
      default_prefixlen: 64,
    });
  });

  it('holds its addresses in the fewest prefixes', () => {
    const { prefixes } = planPool({ prefixes: ['10.1.0.0/24', '10.0.1.0/24', '10.0.0.0/24', '10.0.0.128/25'] });
    expect(prefixes).toEqual(['10.0.0.0/23', '10.1.0.0/24']);
    expect(withPrefixes(CAMPUS, ['10.21.0.0/16'])).toEqual(['10.20.0.0/15']);
    expect(withoutPrefixes(CAMPUS, ['10.20.0.0/17'], ['10.20.128.0/24'])).toEqual(['10.20.128.0/17']);
  });

  it.each([
    [{ prefixes: [] }, 'EmptySubnetPoolPrefixList'],
    [{ prefixes: ['10.0.0.0/8', 'fd00::/48'] }, 'PrefixVersionMismatch'],
    [{ prefixes: ['10.0.0.0/8'], min_prefixlen: 0 }, 'UnsupportedMinSubnetPoolPrefix'],
    [{ prefixes: ['10.0.0.0/8'], min_prefixlen: 28, max_prefixlen: 24 }, 'IllegalSubnetPoolPrefixBounds'],
    [{ prefixes: ['10.0.0.0/8'], max_prefixlen: 33 }, 'IllegalSubnetPoolPrefixBounds'],
    [{ prefixes: ['fd00::/48'], max_prefixlen: 129 }, 'IllegalSubnetPoolPrefixBounds'],
    [{ prefixes: ['10.0.0.0/8'], default_prefixlen: 7 }, 'IllegalSubnetPoolPrefixBounds'],
    [{ prefixes: ['10.0.0.0/8'], max_prefixlen: 24, default_prefixlen: 25 }, 'IllegalSubnetPoolPrefixBounds'],
  ])('is refused as %j: %s', (item, type) => {
    expect(() => planPool(item)).toThrow(thrown(type));
  });

  it('loses prefixes by removal only, and none that a subnet has', () => {
    expect(replanPool(CAMPUS, { prefixes: ['10.0.0.0/8'] }).prefixes).toEqual(['10.0.0.0/8']);
    expect(() => replanPool(CAMPUS, { prefixes: ['10.20.0.0/17'] })).toThrow(thrown('IllegalSubnetPoolPrefixUpdate'));
    expect(() => replanPool(CAMPUS, { prefixes: ['fd00::/48'] })).toThrow(thrown('PrefixVersionMismatch'));
    expect(() => replanPool(CAMPUS, { max_prefixlen: 25 })).toThrow(thrown('IllegalSubnetPoolPrefixBounds'));
    const remove = (gone: string, ...used: string[]) => withoutPrefixes(CAMPUS, [gone], used);
    expect(() => remove('10.20.0.0/24', '10.20.0.128/26')).toThrow(thrown('IllegalSubnetPoolPrefixUpdate'));
    expect(() => remove('192.168.0.0/16')).toThrow(thrown('IllegalSubnetPoolPrefixUpdate'));
    expect(() => remove('10.20.0.0/16')).toThrow(thrown('EmptySubnetPoolPrefixList'));
  });

  it('counts IPv4 by the address and IPv6 by the /64', () => {
    expect([quotaUnits(4, 24), quotaUnits(6, 64), quotaUnits(6, 48), quotaUnits(6, 65)]).toEqual([256, 1, 65536, 0.5]);
  });
});
