import { ApiError, type Heartbeat, requireOwnHost } from '@weft/contracts';
import type { Messaging, Responder } from '@weft/messaging';
import { logger } from '@weft/telemetry';
import { heartbeatHearing } from './heartbeat.hearing';
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
        const heartbeat = heartbeatHearing.read(message);
        if (!heartbeat) return;
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
    this.writing = this.writing.then(() => this.take(beats));
  }

  /** What one of them says must not keep the others from being heard: a batch that fails is written one by one. */
  private async take(beats: readonly Heartbeat[]): Promise<void> {
    try {
      await this.nodes.beat(beats);
    } catch (error) {
      // The next heartbeat says the same again.
      log.warn({ err: error, hosts: beats.map(({ host }) => host) }, 'heartbeats not written');
      if (beats.length > 1 && !isAway(error)) for (const heartbeat of beats) await this.take([heartbeat]);
    }
  }
}

/** There is no database just now, for none of them. */
const isAway = (error: unknown): boolean => error instanceof ApiError && error.status === 503;
