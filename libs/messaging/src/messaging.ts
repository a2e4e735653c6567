import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import { headers as natsHeaders, type Msg, type NatsConnection, type Subscription } from 'nats';
import { ApiError, type ErrorReply, internalError, serviceUnavailable } from '@weft/contracts';
import { currentTraceparent, instruments, logger, span } from '@weft/telemetry';
import { NoResponders, ReplyInbox, Silence, WORKING, WORKING_EVERY_MS } from './reply-inbox';

const log = logger('messaging');

const TRACEPARENT = 'traceparent';
const DEADLINE = 'Weft-Deadline';
const ERROR = 'Weft-Error';

/** How long a request looks for somebody who answers. */
const DEFAULT_DEADLINE_MS = 10_000;
/** How long it waits for somebody who says that he works on it. */
const LONGEST_WORK_MS = 60_000;

export interface RequestOptions {
  /** How long the caller looks for an answer, retries included; work under way is waited for beyond it. Default 10 s. */
  readonly deadlineMs?: number;
  /**
   * Send again when no reply came: right for reads and for writes under an idempotency key, which is all that Weft sends.
   * Default true. "No responders" is always retried: nobody saw the request.
   */
  readonly retry?: boolean;
}

export interface Inbound {
  readonly subject: string;
  readonly data: Uint8Array;
  json<T>(): T;
  /** Milliseconds since the epoch after which nobody waits for the answer any more. */
  readonly deadline: number;
}

/** Answers with a JSON value, or with bytes as they are. A thrown {@link ApiError} becomes the error reply. */
export type Handler = (message: Inbound) => Promise<unknown>;

export interface Responder {
  /** Takes no more requests and waits for those under way. */
  stop(): Promise<void>;
}

const encoder = new TextEncoder();

/** Request/reply and publish over NATS with deadlines, error replies and trace context. */
export class Messaging {
  private readonly inbox: ReplyInbox;

  constructor(readonly connection: NatsConnection) {
    this.inbox = new ReplyInbox(connection);
  }

  /** Asks and parses the JSON reply. Throws the {@link ApiError} of an error reply, or `ServiceUnavailable`. */
  async request<T>(subject: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    return JSON.parse(Buffer.from(await this.requestRaw(subject, body, options)).toString('utf8')) as T;
  }

  /** Asks and hands the reply's bytes on unparsed. */
  requestRaw(subject: string, body: unknown, options: RequestOptions = {}): Promise<Uint8Array> {
    return span(
      `request ${spanName(subject)}`,
      { kind: SpanKind.CLIENT, attributes: { 'messaging.destination.name': subject } },
      () => this.tryUntilDeadline(subject, encoder.encode(JSON.stringify(body)), options),
    );
  }

  private async tryUntilDeadline(subject: string, payload: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    const deadline = Date.now() + (options.deadlineMs ?? DEFAULT_DEADLINE_MS);
    const headers = natsHeaders();
    headers.set(DEADLINE, String(deadline));
    const traceparent = currentTraceparent();
    if (traceparent) headers.set(TRACEPARENT, traceparent);
    for (let attempt = 0; ; attempt++) {
      try {
        const reply = await this.inbox.send(subject, payload, headers);
        if (reply.headers?.has(ERROR)) throw errorOf(reply.json<ErrorReply>());
        return reply.data;
      } catch (error) {
        const unseen = error instanceof NoResponders;
        if (!unseen && !(error instanceof Silence)) throw error;
        const pause = Math.min(25 * 2 ** attempt, 250);
        if ((!unseen && options.retry === false) || Date.now() + pause >= deadline) {
          throw serviceUnavailable(`No answer from ${subject}`, error);
        }
        await sleep(pause);
      }
    }
  }

  /** Serves a subject (wildcards allowed) in a queue group: any number of replicas share the requests. */
  respond(subject: string, queue: string | undefined, handler: Handler): Responder {
    const subscription = this.connection.subscribe(subject, queue === undefined ? {} : { queue });
    const underWay = new Set<Promise<void>>();
    const serve = async (): Promise<void> => {
      for await (const message of subscription) {
        const work: Promise<void> = this.answer(message, handler).finally(() => underWay.delete(work));
        underWay.add(work);
      }
    };
    void serve();
    return {
      stop: async () => {
        await drained(subscription);
        await Promise.allSettled(underWay);
      },
    };
  }

