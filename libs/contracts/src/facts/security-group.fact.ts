import { addressGroupFact } from './address-group.fact';
import { defineFact } from './define-fact';
import { groupMemberFact } from './group-member.fact';

/** Rules of a security group. */
export interface SecurityGroupFact {
  readonly id: string;
  /** Replies to what is allowed are allowed (connection tracking); else each packet is judged by the rules alone. */
  readonly stateful: boolean;
  /** In the order of their ids. */
  readonly rules: readonly SecurityGroupRuleFact[];
}

export interface SecurityGroupRuleFact {
  readonly id: string;
  /** As the instance sees it. */
  readonly direction: 'ingress' | 'egress';
  readonly ipVersion: 4 | 6;
  /** IANA protocol number; null: any. ICMP of IPv6 is 58, whatever the API's client called it. */
  readonly protocol: number | null;
  /** Destination ports, both inclusive, of protocols that have ports; null: any. */
  readonly ports: { readonly min: number; readonly max: number } | null;
  /** Of ICMP; null: any type. A null code: any code. */
  readonly icmp: { readonly type: number; readonly code: number | null } | null;
  /** Where it may come from (ingress) or go to (egress); null: anywhere. */
  readonly remote: RuleRemote | null;
}

export type RuleRemote =
  | { readonly prefix: string }
  /** Addresses of the members of a security group. */
  | { readonly group: string }
  | { readonly addressGroup: string };

export const securityGroupFact = defineFact<SecurityGroupFact>()({
  kind: 'security-group',
  writer: 'fwaas',
  pattern: 'group.{group}',
  interests: ({ rules }) => [...new Set(rules.flatMap(({ remote }) => scopeOfRemote(remote)))],
});

function scopeOfRemote(remote: RuleRemote | null): readonly string[] {
  if (remote === null || 'prefix' in remote) return [];
  return 'group' in remote ? [groupMemberFact.scope(remote.group)] : [addressGroupFact.scope(remote.addressGroup)];
}
