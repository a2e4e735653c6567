import { logger } from './log';
import { startTelemetry } from './setup';

/** Work under way gets this long to end; a stuck one must not keep the process alive. */
const STOP_MS = 10_000;

/**
 * The life of a Weft process: telemetry, then `start`, which answers how to stop; SIGTERM and SIGINT end it cleanly. What nobody
 * caught ends it at once: an unknown state is worse than a restart, which its supervisor makes.
 */
export async function runProcess(
  name: string,
  version: string,
  start: () => Promise<() => Promise<void>>,
): Promise<void> {
  const log = logger('main');
  const telemetry = await startTelemetry(name, version);
  const dieOn = (kind: string) => (error: unknown) => {
    log.fatal({ err: error }, kind);
    process.exit(1);
  };
  process.on('uncaughtException', dieOn('uncaught exception'));
  process.on('unhandledRejection', dieOn('unhandled rejection'));

  let started: () => Promise<void>;
  try {
    started = await start();
  } catch (error) {
    return dieOn('start failed')(error);
  }
  log.info({ name, version }, 'ready');

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_MS).unref();
    await started();
    await telemetry.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}
