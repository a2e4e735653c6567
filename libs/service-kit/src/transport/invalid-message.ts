import { LRUCache } from 'lru-cache';
import { ApiError } from '@weft/contracts';
import type { Inbound } from '@weft/messaging';
import { logger } from '@weft/telemetry';

const log = logger('transport');

/** A sender that keeps sending malformed messages is logged once per subject and minute. */
const WARN_EVERY_MS = 60_000;
const warned = new LRUCache<string, true>({ max: 1_000, ttl: WARN_EVERY_MS });

/** The message is not of its schema. */
export class InvalidMessage extends ApiError {
  constructor(problem: string) {
    super('BadRequest', 400, problem);
  }
}

/** Logs what was wrong with a message that is dropped. */
export function logInvalid({ subject, data }: Inbound, { message: problem }: InvalidMessage): void {
  if (warned.has(subject)) return;
  warned.set(subject, true);
  log.warn({ subject, bytes: data.length, problem }, 'invalid message dropped');
}
