import type { LoggerService } from '@nestjs/common';
import { logger } from '@weft/telemetry';

const log = logger('nest');

/** Nest's own words as JSON lines; its chatter about modules at debug level. */
export const nestLogger: LoggerService = {
  log: (message: unknown, context?: string) => log.debug({ context }, String(message)),
  verbose: (message: unknown, context?: string) => log.trace({ context }, String(message)),
  debug: (message: unknown, context?: string) => log.debug({ context }, String(message)),
  warn: (message: unknown, context?: string) => log.warn({ context }, String(message)),
  error: (message: unknown, stack?: string, context?: string) => log.error({ stack, context }, String(message)),
};
