import { defineFact } from './define-fact';
import { networkFact } from './network.fact';
import { qosPolicyFact } from './qos-policy.fact';
import { securityGroupFact } from './security-group.fact';

/** A node hosts this port. */
export interface PortAssignment {
  readonly port: string;
  readonly network: string;
  /** The policy in force: the port's own, else its network's; null: none. */
  readonly qosPolicy: string | null;
  /** What it may send and get; null: port security is off, and nothing is looked at. */
  readonly security: PortSecurityFact | null;
}

/** What holds for a port with port security, beside its own MAC address and addresses. */
export interface PortSecurityFact {
  /** Security groups: what any of them allows is allowed. Empty: nothing is, but what a port needs to get its address. */
  readonly groups: readonly string[];
  /** Further identities that it may send as (`allowed_address_pairs`); `ip` is an address or a CIDR. */
  readonly pairs: readonly { readonly mac: string; readonly ip: string }[];
}

export const portAssignmentFact = defineFact<PortAssignment>()({
  kind: 'port-assignment',
  writer: 'ipam',
  pattern: 'host.{host}.port.{port}',
  interests: ({ network, qosPolicy, security }) => [
    networkFact.scope(network),
    ...(qosPolicy ? [qosPolicyFact.scope(qosPolicy)] : []),
    ...(security?.groups.map(securityGroupFact.scope) ?? []),
  ],
});