  private async answer(message: Msg, handler: Handler): Promise<void> {
    const deadline = Number(message.headers?.get(DEADLINE) || Date.now() + DEFAULT_DEADLINE_MS);
    // Nobody waits for it any more: doing it now could only surprise.
    if (Date.now() > deadline) return;
    const began = performance.now();
    const working = setInterval(() => this.sayWorking(message, began), WORKING_EVERY_MS);
    let outcome = 'ok';
    const inbound: Inbound = {
      subject: message.subject,
      data: message.data,
      json: <T>() => message.json<T>(),
      deadline,
    };
    await span(
      `handle ${spanName(message.subject)}`,
      { kind: SpanKind.SERVER, ...parentOf(message) },
      async (active) => {
        try {
          const reply = await handler(inbound);
          message.respond(reply instanceof Uint8Array ? reply : encoder.encode(JSON.stringify(reply ?? null)));
        } catch (error) {
          const failure = error instanceof ApiError ? error : internalError(error);
          outcome = failure.type;
          active.setAttribute('error.type', failure.type);
          if (failure.status >= 500) {
            log.error({ err: failure.cause ?? failure, subject: message.subject }, 'request failed');
          }
          const headers = natsHeaders();
          headers.set(ERROR, '1');
          message.respond(encoder.encode(JSON.stringify(replyOf(failure))), { headers });
        }
      },
    );
    clearInterval(working);
    instruments().rpcDuration.record((performance.now() - began) / 1000, {
      subject: spanName(message.subject),
      outcome,
    });
  }

  /** Keeps the asker waiting; work that takes for ever is not vouched for. */
  private sayWorking(message: Msg, began: number): void {
    if (performance.now() - began > LONGEST_WORK_MS || this.connection.isClosed()) return;
    const headers = natsHeaders();
    headers.set(WORKING, '1');
    message.respond(new Uint8Array(0), { headers });
  }

  /** Fire and forget, with the active trace. */
  publish(subject: string, body: unknown): void {
    const headers = natsHeaders();
    const traceparent = currentTraceparent();
    if (traceparent) headers.set(TRACEPARENT, traceparent);
    this.connection.publish(subject, body instanceof Uint8Array ? body : encoder.encode(JSON.stringify(body)), {
      headers,
    });
  }

  /** Hears messages of a subject, in a queue group only its share; a listener that throws is logged and goes on. */
  listen(subject: string, listener: (message: Inbound) => void | Promise<void>, queue?: string): Responder {
    const subscription = this.connection.subscribe(subject, queue === undefined ? {} : { queue });
    void (async () => {
      for await (const message of subscription) {
        try {
          await listener({
            subject: message.subject,
            data: message.data,
            json: <T>() => message.json<T>(),
            deadline: Infinity,
          });
        } catch (error) {
          log.error({ err: error, subject: message.subject }, 'listener failed');
        }
      }
    })();
    return { stop: () => drained(subscription) };
  }

  /** Calls back after each reconnect: what was published meanwhile was missed. */
  onReconnect(callback: () => void): void {
    void (async () => {
      for await (const status of this.connection.status()) if (status.type === 'reconnect') callback();
    })();
  }

  async close(): Promise<void> {
    if (!this.connection.isClosed()) await this.connection.drain();
  }
}

const drained = async (subscription: Subscription): Promise<void> => {
  if (!subscription.isClosed()) await subscription.drain();
};

const parentOf = (message: Msg): { parent?: string } => {
  const parent = message.headers?.get(TRACEPARENT);
  return parent ? { parent } : {};
};

/** Subjects with ids or host names in them would make a span name each: only the fixed head counts. */
const spanName = (subject: string): string =>
  subject
    .split('.')
    .slice(0, subject.startsWith('svc.') ? 4 : 2)
    .join('.');

const errorOf = (reply: ErrorReply): ApiError =>
  new ApiError(reply.type, reply.status, reply.message, reply.detail ?? '');

const replyOf = (error: ApiError): ErrorReply => ({
  type: error.type,
  status: error.status,
  message: error.message,
  ...(error.detail && { detail: error.detail }),
});
