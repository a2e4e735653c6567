import { Injectable } from '@nestjs/common';
import type { TokenIdentity } from '@weft/contracts';
import { AuditLog } from '@weft/service-kit';
import type { DispatchResult } from '../dispatch/dispatch-result';
import type { EdgeRequest } from '../http/edge-request';

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** The status of a create, whose object is in the answer only. */
const CREATED = 201;

/**
 * Records every write of an identified client in the audit log, successful or not. Requests without a valid token and rate-limited ones
 * have written nothing: they are in the request log only.
 */
@Injectable()
export class AuditTrail {
  constructor(private readonly log: AuditLog) {}

  record(request: EdgeRequest, { answer, route, id, failure }: DispatchResult, identity: TokenIdentity): void {
    if (!this.log.isEnabled || !WRITES.includes(request.method)) return;
    const { before, after } = answer.written ?? {};
    const text = after?.toString('utf8');
    this.log.write({
      requestId: request.requestId,
      actor: identity,
      source: request.source,
      forwardedFor: request.header('x-forwarded-for'),
      method: request.method,
      path: request.path,
      route,
      resourceId: id ?? (answer.status === CREATED && text !== undefined ? idOf(text) : null),
      status: answer.status,
      failure,
      before: before?.toString('utf8') || undefined,
      after: text,
    });
  }
}

/** Of one object; several have none in common. */
const idOf = (text: string): string | null => {
  const created = JSON.parse(text) as { id?: unknown };
  return typeof created.id === 'string' ? created.id : null;
};
