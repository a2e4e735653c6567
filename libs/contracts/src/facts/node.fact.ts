import { defineFact } from './define-fact';

/** A node's place in the underlay: what every other node must know of it. */
export interface NodeFact {
  readonly host: string;
  /** Underlay address of its tunnel endpoint; null: no overlay on this node. */
  readonly tunnelIp: string | null;
  /** Physical networks that it has a card in. */
  readonly physicalNetworks: readonly string[];
}

export const nodeFact = defineFact<NodeFact>()({
  kind: 'node',
  writer: 'ipam',
  pattern: 'node.{host}',
  everyNode: true,
});
