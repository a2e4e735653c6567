import { type Heartbeat, requireOwnHost } from '@weft/contracts';
import type { Messaging, Responder } from '@weft/messaging';
import { logger } from '@weft/telemetry';
import type { NodeRepository } from './node.repository';

const log = logger('heartbeats');

/** Heartbeats are gathered this long: a thousand nodes then cost a few statements a second. */
const GATHER_MS = 250;

/** Hears nodes and writes what they say of themselves, the newest of each. */
export class HeartbeatListener {
  private readonly waiting = new Map<string, Heartbeat>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private subscription: Responder | undefined;

  constructor(private readonly nodes: NodeRepository) {}

  start(messaging: Messaging): void {
    this.subscription = messaging.listen(
      'heartbeat.*',
      (message) => {
        const heartbeat = message.json<Heartbeat>();
        requireOwnHost(message.subject, heartbeat.host);
        this.waiting.set(heartbeat.host, heartbeat);
        this.timer ??= setTimeout(() => this.write(), GATHER_MS);
      },
      'ipam',
    );
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
    clearTimeout(this.timer);
    await this.writing;
  }

  private write(): void {
    this.timer = undefined;
    const beats = [...this.waiting.values()];
    this.waiting.clear();
    this.writing = this.writing
      .then(() => this.nodes.beat(beats))
      // The next heartbeat says the same again.
      .catch((error: unknown) => log.warn({ err: error }, 'heartbeats not written'));
  }
}
