import type { Database, LeaderWork } from '@weft/persistence';
import { logger } from '@weft/telemetry';

const log = logger('janitor');
const PERIOD_MS = 10 * 60_000;
/** Of the kit's own tables. */
const KIT = [`DELETE FROM finished_write WHERE finished_at < now() - interval '24 hours'`];

/** Forgets what nobody asks for any more. */
export class Janitor implements LeaderWork {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();

  /** @param statements that forget what is the service's own */
  constructor(
    private readonly database: Database,
    private readonly statements: readonly string[],
  ) {}

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
    for (const statement of [...KIT, ...this.statements]) await this.database.query(statement);
  }
}
