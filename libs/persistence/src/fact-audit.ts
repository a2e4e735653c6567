import type { Fact, FactKey } from '@weft/contracts';
import { parseFactKey } from '@weft/contracts';
import { type FactBucket, type Messaging, type StoredFact } from '@weft/messaging';
import { logger } from '@weft/telemetry';
import type { LeaderWork } from './leader';
import { PeriodicWork, type Term } from './periodic-work';

const log = logger('fact-audit');

/** A service's facts as its rows have them: what FACTS must say. */
export interface FactProjection {
  /** Which keys this service writes. */
  owns(key: FactKey): boolean;
  /** Generation of every live fact, by key. */
  generations(): Promise<Map<string, number>>;
  /** Puts the present facts of these keys (or their deletion) into the outbox again, under the locks that order them. */
  republish(keys: readonly string[]): Promise<void>;
}

const AUDIT_EVERY_MS = 10 * 60_000;
const CHUNK = 500;
const TOMBSTONE_MS = 3600_000;

/**
 * Proves that FACTS holds what the rows require, and repairs it where not: after each reconnect to the broker (it may have lost what
 * it had acknowledged: JetStream flushes lazily), when leadership begins, and every ten minutes.
 */
export class FactAudit implements LeaderWork {
  private readonly rounds = new PeriodicWork({ name: 'fact-audit', everyMs: AUDIT_EVERY_MS }, (term) => this.run(term));

  constructor(
    private readonly projection: FactProjection,
    private readonly bucket: FactBucket,
    messaging: Messaging,
  ) {
    messaging.onReconnect(() => this.rounds.trigger());
  }

  start(): void {
    this.rounds.start();
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  private async run({ signal }: Term): Promise<void> {
    // A broker that lost its disk has lost the streams, too.
    await this.bucket.ensure();
    const required = await this.projection.generations();
    const published = await this.bucket.load();
    const wrong = [...required]
      .filter(([key, generation]) => (published.get(key)?.generation ?? -1) < generation)
      .map(([key]) => key);
    const stray = [...published].filter(([key, fact]) => this.isStray(key, fact, required)).map(([key]) => key);
    const keys = [...wrong, ...stray];
    for (let i = 0; i < keys.length && !signal.aborted; i += CHUNK) {
      await this.projection.republish(keys.slice(i, i + CHUNK));
    }
    const expired = [...published].filter(([key, fact]) => this.isExpired(key, fact));
    for (const [key, { revision }] of expired) if (!signal.aborted) await this.bucket.purge(key, revision);
    log.info({ facts: required.size, wrong: wrong.length, stray: stray.length, expired: expired.length }, 'audited');
  }

  /** A deletion that every node has received, or will find as an absence when it attaches again. */
  private isExpired(key: string, { value, at }: StoredFact): boolean {
    const parsed = parseFactKey(key);
    return (
      value === null && parsed !== null && this.projection.owns(parsed) && Date.now() - at.getTime() > TOMBSTONE_MS
    );
  }

  private isStray(key: string, fact: Fact, required: ReadonlyMap<string, number>): boolean {
    const parsed = parseFactKey(key);
    return parsed !== null && this.projection.owns(parsed) && fact.value !== null && !required.has(key);
  }
}
