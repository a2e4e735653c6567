import { SpanKind } from '@opentelemetry/api';
import { headers as natsHeaders, type Msg } from 'nats';
import { ApiError, type ErrorReply, internalError } from '@weft/contracts';
import { instruments, logger, span } from '@weft/telemetry';
import { DEADLINE, ERROR, TRACEPARENT } from './headers';

const log = logger('messaging');

/** A message as it arrived. */
export interface Inbound {
  readonly subject: string;
  readonly data: Uint8Array;
  /** @throws SyntaxError */
  json<T>(): T;
  /** Milliseconds since the epoch after which the requester no longer waits. An event has none: `Infinity`. */
  readonly deadline: number;
}

/** A request, to be answered exactly once: by {@link reply} or by {@link fail}. */
export interface InboundRequest extends Inbound {
  /** W3C trace context of the requester. */
  readonly traceparent: string | undefined;
  /** Bytes are sent as they are, any other value as JSON; `undefined` becomes `null`. */
  reply(value: unknown): void;
  fail(error: ApiError): void;
}

const encoder = new TextEncoder();
/** The body of a message: bytes as they are, any other value as JSON. */
export const encode = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : encoder.encode(JSON.stringify(body ?? null));

const inbound = (message: Msg, deadline: number): Inbound => ({
  subject: message.subject,
  data: message.data,
  json: <T>() => message.json<T>(),
  deadline,
});

export const inboundEvent = (message: Msg): Inbound => inbound(message, Infinity);

/** @param defaultDeadlineMs for requests of clients that set none */
export const inboundRequest = (message: Msg, defaultDeadlineMs: number): InboundRequest => ({
  ...inbound(message, Number(message.headers?.get(DEADLINE) || Date.now() + defaultDeadlineMs)),
  traceparent: message.headers?.get(TRACEPARENT) || undefined,
  reply: (value) => void message.respond(encode(value)),
  fail: (error) => {
    const headers = natsHeaders();
    headers.set(ERROR, '1');
    message.respond(encode(errorReply(error)), { headers });
  },
});

/** What the requester may learn of a failure: an {@link ApiError} as it is, of a defect nothing but that it is one. */
export const toApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : internalError(error));

/**
 * Runs the handler of a request in a span that continues the requester's trace; records its duration and logs defects.
 * @throws ApiError whatever the handler threw: an expected failure is no failure of the span
 */
export async function observeRequest<T>(request: InboundRequest, handle: () => Promise<T>): Promise<T> {
  const { subject, traceparent } = request;
  const began = performance.now();
  const result = await span<{ readonly value: T } | { readonly failure: ApiError }>(
    `handle ${spanName(subject)}`,
    { kind: SpanKind.SERVER, ...(traceparent !== undefined && { parent: traceparent }) },
    async (active) => {
      try {
        return { value: await handle() };
      } catch (error) {
        const failure = toApiError(error);
        active.setAttribute('error.type', failure.type);
        if (failure.status >= 500) log.error({ err: failure.cause ?? failure, subject }, 'request failed');
        return { failure };
      }
    },
  );
  const outcome = 'failure' in result ? result.failure.type : 'ok';
  instruments().rpcDuration.record((performance.now() - began) / 1000, { subject: spanName(subject), outcome });
  if ('failure' in result) throw result.failure;
  return result.value;
}

/** Subjects with ids or host names in them would make a span name each: only the fixed head counts. */
export const spanName = (subject: string): string =>
  subject
    .split('.')
    .slice(0, subject.startsWith('svc.') ? 4 : 2)
    .join('.');

const errorReply = ({ type, status, message, detail }: ApiError): ErrorReply => ({
  type,
  status,
  message,
  ...(detail && { detail }),
});
