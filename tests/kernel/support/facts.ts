import type {
  FactValue,
  NetworkFact,
  PortFact,
  PortSecurityFact,
  SecurityGroupRuleFact,
  SegmentFact,
  SubnetFact,
} from '@weft/contracts';
import {
  dhcpAssignmentFact,
  groupMemberFact,
  networkFact,
  networkPortFact,
  portAssignmentFact,
  securityGroupFact,
} from '@weft/contracts';
import { Cidr, formatIp } from '@weft/net';

/** Builders of facts, short enough that a test reads as a situation. */

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
/** A UUID whose first 11 characters tell kinds and numbers apart. */
export const uuid = (kind: number, n: number): string => `${hex(kind, 2)}${hex(n, 6)}-00aa-4000-8000-${hex(n, 12)}`;
export const networkId = (n: number): string => uuid(0xa0, n);
export const portId = (n: number): string => uuid(0xb0, n);
export const subnetId = (n: number): string => uuid(0xc0, n);
/** Names on a host: of an instance's namespace, its tap, and a network's bridge. */
export const guest = (n: number): string => `vm-${portId(n).slice(0, 8)}`;
export const tap = (n: number): string => `tap${portId(n).slice(0, 11)}`;
export const bridge = (n: number): string => `brq${networkId(n).slice(0, 11)}`;
export const mac = (n: number): string => `fa:16:3e:00:${hex(n >> 8, 2)}:${hex(n & 255, 2)}`;

export const subnet = (id: string, cidr: string, more: Partial<SubnetFact> = {}): SubnetFact => ({
  id,
  segmentId: null,
  ipVersion: cidr.includes(':') ? 6 : 4,
  cidr,
  gatewayIp: null,
  enableDhcp: true,
  dnsNameservers: [],
  hostRoutes: [],
  ipv6RaMode: null,
  ipv6AddressMode: null,
  ...more,
});

export const STATEFUL = { ipv6RaMode: 'dhcpv6-stateful', ipv6AddressMode: 'dhcpv6-stateful' } as const;

export const vxlan = (vni: number): SegmentFact => ({
  ...{ id: `segment-${vni}`, type: 'vxlan', physicalNetwork: null, segmentationId: vni },
});

export const network = (id: string, more: Partial<NetworkFact> = {}): NetworkFact => ({
  id,
  projectId: 'project',
  adminStateUp: true,
  mtu: 1450,
  segments: [vxlan(48)],
  dnsDomain: 'openstacklocal',
  subnets: [],
  ...more,
});

export const port = (
  n: number,
  networkOfPort: string,
  host: string | null,
  more: Partial<PortFact> = {},
): PortFact => ({
  id: portId(n),
  network: networkOfPort,
  mac: mac(n),
  host,
  adminStateUp: true,
  deviceId: `instance-${n}`,
  deviceOwner: 'compute:nova',
  projectId: 'project',
  addresses: [],
  dnsName: '',
  dhcpOptions: [],
  mobile: false,
  subport: null,
  ...more,
});

/** A network whose port n has the n-th address of each of its subnets. @param subnets CIDR → what else there is to say */
export const lan = (
  n: number,
  subnets: Readonly<Record<string, Partial<SubnetFact>>>,
  more: Partial<NetworkFact> = {},
) => {
  const id = networkId(n);
  const all = Object.entries(subnets).map(([cidr, of], i) => subnet(subnetId(16 * n + i), cidr, of));
  const at = (k: number): Pick<PortFact, 'addresses'> => ({
    addresses: all.map(({ id: of, cidr }) => ({ subnet: of, ip: addressIn(cidr, k) })),
  });
  return {
    id,
    facts: networkFacts(network(id, { subnets: all, ...more })),
    at,
    port: (k: number, host: string, of: Partial<PortFact> = {}): PortFact => port(k, id, host, { ...at(k), ...of }),
  };
};

function addressIn(cidr: string, n: number): string {
  const { version, network: first } = Cidr.parse(cidr)!;
  return formatIp({ version, value: first + BigInt(n) });
}

export const networkFacts = (value: NetworkFact): Record<string, FactValue> => ({ [networkFact.key(value.id)]: value });

/** A port, and its assignment to the host that it is bound to. */
export const portFacts = (
  value: PortFact,
  qosPolicy: string | null = null,
  security: PortSecurityFact | null = null,
): Record<string, FactValue> => ({
  [networkPortFact.key(value.network, value.id)]: value,
  ...(value.host !== null && {
    [portAssignmentFact.key(value.host, value.id)]: { port: value.id, network: value.network, qosPolicy, security },
  }),
});

/** A DHCP port, and the assignment of its network's DHCP to the host. */
export const dhcpFacts = (host: string, value: PortFact): Record<string, FactValue> => ({
  [networkPortFact.key(value.network, value.id)]: { ...value, host, deviceOwner: 'network:dhcp' },
  [dhcpAssignmentFact.key(host, value.network)]: { network: value.network, port: value.id },
});

export const groupId = (n: number): string => uuid(0xe0, n);
export const ruleId = (n: number): string => uuid(0xd0, n);
export const securityRule = (
  n: number,
  direction: SecurityGroupRuleFact['direction'],
  more: Partial<SecurityGroupRuleFact> = {},
): SecurityGroupRuleFact => ({
  ...{ id: ruleId(n), direction, ipVersion: 4, protocol: null, ports: null, icmp: null, remote: null },
  ...more,
});
export const groupFacts = (
  n: number,
  rules: readonly SecurityGroupRuleFact[],
  stateful = true,
): Record<string, FactValue> => ({
  [securityGroupFact.key(groupId(n))]: { id: groupId(n), stateful, rules },
});
/** @param addresses null: it is no member any more */
export const memberFacts = (
  n: number,
  p: number,
  addresses: readonly string[] | null,
): Record<string, FactValue | null> => ({
  [groupMemberFact.key(groupId(n), portId(p))]: addresses && { group: groupId(n), port: portId(p), addresses },
});
export const secured = (...groups: number[]): PortSecurityFact => ({ groups: groups.map(groupId), pairs: [] });
