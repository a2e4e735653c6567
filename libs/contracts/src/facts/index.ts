import { addressGroupFact } from './address-group.fact';
import type { FactDefinition, KeyParts } from './define-fact';
import { dhcpAssignmentFact } from './dhcp-assignment.fact';
import { groupMemberFact } from './group-member.fact';
import { networkPortFact } from './network-port.fact';
import { networkFact } from './network.fact';
import { nodeFact } from './node.fact';
import { portAssignmentFact } from './port-assignment.fact';
import { qosPolicyFact } from './qos-policy.fact';
import { securityGroupFact } from './security-group.fact';

export * from './address-group.fact';
export type { FactDefinition } from './define-fact';
export * from './dhcp-assignment.fact';
export * from './group-member.fact';
export * from './host-token';
export * from './network-port.fact';
export * from './network.fact';
export * from './node.fact';
export * from './port-assignment.fact';
export * from './qos-policy.fact';
export * from './security-group.fact';

/** Every kind of fact: keys, their types, interests, and who may write them follow from this list. */
export const FACTS = [
  portAssignmentFact,
  dhcpAssignmentFact,
  networkFact,
  networkPortFact,
  nodeFact,
  qosPolicyFact,
  groupMemberFact,
  securityGroupFact,
  addressGroupFact,
] as const;

type AnyFact = (typeof FACTS)[number];
export type FactKind = AnyFact['kind'];
type DefinitionOf<Kind extends FactKind> = Extract<AnyFact, { readonly kind: Kind }>;

/** The value of a kind of fact. */
export type FactValueOf<Kind extends FactKind> = Parameters<DefinitionOf<Kind>['interests']>[0];
export type FactValue = FactValueOf<FactKind>;

/** A key of one of these kinds, taken apart. */
export type FactKeyOf<Kind extends FactKind> = Kind extends FactKind
  ? { readonly kind: Kind } & KeyParts<DefinitionOf<Kind>['pattern']>
  : never;
export type FactKey = FactKeyOf<FactKind>;

/** The JetStream key-value bucket of facts. */
export const FACTS_BUCKET = 'FACTS';

/**
 * What must be true, one complete value per key (see DESIGN.md, "Facts"). One service writes a key; the greater generation wins,
 * deletions included.
 */
export interface Fact<V = FactValue> {
  /** Grows with every change of the value that matters to a node. */
  readonly generation: number;
  /** Null: the object must not exist any more (a deletion is a fact, too). */
  readonly value: V | null;
  /** W3C traceparent of the request which caused it. */
  readonly trace?: string;
}

const byKind: ReadonlyMap<string, FactDefinition> = new Map(FACTS.map((fact) => [fact.kind, fact as FactDefinition]));
const byHead = new Map<string, AnyFact[]>();
for (const fact of FACTS) byHead.set(fact.head, [...(byHead.get(fact.head) ?? []), fact]);

export const factDefinition = (kind: FactKind): FactDefinition => byKind.get(kind)!;

/** A key taken apart; null: of a kind that this version does not know. */
export function parseFactKey(key: string): FactKey | null {
  const tokens = key.split('.');
  for (const fact of byHead.get(tokens[0]!) ?? []) {
    const parts = fact.parse(tokens);
    if (parts) return { kind: fact.kind, ...parts } as FactKey;
  }
  return null;
}

/**
 * What else a node needs because it holds a fact: prefixes of keys (`network.A` covers itself and `network.A.…`). It is transitive: a port
 * asks for its groups, their rules for the members of others.
 */
export const interestsOf = ({ kind }: FactKey, value: FactValue): readonly string[] =>
  factDefinition(kind).interests(value);

/** Prefixes that every node needs. */
export const COMMON_PREFIXES: readonly string[] = FACTS.filter(({ everyNode }) => everyNode).map(
  ({ head }) => `${head}.`,
);

/** Keys that a service writes, as NATS subject patterns. */
export const factKeysWrittenBy = (writer: string): readonly string[] => [
  ...new Set(FACTS.filter((fact) => fact.writer === writer).map(({ head }) => `${head}.>`)),
];
