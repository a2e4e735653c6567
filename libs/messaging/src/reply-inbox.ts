import { createInbox, type Msg, type MsgHdrs, type NatsConnection, nuid } from 'nats';
import { inboxPrefixOf } from './connection';
import { WORKING } from './headers';

/** A responder sends a sign of work this often until it replies. */
export const WORKING_EVERY_MS = 700;
/** Neither a reply nor a sign of work for this long: the responder is lost. */
const SILENCE_MS = 2_000;

/** The subject has no subscriber; the request was not delivered. */
export class NoResponders extends Error {
  override readonly name = 'NoResponders';
}

/** Neither a reply nor a sign of work came: the request may have been done or not. */
export class Silence extends Error {
  override readonly name = 'Silence';
}

/** The broker refuses the request: our credentials do not allow it. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

interface PendingRequest {
  readonly subject: string;
  readonly resolve: (message: Msg) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * Sends requests and waits for their replies on one subscription. Unlike NATS's own request, the wait is not for a fixed time: it
 * lasts while the responder sends signs of work, and ends soon after it fell silent. So a long piece of work is not sent twice, and
 * one that was lost with its process is soon taken up by another.
 */
export class ReplyInbox {
  private readonly prefix: string;
  private readonly pending = new Map<string, PendingRequest>();

  constructor(private readonly connection: NatsConnection) {
    this.prefix = createInbox(inboxPrefixOf(connection));
    const subscription = connection.subscribe(`${this.prefix}.*`, { callback: (_, message) => this.receive(message) });
    void subscription.closed.then(() => {
      for (const token of this.pending.keys()) this.remove(token)?.reject(new Silence('the connection was closed'));
    });
    void this.watchRefusals();
  }

  /** @throws {@link NoResponders}, {@link Silence}, {@link Refused}, or NATS's own error for a message that cannot be sent */
  send(subject: string, payload: Uint8Array, headers: MsgHdrs): Promise<Msg> {
    const token = nuid.next();
    return new Promise<Msg>((resolve, reject) => {
      const expire = () => this.remove(token)?.reject(new Silence(`no sign of life from ${subject}`));
      const timer = setTimeout(expire, SILENCE_MS);
      this.pending.set(token, { subject, resolve, reject, timer });
      try {
        this.connection.publish(subject, payload, { headers, reply: `${this.prefix}.${token}` });
      } catch (error) {
        this.remove(token);
        reject(error as Error);
      }
    });
  }

  /** The broker reports what it refused apart from any request; a refused one would look like silence. */
  private async watchRefusals(): Promise<void> {
    for await (const { permissionContext } of this.connection.status()) {
      if (permissionContext?.operation !== 'publish') continue;
      const { subject } = permissionContext;
      for (const [token, request] of this.pending)
        if (request.subject === subject) this.remove(token)?.reject(new Refused(`the broker refuses ${subject}`));
    }
  }

  private receive(message: Msg): void {
    const token = message.subject.slice(this.prefix.length + 1);
    if (message.headers?.has(WORKING)) return void this.pending.get(token)?.timer.refresh();
    const request = this.remove(token);
    if (message.headers?.code === 503) request?.reject(new NoResponders(`${request.subject} has no responder`));
    else request?.resolve(message);
  }

  private remove(token: string): PendingRequest | undefined {
    const request = this.pending.get(token);
    clearTimeout(request?.timer);
    this.pending.delete(token);
    return request;
  }
}
