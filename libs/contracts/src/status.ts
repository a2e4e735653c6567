import type { ProofState, ReasonCode } from './reports';

/** `GET /weft/v1/status/<resource>/<id>`: what is proven, what is pending, on which node, since when, why. */
export interface StatusProof {
  readonly resource: string;
  readonly id: string;
  /** The API's `status`. */
  readonly status: string;
  /** The generation that must be proven. */
  readonly generation: number;
  readonly requirements: readonly {
    /** Null: no node is chosen yet. */
    readonly node: string | null;
    readonly component: string;
    readonly state: ProofState;
    /** Generation that the node last spoke of; null: never. */
    readonly generation: number | null;
    /** ISO 8601: when this state began. */
    readonly since: string | null;
    readonly reason?: ReasonCode;
    readonly detail?: string;
  }[];
}

/** What Weft tells of objects of the Networking API: `GET /weft/v1/<collection>/<id>/<view>`, asked of the owner by the view's name. */
export const VIEWS: readonly { readonly collection: string; readonly view: string; readonly summary: string }[] = [
  {
    collection: 'ports',
    view: 'drops',
    summary: 'Why packets of a port did not pass: how many for which reason, and the latest of those that were sampled',
  },
  {
    collection: 'security-group-rules',
    view: 'stats',
    summary:
      'How many packets and bytes a rule has let pass (of a stateful group: those that begin a flow); for operators also on which host',
  },
];

/** `GET /weft/v1/security-group-rules/<id>/stats`, below `stats`: what a rule has let pass since it was made. */
export interface RuleStats {
  readonly packets: number;
  readonly bytes: number;
  /** For operators only. */
  readonly hosts?: readonly {
    readonly host: string;
    readonly packets: number;
    readonly bytes: number;
    /** ISO 8601: when the node last told of it. */
    readonly updated_at: string;
  }[];
}
