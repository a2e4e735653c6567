/** The caller, its project and the request's ids: the first argument of every handler and service method. */
export interface RequestContext {
  /** `req-<uuid>`, also the answer's `X-Openstack-Request-Id`. */
  readonly requestId: string;
  /** Writes with the same key and project happen once: the client's `Idempotency-Key`, else the request id. */
  readonly idempotencyKey: string;
  readonly userId: string;
  /** Null for an unscoped or system-scoped token. */
  readonly projectId: string | null;
  readonly domainId?: string | null;
  /** Implied roles expanded, lower-case. */
  readonly roles: readonly string[];
  /** Set for `scope: {system: all}` tokens. */
  readonly systemScope?: boolean;
}

/** The context in which Weft's own workers act. */
export const SYSTEM_CONTEXT: RequestContext = {
  requestId: 'req-system',
  idempotencyKey: '',
  userId: 'weft',
  projectId: null,
  roles: ['admin', 'service'],
};
