import { httpBadRequest, type RequestContext, type TokenIdentity } from '@weft/contracts';
import type { EdgeRequest } from '../http/edge-request';

/** @throws HTTPBadRequest on an unusable `Idempotency-Key` */
export function requestContext(request: EdgeRequest, identity: TokenIdentity): RequestContext {
  const key = request.header('idempotency-key');
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw httpBadRequest('Idempotency-Key must be 1 to 255 printable ASCII characters without spaces');
  }
  return {
    requestId: request.requestId,
    idempotencyKey: key ?? request.requestId,
    userId: identity.userId,
    projectId: identity.projectId,
    domainId: identity.domainId,
    roles: identity.roles,
    ...(identity.systemScope && { systemScope: true }),
  };
}
