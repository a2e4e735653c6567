import type { Json } from '@weft/contracts';
import { ethertype, portValue, protocol, remotePrefix } from './security-rule';

const refusal = (type: string) => expect.objectContaining({ type, status: 400 }) as Error;

describe('security group rule converters', () => {
  it.each<[(value: Json) => Json, Json, Json]>([
    [protocol, null, null],
    [protocol, 'TCP', 'tcp'],
    [protocol, 'IPv6-ICMP', 'ipv6-icmp'],
    [protocol, 6, '6'],
    [protocol, '0', '0'],
    [protocol, '017', '17'],
    [protocol, 255, '255'],
    [portValue, null, null],
    [portValue, '22', 22],
    [portValue, 65_535, 65_535],
    [ethertype, 'ipv4', 'IPv4'],
    [ethertype, 'IPV6', 'IPv6'],
    [remotePrefix, null, null],
    [remotePrefix, '', null],
    [remotePrefix, '10.0.0.5', '10.0.0.5/32'],
    [remotePrefix, '10.0.0.5/24', '10.0.0.5/24'],
    [remotePrefix, 'FD00:0::1', 'fd00::1/128'],
    [remotePrefix, 'fd00:0:0::/48', 'fd00::/48'],
  ])('%p takes %p for %p', (convert, given, taken) => {
    expect(convert(given)).toBe(taken);
  });

  it.each<[(value: Json) => Json, Json, string]>([
    ...['tcpp', 256, -1, true, [], 1.5].map((value): [(value: Json) => Json, Json, string] => [
      ...([protocol, value, 'SecurityGroupRuleInvalidProtocol'] as const),
    ]),
    ...[65_536, -1, 'ssh', false, {}].map((value): [(value: Json) => Json, Json, string] => [
      ...([portValue, value, 'SecurityGroupInvalidPortValue'] as const),
    ]),
    [ethertype, 'ARP', 'SecurityGroupRuleInvalidEtherType'],
    [ethertype, null, 'SecurityGroupRuleInvalidEtherType'],
    ...['10.0.0.0/33', 'x', 5, '10.0.0.300', '10.0.0.0/24/24'].map((value): [(value: Json) => Json, Json, string] => [
      ...([remotePrefix, value, 'InvalidCIDR'] as const),
    ]),
  ])('%p refuses %p as %s', (convert, given, type) => {
    expect(() => convert(given)).toThrow(refusal(type));
  });
});
