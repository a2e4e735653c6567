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
    /** Generation of the node's last report; null: none. */
    readonly generation: number | null;
    /** ISO 8601: when this state began. */
    readonly since: string | null;
    readonly reason?: ReasonCode;
    readonly detail?: string;
  }[];
}

/** `GET /weft/v1/security-group-rules/<id>/stats`, below `stats`: what a rule has let pass since it was made. */
export interface RuleStats {
  readonly packets: number;
  readonly bytes: number;
  /** For operators only. */
  readonly hosts?: readonly {
    readonly host: string;
    readonly packets: number;
    readonly bytes: number;
    /** ISO 8601: the node's last report. */
    readonly updated_at: string;
  }[];
}
