import { logger } from '@weft/telemetry';

const log = logger('lifecycle');

/**
 * What to stop, in the reverse order of starting: a service first takes no more requests, then finishes those under way, then
 * lets go of its connections.
 */
export class Lifecycle {
  private readonly stops: { readonly name: string; readonly stop: () => Promise<void> }[] = [];

  onStop(name: string, stop: () => Promise<void>): void {
    this.stops.push({ name, stop });
  }

  async stop(): Promise<void> {
    for (const { name, stop } of this.stops.splice(0).reverse()) {
      await stop().catch((error: unknown) => log.error({ err: error, part: name }, 'stopping failed'));
    }
  }
}
