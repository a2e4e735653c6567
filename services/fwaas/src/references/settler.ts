import type { LeaderWork } from '@weft/persistence';
import { logger } from '@weft/telemetry';
import type { Consent } from './consent';

const log = logger('settler');
const PERIOD_MS = 5_000;

/** Settles what a crash has left between asking ipam and doing it. */
export class Settler implements LeaderWork {
  private timer: NodeJS.Timeout | undefined;
  private under: Promise<void> = Promise.resolve();
  private busy = false;

  constructor(private readonly consents: readonly Consent[]) {}

  start(): void {
    this.timer = setInterval(() => this.begin(), PERIOD_MS);
    this.begin();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.under;
  }

  private begin(): void {
    if (this.busy) return;
    this.busy = true;
    this.under = this.settle().finally(() => (this.busy = false));
  }

  private async settle(): Promise<void> {
    for (const consent of this.consents)
      await consent.settleLeft().catch((error: unknown) => log.warn({ err: error }, 'left as it is for now'));
  }
}
