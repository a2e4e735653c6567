import type { Json } from '@weft/contracts';
import { ruleFact } from './rule-fact';
import { keyOfPlan, planRule } from './rule-plan';

const rule = (more: Record<string, Json> = {}) =>
  planRule({
    ...{ direction: 'ingress', ethertype: 'IPv4', protocol: null, port_range_min: null, port_range_max: null },
    ...{ remote_ip_prefix: null, remote_group_id: null, remote_address_group_id: null, description: '' },
    ...more,
  });
const ports = (port_range_min: number | null, port_range_max: number | null) => ({ port_range_min, port_range_max });
const factOf = (more: Record<string, Json>) => ruleFact({ id: 'r', ...rule(more) });

describe(planRule.name, () => {
  it.each([
    [{ protocol: 'tcp' }, 'tcp', 6],
    [{ protocol: '6' }, '6', 6],
    [{ protocol: 'icmp' }, 'icmp', 1],
    [{ protocol: 'icmp', ethertype: 'IPv6' }, 'ipv6-icmp', 58],
    [{ protocol: 'icmpv6', ethertype: 'IPv6' }, 'ipv6-icmp', 58],
    [{ protocol: 'ipv6-icmp', ethertype: 'IPv6' }, 'ipv6-icmp', 58],
    [{ protocol: '1', ethertype: 'IPv6' }, '58', 58],
    [{ protocol: '58', ethertype: 'IPv6' }, '58', 58],
    [{ protocol: 'vrrp' }, 'vrrp', 112],
    [{ protocol: '255' }, '255', 255],
    [{}, null, null],
  ])('takes %j for %s, which is %s', (asked, protocol, protocol_number) => {
    expect(rule(asked)).toMatchObject({ protocol, protocol_number });
  });

  it.each([
    [{ protocol: 'tcp', ...ports(80, 80) }],
    [{ protocol: 'udplite', ...ports(1, 65535) }],
    [{ protocol: '132', ...ports(5, 6) }],
    [{ protocol: 'icmp', ...ports(8, null) }],
    [{ protocol: 'icmp', ...ports(0, 0) }],
    [{ protocol: 'icmp', ethertype: 'IPv6', ...ports(255, 255) }],
    [{ remote_ip_prefix: '10.0.0.5/24' }],
    [{ remote_ip_prefix: 'fd00::/8', ethertype: 'IPv6' }],
  ])('accepts %j', (asked) => {
    expect(() => rule(asked)).not.toThrow();
  });

  it.each([
    [ports(22, 22), 'SecurityGroupProtocolRequiredWithPorts', 'Must also specify protocol if port range is given.'],
    [
      { protocol: 'tcp', ...ports(30, 22) },
      'SecurityGroupInvalidPortRange',
      'For TCP/UDP protocols, port_range_min must be <= port_range_max',
    ],
    [
      { protocol: 'tcp', ...ports(30, null) },
      'SecurityGroupInvalidPortRange',
      'For TCP/UDP protocols, port_range_min must be <= port_range_max',
    ],
    [{ protocol: 'udp', ...ports(0, 22) }, 'SecurityGroupInvalidPortValue', 'Invalid value for port 0'],
    [
      { protocol: 'icmp', ...ports(256, 0) },
      'SecurityGroupInvalidIcmpValue',
      'Invalid value for ICMP type (port_range_min) 256. It must be 0 to 255.',
    ],
    [
      { protocol: 'icmp', ...ports(8, 256) },
      'SecurityGroupInvalidIcmpValue',
      'Invalid value for ICMP code (port_range_max) 256. It must be 0 to 255.',
    ],
    [
      { protocol: 'icmp', ...ports(null, 8) },
      'SecurityGroupMissingIcmpType',
      'ICMP code (port-range-max) 8 is provided but ICMP type (port-range-min) is missing.',
    ],
    [
      { protocol: 'gre', ...ports(1, 1) },
      'SecurityGroupInvalidProtocolForPort',
      'Invalid protocol 47 for port range, only supported for DCCP, SCTP, TCP, UDP, UDPLITE.',
    ],
    [
      { remote_ip_prefix: 'fd00::/64' },
      'SecurityGroupRuleParameterConflict',
      'Conflicting value ethertype IPv4 for CIDR fd00::/64',
    ],
    [
      { protocol: 'ipv6-icmp' },
      'SecurityGroupEthertypeConflictWithProtocol',
      'Invalid ethertype IPv4 for protocol ipv6-icmp.',
    ],
    [{ protocol: '43' }, 'SecurityGroupEthertypeConflictWithProtocol', 'Invalid ethertype IPv4 for protocol 43.'],
    [
      { remote_ip_prefix: '10.0.0.0/8', remote_group_id: 'g' },
      'SecurityGroupMultipleRemoteEntites',
      'Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.',
    ],
    [
      { remote_address_group_id: 'a', remote_group_id: 'g' },
      'SecurityGroupMultipleRemoteEntites',
      'Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.',
    ],
  ])('refuses %j as %s', (asked, type, message) => {
    expect(() => rule(asked)).toThrow(expect.objectContaining({ type, status: 400, message }) as Error);
  });
});

