import type { AuditEntry, AuditLog } from '@weft/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LiveToken } from '../auth/token.service';
import { claimOf } from './claims';
import type { FailedRequest } from './error.filter';
import { FewLines } from './few-lines';

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** Strangers write no more lines in a minute: a log that rotates is to keep those of others for days. */
const STRANGERS_LINES = 10;

type Seen = FailedRequest & { caller?: LiveToken; before?: string };
type Who = Pick<AuditEntry, 'actor' | 'claimed' | 'omitted'>;

/**
 * Tells the audit log of each write whose caller is known, and of strangers who were refused, or have changed a password by knowing
 * it. Views of identity hold no secret.
 */
export function auditWrites(fastify: FastifyInstance, audit: AuditLog): void {
  if (!audit.isEnabled) return;
  const few = new FewLines(STRANGERS_LINES, 60_000);
  fastify.addHook('preHandler', async (request: Seen) => {
    const before = await readBefore(fastify, request);
    if (before !== undefined) request.before = before;
  });
  fastify.addHook('onSend', (request: Seen, reply, payload, done) => {
    const who = WRITES.includes(request.method) ? whoOf(request, reply, few) : null;
    if (who) {
      const { failure } = request;
      audit.write({
        requestId: String(reply.getHeader('x-openstack-request-id')),
        ...who,
        source: request.socket.remoteAddress ?? '',
        forwardedFor: request.headers['x-forwarded-for']?.toString(),
        method: request.method,
        path: request.url.split('?', 1)[0]!,
        route: request.routeOptions.url ?? 'unknown',
        resourceId: idOf(request.params),
        status: reply.statusCode,
        failure,
        before: failure ? undefined : request.before,
        after: failure ? undefined : inner(payload),
      });
    }
    done(null, payload);
  });
}

/**
 * The object as its GET shows it to the same caller, a moment before the write: identity's writes are few, and what decides about them is
 * not this.
 */
async function readBefore(fastify: FastifyInstance, { method, url, headers, routeOptions }: Seen) {
  const token = headers['x-auth-token'];
  const readable = fastify.hasRoute({ method: 'GET', url: routeOptions.url ?? '' });
  if (!WRITES.includes(method) || method === 'POST' || typeof token !== 'string' || !readable) return undefined;
  const subject = headers['x-subject-token'];
  const shown = { 'x-auth-token': token, ...(subject !== undefined && { 'x-subject-token': subject }) };
  const reply = await fastify.inject({ method: 'GET', url, headers: shown });
  return reply.statusCode === 200 ? inner(reply.payload) : undefined;
}

function whoOf(request: Seen, { statusCode }: FastifyReply, few: FewLines): Who | null {
  if (request.caller) return { actor: actorOf(request.caller) };
  const claimed = claimOf(request, statusCode);
  const omitted = claimed && few.take();
  return claimed && omitted !== null ? { actor: null, claimed, ...(omitted && { omitted }) } : null;
}

const actorOf = ({ user, names, roles }: LiveToken) => ({
  userId: user.id,
  userName: user.name,
  projectId: names.project?.id ?? null,
  domainId: names.project?.domain.id ?? names.domain?.id ?? null,
  roles: roles.map(({ name }) => name),
});

/** The last parameter of the path names the object. */
const idOf = (params: FastifyRequest['params']): string | null =>
  Object.values((params ?? {}) as Record<string, string>).at(-1) ?? null;

/** `{"user": {…}}` without its envelope. */
function inner(payload: unknown): string | undefined {
  if (typeof payload !== 'string' || payload === '') return undefined;
  const values = Object.values(JSON.parse(payload) as object);
  return values.length === 1 ? JSON.stringify(values[0]) : payload;
}
