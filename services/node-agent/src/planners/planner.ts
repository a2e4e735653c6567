import type { Component, Fact, FactKey, ReasonCode, Report, ReportObject } from '@weft/contracts';
import type { Capabilities } from '@weft/dataplane';
import type { DesiredObjects, DriverKind } from '../dataplane/drivers';

/** What desires objects on this node: `network:<id>`, `security-group:<id>`, … */
export type OwnerKey = `${string}:${string}`;

/** What planners must know of the node itself. */
export interface NodeProfile {
  readonly host: string;
  readonly tunnelIp: string | null;
  readonly bridgeMappings: Readonly<Record<string, string>>;
  readonly metadata: boolean;
  /** Lease time in seconds; resolvers that the networks' DNS servers ask, in that order. */
  readonly dhcp: { readonly leaseTime: number; readonly resolvers: readonly string[] };
  readonly capabilities: Capabilities;
}

/** Follows from the facts alone: nothing that is read from the kernel can change it. */
export interface Outcome {
  readonly state: Report['state'];
  readonly reason?: ReasonCode;
  readonly detail?: string;
}

/** An object that must have been read back as desired. */
export interface Condition {
  readonly driver: DriverKind;
  /** The driver's key of the object. */
  readonly key: string;
  /** The version of it that must be in force, where a driver applies parts of an object one by one. */
  readonly content?: string;
}

/** Something of an object that this node has to prove, or refute. */
export interface Requirement {
  readonly object: { readonly type: ReportObject; readonly id: string };
  readonly component: Component;
  readonly generation: number;
  readonly trace?: string;
  /** Conditions are evaluated in order: the first that does not hold is the reason. */
  readonly dependsOn: Outcome | readonly Condition[];
}

export const isOutcome = (dependsOn: Requirement['dependsOn']): dependsOn is Outcome => 'state' in dependsOn;

/** Everything that must be on this node because of one owner. */
export interface Plan {
  readonly objects: DesiredObjects;
  readonly requirements: readonly Requirement[];
}

export const EMPTY_PLAN: Plan = { objects: {}, requirements: [] };

/** A fact has come, changed or gone. */
export interface FactChange {
  readonly key: FactKey;
  readonly before: Fact | null;
  /** Null: it is deleted, or no longer this node's. */
  readonly after: Fact | null;
}

/**
 * Facts to desired objects, for one kind of owner. It does no I/O: a change is only indexed, and a plan is a function of the indexed facts
 * and the node.
 */
export interface Planner {
  /** Of its owners: `network`. */
  readonly kind: string;
  /** Takes a change into its index. @returns ids of the owners whose plan may be another one now */
  index(change: FactChange): Iterable<string>;
  plan(id: string, node: NodeProfile): Plan;
}
