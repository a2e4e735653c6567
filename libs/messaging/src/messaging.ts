import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import { headers as natsHeaders, type Msg, type MsgHdrs, type NatsConnection, type Subscription } from 'nats';
import { ApiError, type ErrorReply, serviceUnavailable } from '@weft/contracts';
import { currentTraceparent, logger, span } from '@weft/telemetry';
import { DEADLINE, ERROR, TRACEPARENT, WORKING } from './headers';
import {
  encode,
  type Inbound,
  inboundEvent,
  type InboundRequest,
  inboundRequest,
  observeRequest,
  spanName,
  toApiError,
} from './inbound';
import { NoResponders, ReplyInbox, Silence, WORKING_EVERY_MS } from './reply-inbox';

const log = logger('messaging');

/** How long a requester looks for a responder. */
const DEFAULT_DEADLINE_MS = 10_000;
/** How long signs of work are sent for one request: one that takes longer is no longer vouched for. */
const MAX_WORK_MS = 60_000;

export interface RequestOptions {
  /** How long the caller looks for a responder, retries included; work under way is waited for beyond it. Default 10 s. */
  readonly deadlineMs?: number;
  /**
   * Send again when no reply came: right for reads and for writes under an idempotency key, which is all that Weft sends.
   * Default true. "No responders" is always retried: the request was not delivered.
   */
  readonly retry?: boolean;
}

/** Answers with a JSON value, or with bytes as they are. A thrown {@link ApiError} becomes the error reply. */
export type Handler = (message: Inbound) => Promise<unknown>;

export interface Responder {
  /** Drains the subscription and waits for the messages under way. */
  stop(): Promise<void>;
}

/** Request/reply and publish over NATS with deadlines, signs of work, error replies and trace context. */
export class Messaging {
  private readonly inbox: ReplyInbox;

  constructor(readonly connection: NatsConnection) {
    this.inbox = new ReplyInbox(connection);
  }

  /** Requests and parses the JSON reply. Throws the {@link ApiError} of an error reply, or `ServiceUnavailable`. */
  async request<T>(subject: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    return JSON.parse(Buffer.from(await this.requestRaw(subject, body, options)).toString('utf8')) as T;
  }

  /** Requests and passes the reply's bytes on unparsed. */
  requestRaw(subject: string, body: unknown, options: RequestOptions = {}): Promise<Uint8Array> {
    return span(
      `request ${spanName(subject)}`,
      { kind: SpanKind.CLIENT, attributes: { 'messaging.destination.name': subject } },
      () => this.requestUntilDeadline(subject, encode(body), options),
    );
  }

  private async requestUntilDeadline(
    subject: string,
    payload: Uint8Array,
    options: RequestOptions,
  ): Promise<Uint8Array> {
    const deadline = Date.now() + (options.deadlineMs ?? DEFAULT_DEADLINE_MS);
    const headers = tracedHeaders();
    headers.set(DEADLINE, String(deadline));
    for (let attempt = 0; ; attempt++) {
      try {
        const reply = await this.inbox.send(subject, payload, headers);
        if (reply.headers?.has(ERROR)) throw errorOf(reply.json<ErrorReply>());
        return reply.data;
      } catch (error) {
        const undelivered = error instanceof NoResponders;
        if (!undelivered && !(error instanceof Silence)) throw error;
        const pause = Math.min(25 * 2 ** attempt, 250);
        if ((!undelivered && options.retry === false) || Date.now() + pause >= deadline) {
          throw serviceUnavailable(`No answer from ${subject}`, error);
        }
        await sleep(pause);
      }
    }
  }

  /** Responds to a subject (wildcards allowed) in a queue group: any number of replicas share the requests. */
  respond(subject: string, queue: string | undefined, handler: Handler): Responder {
    return this.receive(subject, queue, async (request) => {
      try {
        request.reply(await observeRequest(request, () => handler(request)));
      } catch (error) {
        request.fail(toApiError(error));
      }
    });
  }

  /**
   * What {@link respond} and the services' transport stand on: requests are handled side by side, and signs of work are sent
   * until each is done. One whose deadline has passed is dropped: a result that is no longer expected could only surprise.
   *
   * @param handle replies to the request and never throws
   */
  receive(subject: string, queue: string | undefined, handle: (request: InboundRequest) => Promise<void>): Responder {
    const subscription = this.connection.subscribe(subject, queue === undefined ? {} : { queue });
    const underWay = new Set<Promise<void>>();
    const receive = async (): Promise<void> => {
      for await (const message of subscription) {
        const request = inboundRequest(message, DEFAULT_DEADLINE_MS);
        if (Date.now() > request.deadline) continue;
        const endSigns = this.signWork(message);
        const work: Promise<void> = handle(request).finally(() => {
          endSigns();
          underWay.delete(work);
        });
        underWay.add(work);
      }
    };
    void receive();
    return {
      stop: async () => {
        await drained(subscription);
        await Promise.allSettled(underWay);
      },
    };
  }

  /** Keeps the requester waiting. @returns ends it */
  private signWork(message: Msg): () => void {
    const began = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - began > MAX_WORK_MS || this.connection.isClosed()) return;
      const headers = natsHeaders();
      headers.set(WORKING, '1');
      message.respond(new Uint8Array(0), { headers });
    }, WORKING_EVERY_MS);
    return () => clearInterval(timer);
  }

  /** Publishes without a reply, with the active trace. */
  publish(subject: string, body: unknown): void {
    this.connection.publish(subject, encode(body), { headers: tracedHeaders() });
  }

  /** Subscribes; in a queue group to a share of the messages. They are handled one by one; a failure is logged. */
  listen(subject: string, listener: (message: Inbound) => unknown, queue?: string): Responder {
    const subscription = this.connection.subscribe(subject, queue === undefined ? {} : { queue });
    void (async () => {
      for await (const message of subscription) {
        try {
          await listener(inboundEvent(message));
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

function tracedHeaders(): MsgHdrs {
  const headers = natsHeaders();
  const traceparent = currentTraceparent();
  if (traceparent) headers.set(TRACEPARENT, traceparent);
  return headers;
}

const errorOf = (reply: ErrorReply): ApiError =>
  new ApiError(reply.type, reply.status, reply.message, reply.detail ?? '');
