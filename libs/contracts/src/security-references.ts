import type { RequestContext } from './context';
import { serviceSubject } from './rpc';

/**
 * What ipam and fwaas ask each other, for ports refer to security groups. fwaas owns the groups; ipam keeps a reference of each that a port
 * or a grant has named. A service asks before its transaction, never inside of one.
 */
export const securitySubject = {
  /** ipam → fwaas: {@link ResolveRequest} → {@link ResolveReply}. */
  resolve: serviceSubject('fwaas', 'references', 'resolve'),
  /** ipam → fwaas: {@link ObjectGrants} → `{}`: who else may see an object, after each change of its grants. */
  grants: serviceSubject('fwaas', 'references', 'grants'),
  /** ipam → fwaas: {@link WithdrawRequest} → {@link WithdrawReply}: before a grant goes of what rules use. */
  withdraw: serviceSubject('fwaas', 'references', 'withdraw'),
  /** fwaas → ipam: {@link Reference} → `{}`, or a conflict `SecurityGroupInUse`: before a group goes, or changes its statefulness. */
  put: serviceSubject('ipam', 'references', 'put'),
  /** fwaas → ipam: {@link GrantsRequest} → {@link GrantsPage}: all of them, by which fwaas mends what it has missed. */
  allGrants: serviceSubject('ipam', 'references', 'grants'),
};

/** Types of objects that ports, grants and rules refer to across services, by their names in `rbac-policies`. */
export type ReferenceType = 'security_group' | 'address_group';

export interface Reference {
  readonly type: ReferenceType;
  readonly id: string;
  readonly projectId: string;
  /** Of a security group; an address group is `true`. */
  readonly stateful: boolean;
  /** It is about to go: nothing may refer to it any more. */
  readonly gone: boolean;
  /** It has gone for good: its grants go, too. */
  readonly deleted?: boolean;
}

export interface ResolveRequest {
  readonly ctx: RequestContext;
  readonly type: ReferenceType;
  /** Unknown ones are left out of the reply. Visibility is the asker's to judge: it has owner and grants. */
  readonly ids: readonly string[];
  /** The default group of each of these projects is wanted, too: it is made if it is not there. */
  readonly defaultsOf: readonly string[];
}

export interface ResolveReply {
  readonly references: readonly (Reference & { readonly isDefault: boolean })[];
}

export interface ObjectGrants {
  readonly type: ReferenceType;
  readonly id: string;
  /** Projects, or `*`. Complete. */
  readonly targets: readonly string[];
  /** The greater one wins. */
  readonly generation: number;
}

/** The targets that remain. They are in force until a greater generation arrives, unless the withdrawal is refused. */
export interface WithdrawRequest extends ObjectGrants {
  /** What rules use. Of what ports use, ipam knows by itself. */
  readonly type: 'address_group';
  /** Whose grant is to go: a project, or `*`. */
  readonly from: string;
}

export interface WithdrawReply {
  /** Projects that depend on the grant; empty: it is withdrawn. */
  readonly dependents: readonly string[];
}

export interface GrantsRequest {
  /** Goes on after this id. */
  readonly after?: string;
}

export interface GrantsPage {
  readonly grants: readonly ObjectGrants[];
  readonly more: boolean;
}
