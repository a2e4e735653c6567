import { ApiError } from '@weft/contracts';
import type { AuditLog } from '@weft/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LiveToken } from '../auth/token.service';

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

type Seen = FastifyRequest & { caller?: LiveToken };
interface Refusal {
  readonly error: { readonly title: string; readonly message: string };
}

/** Tells the audit log of each write whose caller is known. Views of identity hold no secret; what was before is not read for it. */
export function auditWrites(fastify: FastifyInstance, audit: AuditLog): void {
  if (!audit.isOn) return;
  fastify.addHook('onSend', (request: Seen, reply, payload, done) => {
    const { caller, method } = request;
    if (caller && WRITES.includes(method)) {
      const text = typeof payload === 'string' && payload !== '' ? payload : undefined;
      const status = reply.statusCode;
      const refused = status >= 400 && text !== undefined ? (JSON.parse(text) as Refusal).error : undefined;
      audit.write({
        requestId: String(reply.getHeader('x-openstack-request-id')),
        actor: actorOf(caller),
        source: request.socket.remoteAddress ?? '',
        forwardedFor: request.headers['x-forwarded-for']?.toString(),
        method,
        path: request.url.split('?', 1)[0]!,
        route: request.routeOptions.url ?? 'unknown',
        resourceId: idOf(request.params),
        status,
        failure: refused && new ApiError(refused.title, status, refused.message),
        before: undefined,
        after: refused ? undefined : text,
      });
    }
    done(null, payload);
  });
}

const actorOf = ({ user, names, roles }: LiveToken) => ({
  userId: user.id,
  userName: user.name,
  projectId: names.project?.id ?? null,
  domainId: names.project?.domain.id ?? names.domain?.id ?? null,
  roles: roles.map(({ name }) => name),
});

/** The last parameter of the path names the object. */
const idOf = (params: unknown): string | null => Object.values((params ?? {}) as Record<string, string>).at(-1) ?? null;
