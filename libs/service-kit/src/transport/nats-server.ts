import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import {
  type Inbound,
  type InboundRequest,
  type Messaging,
  observeRequest,
  type Responder,
  toApiError,
} from '@weft/messaging';
import { InvalidMessage, logInvalid } from './invalid-message';
import { NatsContext } from './nats-context';

/** Extras of `@MessagePattern` and `@EventPattern`. */
export interface SubscriptionOptions {
  /** Every replica receives every message; default: replicas share them in the service's queue group. */
  readonly everyReplica?: boolean;
}

/**
 * The transport of the services: patterns are NATS subjects (wildcards allowed), handlers are controllers with `@MessagePattern`
 * and `@EventPattern`. Deadlines, signs of work, trace headers, error replies and draining are those of {@link Messaging}.
 *
 * Requests are handled side by side, each in a span of its requester's trace; events of one subscription one after the other. One request
 * has one reply: of an observable that is its last value.
 */
export class NatsServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('nats');
  private readonly responders: Responder[] = [];

  /** @param queue the queue group which the replicas of the service share */
  constructor(
    private readonly messaging: Messaging,
    private readonly queue: string,
  ) {
    super();
  }

  /** Subscribes for all handlers; calls back once the broker has the subscriptions. */
  override listen(callback: (error?: unknown) => void): void {
    for (const [subject, handler] of this.messageHandlers) this.responders.push(this.subscribe(subject, handler));
    this.messaging.connection.flush().then(() => callback(), callback);
  }

  /** Drains the subscriptions and waits for the messages under way. */
  override async close(): Promise<void> {
    await Promise.all(this.responders.splice(0).map((responder) => responder.stop()));
  }

  override on(): never {
    throw new Error('The connection has no events for handlers: Messaging has onReconnect');
  }

  override unwrap<T>(): T {
    return this.messaging.connection as T;
  }

  private subscribe(subject: string, handler: MessageHandler): Responder {
    const { everyReplica } = (handler.extras ?? {}) as SubscriptionOptions;
    const queue = everyReplica ? undefined : this.queue;
    return handler.isEventHandler
      ? this.messaging.listen(subject, (event) => this.consume(handler, event), queue)
      : this.messaging.receive(subject, queue, (request) => this.respond(handler, request));
  }

  private async respond(handler: MessageHandler, request: InboundRequest): Promise<void> {
    try {
      request.reply(await observeRequest(request, () => handle(handler, request)));
    } catch (error) {
      request.fail(toApiError(error));
    }
  }

  /** An invalid event has been logged, no more than once a minute; other failures are logged by the subscription. */
  private async consume(handler: MessageHandler, event: Inbound): Promise<void> {
    try {
      await handle(handler, event);
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
    }
  }
}

async function handle(handler: MessageHandler, message: Inbound | InboundRequest): Promise<unknown> {
  const result: unknown = await handler(payloadOf(message), new NatsContext([message]));
  return isObservable(result) ? lastValueFrom(result, { defaultValue: null }) : result;
}

function payloadOf(message: Inbound): unknown {
  if (message.data.length === 0) return null;
  try {
    return message.json();
  } catch {
    const invalid = new InvalidMessage('it is no JSON');
    logInvalid(message, invalid);
    throw invalid;
  }
}
