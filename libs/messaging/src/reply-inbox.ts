import { createInbox, type Msg, type MsgHdrs, type NatsConnection, nuid } from 'nats';
import { inboxPrefixOf } from './connection';

/** Says, in place of a reply, that the request is being worked on. */
export const WORKING = 'Weft-Working';
/** Who works on a request says so this often. */
export const WORKING_EVERY_MS = 700;
/** Silence for this long: whoever had the request is gone. */
const SILENCE_MS = 2_000;

/** Nobody serves the subject; the request was seen by no one. */
export class NoResponders extends Error {
  override readonly name = 'NoResponders';
}

/** Neither a reply nor a sign of work came: the request may have been done or not. */
export class Silence extends Error {
  override readonly name = 'Silence';
}

/** The broker does not let us ask this: our credentials do not allow it. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

interface Waiting {
  readonly subject: string;
  readonly resolve: (message: Msg) => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * Sends requests and waits for their replies on one subscription. Unlike NATS's own request, the wait is not for a fixed time: it lasts
 * while the other side says that it works, and ends soon after it fell silent. So a long piece of work is not sent twice, and one that
 * was lost with its process is soon taken up by another.
 */
export class ReplyInbox {
  private readonly prefix: string;
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly connection: NatsConnection) {
    this.prefix = createInbox(inboxPrefixOf(connection));
    const subscription = connection.subscribe(`${this.prefix}.*`, { callback: (_, message) => this.hear(message) });
    void subscription.closed.then(() => {
      for (const token of this.waiting.keys()) this.take(token)?.reject(new Silence('the connection was closed'));
    });
    void this.hearRefusals();
  }

  /** @throws {@link NoResponders}, {@link Silence}, {@link Refused}, or NATS's own error for a message that cannot be sent */
  send(subject: string, payload: Uint8Array, headers: MsgHdrs): Promise<Msg> {
    const token = nuid.next();
    return new Promise<Msg>((resolve, reject) => {
      const expire = () => this.take(token)?.reject(new Silence(`no sign of life from ${subject}`));
      const timer = setTimeout(expire, SILENCE_MS);
      this.waiting.set(token, { subject, resolve, reject, timer });
      try {
        this.connection.publish(subject, payload, { headers, reply: `${this.prefix}.${token}` });
      } catch (error) {
        this.take(token);
        reject(error as Error);
      }
    });
  }

  /** The broker tells what it refused apart from any request; a refused one would look like silence. */
  private async hearRefusals(): Promise<void> {
    for await (const { permissionContext } of this.connection.status()) {
      if (permissionContext?.operation !== 'publish') continue;
      const { subject } = permissionContext;
      for (const [token, waiting] of this.waiting)
        if (waiting.subject === subject) this.take(token)?.reject(new Refused(`the broker refuses ${subject}`));
    }
  }

  private hear(message: Msg): void {
    const token = message.subject.slice(this.prefix.length + 1);
    if (message.headers?.has(WORKING)) return void this.waiting.get(token)?.timer.refresh();
    const waiting = this.take(token);
    if (message.headers?.code === 503) waiting?.reject(new NoResponders(`nobody serves it`));
    else waiting?.resolve(message);
  }

  private take(token: string): Waiting | undefined {
    const waiting = this.waiting.get(token);
    clearTimeout(waiting?.timer);
    this.waiting.delete(token);
    return waiting;
  }
}
