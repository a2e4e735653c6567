import { type BeforeApplicationShutdown, UseGuards } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { ApiError, type Heartbeat, heartbeatSchema } from '@weft/contracts';
import { MessageController, SenderGuard, ValidPayload } from '@weft/service-kit';
import { logger } from '@weft/telemetry';
import { NodeRepository } from './node.repository';

const log = logger('heartbeats');

/** Heartbeats are gathered this long: a thousand nodes then cost a few statements a second. */
const GATHER_MS = 250;

/** Writes what nodes report of themselves, the newest heartbeat of each. */
@MessageController()
export class HeartbeatController implements BeforeApplicationShutdown {
  private readonly pending = new Map<string, Heartbeat>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly nodes: NodeRepository) {}

  @EventPattern('heartbeat.*')
  @UseGuards(SenderGuard)
  receive(@ValidPayload(heartbeatSchema) heartbeat: Heartbeat): void {
    this.pending.set(heartbeat.host, heartbeat);
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.writing;
  }

  private flush(): void {
    this.timer = undefined;
    const heartbeats = [...this.pending.values()];
    this.pending.clear();
    this.writing = this.writing.then(() => this.write(heartbeats));
  }

  /** One heartbeat that cannot be written must not hold up the others: a batch that fails is written one by one. */
  private async write(heartbeats: readonly Heartbeat[]): Promise<void> {
    try {
      await this.nodes.beat(heartbeats);
    } catch (error) {
      // The next heartbeat repeats it.
      log.warn({ err: error, hosts: heartbeats.map(({ host }) => host) }, 'heartbeats not written');
      if (heartbeats.length > 1 && !isUnavailable(error))
        for (const heartbeat of heartbeats) await this.write([heartbeat]);
    }
  }
}

/** The database is unavailable, for all of them. */
const isUnavailable = (error: unknown): boolean => error instanceof ApiError && error.status === 503;
