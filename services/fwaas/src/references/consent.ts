import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Reference, securitySubject, serviceUnavailable } from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import { type Database, statement, type Tx } from '@weft/persistence';
import { logger } from '@weft/telemetry';
import type { Intent, Referable, ReferenceRow } from './referable';

/** An intent that is older was left by a crash, or ipam did not answer: anybody may settle it. */
export const STALE_SECONDS = 15;
const PATIENCE_MS = 10_000;
const log = logger('consent');

/** Thrown inside a transaction to have it done again with ipam's consent. */
class ConsentNeeded extends Error {
  override readonly name = 'ConsentNeeded';
}

/**
 * Ports refer to security groups, and ipam owns ports. So before a group goes or changes its statefulness ipam must agree, and it is asked
 * outside of any transaction: first the group is marked with the intent, so that nobody is told of it any more (`resolve`), then ipam is
 * asked, then it is done. Who crashes on the way leaves the mark, and the leader settles it. What nobody has ever asked for needs no consent.
 */
export class Consent {
  private readonly mark;
  private readonly unmark;
  private readonly left;

  constructor(
    private readonly database: Database,
    private readonly messaging: Messaging,
    private readonly of: Referable,
  ) {
    const { table, type } = of;
    this.mark = statement(
      `mark-${type}`,
      `UPDATE ${table} SET intent = $2, intent_mark = $3, intent_at = now()
       WHERE id = $1 AND (intent IS NULL OR intent_at < now() - make_interval(secs => ${STALE_SECONDS})) RETURNING id`,
    );
    this.unmark = statement(
      `unmark-${type}`,
      `UPDATE ${table} SET intent = NULL, intent_mark = NULL, intent_at = NULL WHERE id = $1 AND intent_mark = $2`,
    );
    this.left = statement(
      `left-${type}`,
      `SELECT id, intent FROM ${table} WHERE intent IS NOT NULL AND intent_at < now() - make_interval(secs => ${STALE_SECONDS})
       ORDER BY intent_at LIMIT 100`,
    );
  }

  /**
   * Does the work, with ipam's consent if it turns out to be needed.
   * @param work one transaction that calls {@link require} with the mark that it is given, and at its end {@link settled}
   * @throws ApiError of ipam if it does not agree
   */
  async obtain(id: string, intent: Intent, work: (mark: string | null) => Promise<void>): Promise<void> {
    try {
      return await work(null);
    } catch (error) {
      if (!(error instanceof ConsentNeeded)) throw error;
    }
    const mark = await this.intend(id, intent);
    // It is gone meanwhile, and the work will say so.
    const row = mark === null ? null : await this.ask(id, intent, mark);
    try {
      await work(mark);
    } catch (error) {
      // Refused after all: it stays as it is, and ipam must hear of that. What failed otherwise is settled later.
      if (mark !== null && isRefusal(error)) await this.withdraw(id, mark);
      throw error;
    }
    await this.conclude(row, intent);
  }

  /** Inside of the work, the row locked. */
  require(row: ReferenceRow, mark: string | null): void {
    if (!row.named) return;
    if (mark === null) throw new ConsentNeeded();
    if (row.intent_mark !== mark) throw serviceUnavailable('Somebody else has changed it meanwhile.');
  }

  /** At the end of the work, if the object stays. */
  async settled(tx: Tx, id: string, mark: string | null): Promise<void> {
    if (mark !== null) await tx.query(this.unmark, [id, mark]);
  }

  /** Settles what was left: it is done now, or ipam refuses and nothing has happened. */
  async settleLeft(): Promise<void> {
    for (const { id, intent } of await this.database.query<{ id: string; intent: Intent }>(this.left)) {
      const mark = randomUUID();
      const taken = await this.database.query(this.mark, [id, intent, mark]);
      if (taken.length === 0) continue;
      try {
        const row = await this.ask(id, intent, mark);
        await this.database.transaction((tx) => this.finish(tx, id, intent, mark));
        await this.conclude(row, intent);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        await this.withdraw(id, mark);
      }
    }
  }

  private async finish(tx: Tx, id: string, intent: Intent, mark: string): Promise<void> {
    const row = await this.of.lock(tx, id, 'UPDATE');
    if (row?.intent_mark !== mark) return;
    await this.of.finish(tx, id, intent);
    await tx.query(this.unmark, [id, mark]);
  }

  /** Waits for who else is about it. Null: it is not there. */
  private async intend(id: string, intent: Intent): Promise<string | null> {
    const mark = randomUUID();
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      if ((await this.database.query(this.mark, [id, intent, mark])).length > 0) return mark;
      const row = await this.database.transaction((tx) => this.of.lock(tx, id, 'KEY SHARE'));
      if (!row) return null;
      if (Date.now() > until) throw serviceUnavailable('Somebody else is changing it.');
      await sleep(50);
    }
  }

  /**
   * @returns what ipam was asked about, if it had to be
   * @throws ApiError; the object is unmarked if ipam said no
   */
  private async ask(id: string, intent: Intent, mark: string): Promise<ReferenceRow | null> {
    const row = await this.database.transaction((tx) => this.of.lock(tx, id, 'KEY SHARE'));
    if (!row?.named) return null;
    try {
      await this.tell(row, intent);
    } catch (error) {
      if (isRefusal(error)) await this.database.query(this.unmark, [id, mark]);
      throw error;
    }
    return row;
  }

  /** Grants go once there is no way back; should ipam not hear of it now, the sync of grants tells it again. */
  private async conclude(row: ReferenceRow | null, intent: Intent): Promise<void> {
    if (row === null || intent !== 'gone') return;
    try {
      await this.tell(row, intent, { deleted: true, deadlineMs: 2_000 });
    } catch (error) {
      log.warn({ err: error, type: this.of.type, id: row.id }, 'ipam has not heard of a deletion yet');
    }
  }

  /** The intent becomes "as it is" first: who crashes here leaves that to be settled, no longer the other. */
  private async withdraw(id: string, mark: string): Promise<void> {
    const row = await this.database.transaction(async (tx) => {
      const locked = await this.of.lock(tx, id, 'UPDATE');
      if (locked?.intent_mark !== mark) return null;
      await tx.query(`UPDATE ${this.of.table} SET intent = $2 WHERE id = $1`, [id, asItIs(locked)]);
      return locked;
    });
    if (!row) return;
    await this.tell(row, asItIs(row));
    await this.database.query(this.unmark, [id, mark]);
  }

  private async tell(
    { id, project_id, stateful }: ReferenceRow,
    intent: Intent,
    { deleted, deadlineMs }: { readonly deleted?: true; readonly deadlineMs?: number } = {},
  ): Promise<void> {
    const reference: Reference = {
      ...{ type: this.of.type, id, projectId: project_id },
      stateful: intent === 'gone' ? stateful : intent === 'stateful',
      gone: intent === 'gone',
      ...(deleted && { deleted }),
    };
    await this.messaging.request(securitySubject.put, reference, { ...(deadlineMs && { deadlineMs }) });
  }
}

/** Somebody has judged, and said no; else nobody knows. */
const isRefusal = (error: unknown): boolean => error instanceof ApiError && error.status < 500;

const asItIs = ({ stateful }: ReferenceRow): Intent => (stateful ? 'stateful' : 'stateless');
