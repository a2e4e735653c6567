import { defineFact } from './define-fact';

/** What the rules of a QoS policy amount to. Rates in kbit/s and packets/s as an instance sees them: egress is what it sends. */
export interface QosFact {
  readonly id: string;
  readonly egress: RateFact | null;
  readonly ingress: RateFact | null;
  /** 0 to 63 (RFC 2474), set in what the instance sends; null: as it was. */
  readonly dscp: number | null;
}

export interface RateFact {
  /** Null: no limit of bits. */
  readonly kbps: number | null;
  /** kbit that may exceed the rate at once; 0: as the node sees fit. */
  readonly burstKbit: number;
  /** Packets per second; null: no limit of packets. */
  readonly pps: number | null;
}

export const qosPolicyFact = defineFact<QosFact>()({ kind: 'qos-policy', writer: 'ipam', pattern: 'qos.{policy}' });
