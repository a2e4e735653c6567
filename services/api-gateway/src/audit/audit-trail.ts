import { Injectable } from '@nestjs/common';
import type { TokenIdentity } from '@weft/contracts';
import { AuditLog } from '@weft/service-kit';
import type { Answered } from '../edge.service';
import type { EdgeRequest } from '../http/edge-request';

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** A create, whose object is told of by its answer alone. */
const CREATED = 201;

/**
 * Tells the audit log of each write whose client is known, done or refused. Who is not let in, or not heard because he asks too
 * often, has written nothing: that is in the log of requests.
 */
@Injectable()
export class AuditTrail {
  constructor(private readonly log: AuditLog) {}

  record(request: EdgeRequest, { answer, route, id, failure }: Answered, identity: TokenIdentity): void {
    if (!this.log.isOn || !WRITES.includes(request.method)) return;
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
