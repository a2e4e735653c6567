/** Request with many replies and no queue group: every process of the cloud answers it with a {@link HealthReply}. */
export const HEALTH_SUBJECT = 'health.ping';

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** A sentence for the operator when it is not. */
  readonly text?: string;
}

/** How one process is. */
export interface HealthReply {
  readonly service: string;
  /** Tells replicas apart. */
  readonly instance: string;
  /** Of node agents. */
  readonly host?: string;
  readonly version: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly healthy: boolean;
  readonly checks: readonly HealthCheck[];
}
