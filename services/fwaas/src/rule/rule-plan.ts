import { ApiError, type Json, PROTOCOLS } from '@weft/contracts';
import { Cidr } from '@weft/net';

/** A rule as it is kept: what the client says, and what it comes to. */
export interface RulePlan {
  readonly direction: string;
  readonly ethertype: string;
  /** As the client calls it; null: any. */
  readonly protocol: string | null;
  readonly protocol_number: number | null;
  /** Ports, or type and code of ICMP. */
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  /** Without host bits. */
  readonly normalized_cidr: string | null;
  readonly remote_group_id: string | null;
  readonly remote_address_group_id: string | null;
  readonly description: string;
}

export const ICMP: readonly number[] = [PROTOCOLS.icmp!, PROTOCOLS['ipv6-icmp']!];
const PORT_PROTOCOLS = ['dccp', 'sctp', 'tcp', 'udp', 'udplite'];
const WITH_PORTS: readonly number[] = PORT_PROTOCOLS.map((name) => PROTOCOLS[name]!);
const IPV6_ONLY: readonly number[] = ['encap', 'frag', 'icmp', 'nonxt', 'opts', 'route'].map(
  (name) => PROTOCOLS[`ipv6-${name}`]!,
);
/** ICMP of IPv6 is another protocol than ICMP, by whatever name it is asked for. */
const OF_IPV6: Readonly<Record<string, string>> = { icmp: 'ipv6-icmp', icmpv6: 'ipv6-icmp', '1': '58' };

const refused = (type: string, message: string) => new ApiError(type, 400, message);

/** Checks in the order of the reference. @throws ApiError 400 */
export function planRule(item: Readonly<Record<string, Json>>): RulePlan {
  const ethertype = item.ethertype as string;
  const asked = item.protocol as string | null;
  const protocol = asked !== null && ethertype === 'IPv6' ? (OF_IPV6[asked] ?? asked) : asked;
  const plan: RulePlan = {
    direction: item.direction as string,
    ethertype,
    protocol,
    protocol_number: protocol === null ? null : (PROTOCOLS[protocol] ?? Number(protocol)),
    port_range_min: item.port_range_min as number | null,
    port_range_max: item.port_range_max as number | null,
    remote_ip_prefix: item.remote_ip_prefix as string | null,
    normalized_cidr: item.remote_ip_prefix === null ? null : Cidr.parse(item.remote_ip_prefix as string)!.toString(),
    remote_group_id: item.remote_group_id as string | null,
    remote_address_group_id: item.remote_address_group_id as string | null,
    description: item.description as string,
  };
  checkPorts(plan);
  checkFamily(plan);
  if ([plan.remote_ip_prefix, plan.remote_group_id, plan.remote_address_group_id].filter(Boolean).length > 1)
    throw refused(
      'SecurityGroupMultipleRemoteEntites',
      'Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.',
    );
  return plan;
}

/** By which two rules of a group are the same. */
export const keyOfPlan = ({
  protocol: _name,
  remote_ip_prefix: _prefix,
  description: _text,
  ...rest
}: RulePlan): string =>
  JSON.stringify({ ...rest, normalized_cidr: isEverything(rest.normalized_cidr) ? null : rest.normalized_cidr });

/** All addresses of a family are no prefix. */
export const isEverything = (cidr: string | null): boolean => cidr?.endsWith('/0') ?? true;

function checkPorts({ protocol_number: number, port_range_min: min, port_range_max: max }: RulePlan): void {
  if (min === null && max === null) return;
  if (number === null)
    throw refused('SecurityGroupProtocolRequiredWithPorts', 'Must also specify protocol if port range is given.');
  if (ICMP.includes(number)) return checkIcmp(min, max);
  if (!WITH_PORTS.includes(number)) {
    const known = PORT_PROTOCOLS.map((name) => name.toUpperCase()).join(', ');
    throw refused(
      'SecurityGroupInvalidProtocolForPort',
      `Invalid protocol ${number} for port range, only supported for ${known}.`,
    );
  }
  if (min === 0 || max === 0) throw refused('SecurityGroupInvalidPortValue', 'Invalid value for port 0');
  if (min === null || max === null || min > max)
    throw refused('SecurityGroupInvalidPortRange', 'For TCP/UDP protocols, port_range_min must be <= port_range_max');
}

function checkIcmp(type: number | null, code: number | null): void {
  const values = [
    ['type', 'port_range_min', type],
    ['code', 'port_range_max', code],
  ] as const;
  for (const [field, attribute, value] of values) {
    if (value === null || value <= 255) continue;
    throw refused(
      'SecurityGroupInvalidIcmpValue',
      `Invalid value for ICMP ${field} (${attribute}) ${value}. It must be 0 to 255.`,
    );
  }
  if (type === null)
    throw refused(
      'SecurityGroupMissingIcmpType',
      `ICMP code (port-range-max) ${code} is provided but ICMP type (port-range-min) is missing.`,
    );
}

function checkFamily({
  ethertype,
  protocol,
  protocol_number: number,
  remote_ip_prefix,
  normalized_cidr,
}: RulePlan): void {
  if (normalized_cidr !== null && ethertype !== `IPv${Cidr.parse(normalized_cidr)!.version}`)
    throw refused(
      'SecurityGroupRuleParameterConflict',
      `Conflicting value ethertype ${ethertype} for CIDR ${remote_ip_prefix}`,
    );
  if (ethertype === 'IPv4' && number !== null && IPV6_ONLY.includes(number))
    throw refused(
      'SecurityGroupEthertypeConflictWithProtocol',
      `Invalid ethertype ${ethertype} for protocol ${protocol}.`,
    );
}