describe(keyOfPlan.name, () => {
  const same = (a: Record<string, Json>, b: Record<string, Json>) => keyOfPlan(rule(a)) === keyOfPlan(rule(b));

  it.each([
    [{ protocol: 'tcp' }, { protocol: '6' }],
    [{}, { remote_ip_prefix: '0.0.0.0/0' }],
    [{ remote_ip_prefix: '10.0.0.5/24' }, { remote_ip_prefix: '10.0.0.0/24' }],
    [{ description: 'a' }, { description: 'b' }],
    [
      { protocol: 'icmp', ethertype: 'IPv6' },
      { protocol: '58', ethertype: 'IPv6', remote_ip_prefix: '::/0' },
    ],
  ])('takes %j and %j for one rule', (a, b) => {
    expect(same(a, b)).toBe(true);
  });

  it.each([
    [{ protocol: 'tcp' }, { protocol: 'udp' }],
    [{}, { direction: 'egress' }],
    [{}, { ethertype: 'IPv6' }],
    [{}, { remote_ip_prefix: '10.0.0.0/8' }],
    [{ remote_group_id: 'a' }, { remote_group_id: 'b' }],
    [{ remote_group_id: 'a' }, { remote_address_group_id: 'a' }],
    [
      { protocol: 'icmp', ...ports(8, null) },
      { protocol: 'icmp', ...ports(8, 0) },
    ],
  ])('tells %j from %j', (a, b) => {
    expect(same(a, b)).toBe(false);
  });
});

describe(ruleFact.name, () => {
  it.each<[Record<string, Json>, object]>([
    [{}, { direction: 'ingress', ipVersion: 4, protocol: null, ports: null, icmp: null, remote: null }],
    [
      { protocol: 'tcp', ...ports(80, 81), remote_ip_prefix: '10.0.0.5/24' },
      { protocol: 6, ports: { min: 80, max: 81 }, icmp: null, remote: { prefix: '10.0.0.0/24' } },
    ],
    [
      { protocol: 'icmp', ...ports(8, null) },
      { protocol: 1, ports: null, icmp: { type: 8, code: null } },
    ],
    [
      { protocol: 'icmp', ethertype: 'IPv6', ...ports(128, 0) },
      { ipVersion: 6, protocol: 58, icmp: { type: 128, code: 0 } },
    ],
    [{ remote_ip_prefix: '0.0.0.0/0' }, { remote: null }],
    [{ remote_group_id: 'g' }, { remote: { group: 'g' } }],
    [{ remote_address_group_id: 'a' }, { remote: { addressGroup: 'a' } }],
  ])('tells nodes of %j as %j', (asked, fact) => {
    expect(factOf(asked)).toMatchObject(fact);
  });
});
