import fc from 'fast-check';
import { Cidr, inRange, parseIp, sizeOf } from '@weft/net';
import { prefixRequest } from './prefix-request';
import { planSubnet, rangesOf } from './subnet-plan';

const plan = (given: Record<string, unknown>) => {
  const item = { ip_version: 4, enable_dhcp: true, ...given } as never;
  return planSubnet(item, prefixRequest(item).cidr!);
};

describe('planSubnet', () => {
  it('puts the gateway first and leaves it out of the pool', () => {
    expect(plan({ cidr: '10.0.0.0/24' })).toMatchObject({
      gateway_ip: '10.0.0.1',
      allocation_pools: [{ start: '10.0.0.2', end: '10.0.0.254' }],
    });
  });

  it('splits the pool around a gateway in the middle', () => {
    expect(plan({ cidr: '10.0.0.0/29', gateway_ip: '10.0.0.4' }).allocation_pools).toEqual([
      { start: '10.0.0.1', end: '10.0.0.3' },
      { start: '10.0.0.5', end: '10.0.0.6' },
    ]);
  });

  it('uses all of a /31 and a /32 (RFC 3021)', () => {
    expect(plan({ cidr: '10.0.0.0/31', gateway_ip: null }).allocation_pools).toEqual([
      { start: '10.0.0.0', end: '10.0.0.1' },
    ]);
    expect(plan({ cidr: '10.0.0.9/32', gateway_ip: null }).allocation_pools).toEqual([
      { start: '10.0.0.9', end: '10.0.0.9' },
    ]);
  });

  it('gives an IPv6 subnet its anycast address as gateway', () => {
    expect(plan({ ip_version: 6, cidr: 'fd00:2::/64' })).toMatchObject({
      gateway_ip: 'fd00:2::',
      allocation_pools: [{ start: 'fd00:2::1', end: 'fd00:2::ffff:ffff:ffff:ffff' }],
    });
  });

  it.each([
    [{ cidr: '10.0.0.0/24', ip_version: 6 }, 'InvalidInput'],
    [{}, 'BadRequest'],
    [{ cidr: '10.0.0.0/24', prefixlen: 24 }, 'BadRequest'],
    [{ subnetpool_id: 'prefix_delegation', ip_version: 6 }, 'BadRequest'],
    [{ subnetpool_id: '6f0f0b5e-0000-4000-8000-000000000000', use_default_subnetpool: true }, 'BadRequest'],
    [{ use_default_subnetpool: true, allocation_pools: [] }, 'BadRequest'],
    [{ cidr: '10.0.0.0/24', gateway_ip: '10.0.0.255' }, 'InvalidInput'],
    [{ cidr: '10.0.0.0/24', gateway_ip: 'fd00::1' }, 'InvalidInput'],
    [
      { cidr: '10.0.0.0/24', gateway_ip: '10.0.0.6', allocation_pools: [{ start: '10.0.0.5', end: '10.0.0.30' }] },
      'GatewayConflictWithAllocationPools',
    ],
    [{ cidr: '10.0.0.0/24', allocation_pools: [{ start: '10.0.1.5', end: '10.0.1.30' }] }, 'OutOfBoundsAllocationPool'],
    [{ cidr: '10.0.0.0/24', allocation_pools: [{ start: '10.0.0.30', end: '10.0.0.5' }] }, 'InvalidAllocationPool'],
    [
      {
        cidr: '10.0.0.0/24',
        allocation_pools: [
          { start: '10.0.0.5', end: '10.0.0.30' },
          { start: '10.0.0.30', end: '10.0.0.40' },
        ],
      },
      'OverlappingAllocationPools',
    ],
    [
      { cidr: '10.0.0.0/24', dns_nameservers: Array.from({ length: 6 }, (_, i) => `8.8.8.${i}`) },
      'DNSNameServersExhausted',
    ],
    [
      {
        cidr: '10.0.0.0/24',
        host_routes: Array.from({ length: 21 }, (_, i) => ({ destination: `10.${i}.0.0/24`, nexthop: '10.0.0.9' })),
      },
      'HostRoutesExhausted',
    ],
    [{ cidr: 'fd00::/80', ip_version: 6, ipv6_address_mode: 'slaac' }, 'InvalidInput'],
    [{ cidr: 'fd00::/64', ip_version: 6, ipv6_address_mode: 'slaac', ipv6_ra_mode: 'dhcpv6-stateful' }, 'InvalidInput'],
    [{ cidr: 'fd00::/64', ip_version: 6, ipv6_address_mode: 'slaac', enable_dhcp: false }, 'InvalidInput'],
    [{ cidr: '10.0.0.0/24', ipv6_ra_mode: 'slaac' }, 'InvalidInput'],
  ])('refuses %j with %s (NG-6, FX-56 and the contract)', (item, type) => {
    expect(() => plan(item)).toThrow(expect.objectContaining({ type }) as Error);
  });

  it('takes a gateway from elsewhere, or none', () => {
    expect(plan({ cidr: '10.0.0.0/24', gateway_ip: '192.168.0.1' }).allocation_pools).toEqual([
      { start: '10.0.0.1', end: '10.0.0.254' },
    ]);
    expect(plan({ cidr: 'fd00::/64', ip_version: 6, gateway_ip: 'fe80::1' }).gateway_ip).toBe('fe80::1');
    expect(plan({ cidr: '10.0.0.0/24', gateway_ip: null }).gateway_ip).toBeNull();
  });

  // Who advertises (ra) and who gives addresses, as the API reference lists the pairs: either alone, or both alike. They say what DHCP
  // does, so there is none of them without it.
  const MODES = [undefined, 'slaac', 'dhcpv6-stateful', 'dhcpv6-stateless'];
  const LEGAL: Record<string, readonly string[]> = {
    none: ['none', 'slaac', 'dhcpv6-stateful', 'dhcpv6-stateless'],
    slaac: ['none', 'slaac'],
    'dhcpv6-stateful': ['none', 'dhcpv6-stateful'],
    'dhcpv6-stateless': ['none', 'dhcpv6-stateless'],
  };
  it.each(MODES.flatMap((ra) => MODES.flatMap((address) => [true, false].map((dhcp) => [ra, address, dhcp] as const))))(
    'knows whether ra %s, address %s and DHCP %s go together',
    (ra, address, dhcp) => {
      const made = () =>
        plan({
          ...{ ip_version: 6, cidr: 'fd00::/64', enable_dhcp: dhcp },
          ...(ra && { ipv6_ra_mode: ra }),
          ...(address && { ipv6_address_mode: address }),
        });
      const legal = LEGAL[ra ?? 'none']!.includes(address ?? 'none') && (dhcp || (!ra && !address));
      if (legal) expect(made()).toMatchObject({ ipv6_ra_mode: ra ?? null, ipv6_address_mode: address ?? null });
      else expect(made).toThrow(expect.objectContaining({ type: 'InvalidInput' }) as Error);
    },
  );

  it('makes pools of all hosts but the gateway, for any prefix', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 8, max: 30 }), (address, length) => {
        const made = plan({ cidr: `${address}/${length}` });
        const cidr = Cidr.parse(made.cidr)!;
        const ranges = rangesOf(made.allocation_pools);
        expect(ranges.reduce((sum, range) => sum + sizeOf(range), 0n)).toBe(sizeOf(cidr.hosts) - 1n);
        expect(ranges.some((range) => inRange(range, parseIp(made.gateway_ip!)!.value))).toBe(false);
      }),
    );
  });
});
