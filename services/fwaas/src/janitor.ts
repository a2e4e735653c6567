import type { Database, LeaderWork } from '@weft/persistence';
import { logger } from '@weft/telemetry';

const log = logger('janitor');
const PERIOD_MS = 10 * 60_000;

/** Forgets what nobody asks for any more. */
export class Janitor implements LeaderWork {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database) {}

  start(): void {
    this.timer = setInterval(() => {
      this.round = this.sweep().catch((error: unknown) => log.warn({ err: error }, 'sweep failed'));
    }, PERIOD_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  private async sweep(): Promise<void> {
    await this.database.query(`DELETE FROM finished_write WHERE finished_at < now() - interval '24 hours'`);
    await this.database.query(`DELETE FROM counted_batch WHERE counted_at < now() - interval '24 hours'`);
  }
}
