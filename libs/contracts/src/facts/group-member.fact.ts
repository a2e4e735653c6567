import { defineFact } from './define-fact';

/**
 * One member of a security group: its fixed addresses, and those of allowed address pairs (addresses or CIDRs). One member more is one
 * fact more, at any size of the group.
 */
export interface GroupMemberFact {
  readonly group: string;
  readonly port: string;
  readonly addresses: readonly string[];
}

export const groupMemberFact = defineFact<GroupMemberFact>()({
  kind: 'group-member',
  writer: 'ipam',
  pattern: 'members.{group}.{port}',
});
