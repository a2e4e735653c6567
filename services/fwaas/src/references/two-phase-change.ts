import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Reference, securitySubject, serviceUnavailable } from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import { type Database, statement, type Tx } from '@weft/persistence';
import { logger } from '@weft/telemetry';
import type { Intent, ReferencedType, ReferenceRow } from './referenced-type';

/** A mark that is older was left by a crash, or ipam did not reply: it may be recovered by anyone. */
export const STALE_SECONDS = 15;
/** How long a change waits for another one that is pending. */
const PENDING_TIMEOUT_MS = 10_000;
const log = logger('references');

/** Thrown inside a transaction to have it run again with ipam's approval. */
class ApprovalRequired extends Error {
  override readonly name = 'ApprovalRequired';
}

/**
 * Deletes or changes objects that ipam may hold references to. ipam must approve, and it is asked outside of any transaction: first
 * the object is marked with the intent, which hides it from new lookups (`resolve`), then ipam is asked, then the change is carried
 * out. A crash on the way leaves the mark, and the leader recovers it. What ipam has never resolved needs no approval.
 */
export abstract class TwoPhaseChange {
  private readonly markRow;
  private readonly unmarkRow;
  private readonly staleRows;

  constructor(
    private readonly database: Database,
    private readonly messaging: Messaging,
    private readonly referenced: ReferencedType,
  ) {
    const { table, type } = referenced;
    this.markRow = statement(
      `mark-${type}`,
      `UPDATE ${table} SET intent = $2, intent_mark = $3, intent_at = now()
       WHERE id = $1 AND (intent IS NULL OR intent_at < now() - make_interval(secs => ${STALE_SECONDS})) RETURNING id`,
    );
    this.unmarkRow = statement(
      `unmark-${type}`,
      `UPDATE ${table} SET intent = NULL, intent_mark = NULL, intent_at = NULL WHERE id = $1 AND intent_mark = $2`,
    );
    this.staleRows = statement(
      `stale-${type}`,
      `SELECT id, intent FROM ${table} WHERE intent IS NOT NULL AND intent_at < now() - make_interval(secs => ${STALE_SECONDS})
       ORDER BY intent_at LIMIT 100`,
    );
  }

  /**
   * Does the work, with ipam's approval if it turns out to be required.
   * @param work one transaction that calls {@link require} with the mark that it is given, and at its end {@link finished}
   * @throws ApiError of ipam if it refuses
   */
  async run(id: string, intent: Intent, work: (mark: string | null) => Promise<void>): Promise<void> {
    try {
      return await work(null);
    } catch (error) {
      if (!(error instanceof ApprovalRequired)) throw error;
    }
    const mark = await this.mark(id, intent);
    // Null: it was deleted meanwhile, and the work will find it so.
    const row = mark === null ? null : await this.requestApproval(id, intent, mark);
    try {
      await work(mark);
    } catch (error) {
      // Refused after all: it stays as it is, and ipam must learn that. Any other failure is recovered later.
      if (mark !== null && isRefusal(error)) await this.withdraw(id, mark);
      throw error;
    }
    await this.conclude(row, intent);
  }

  /** Inside of the work, the row locked. */
  require(row: ReferenceRow, mark: string | null): void {
    if (!row.named) return;
    if (mark === null) throw new ApprovalRequired();
    if (row.intent_mark !== mark)
      throw serviceUnavailable('Another request has changed the resource meanwhile; retry.');
  }

  /** At the end of the work, if the object stays. */
  async finished(tx: Tx, id: string, mark: string | null): Promise<void> {
    if (mark !== null) await tx.query(this.unmarkRow, [id, mark]);
  }

  /** Recovers interrupted changes: each is carried out now, or ipam refuses it and nothing has happened. */
  async recover(): Promise<void> {
    for (const { id, intent } of await this.database.query<{ id: string; intent: Intent }>(this.staleRows)) {
      const mark = randomUUID();
      const marked = await this.database.query(this.markRow, [id, intent, mark]);
      if (marked.length === 0) continue;
      try {
        const row = await this.requestApproval(id, intent, mark);
        await this.database.transaction((tx) => this.finish(tx, id, intent, mark));
        await this.conclude(row, intent);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        await this.withdraw(id, mark);
      }
    }
  }

  private async finish(tx: Tx, id: string, intent: Intent, mark: string): Promise<void> {
    const row = await this.referenced.lock(tx, id, 'UPDATE');
    if (row?.intent_mark !== mark) return;
    await this.referenced.finish(tx, id, intent);
    await tx.query(this.unmarkRow, [id, mark]);
  }

  /** Waits for another change of the object that is pending. Null: the object does not exist. */
  private async mark(id: string, intent: Intent): Promise<string | null> {
    const mark = randomUUID();
    const until = Date.now() + PENDING_TIMEOUT_MS;
    for (;;) {
      if ((await this.database.query(this.markRow, [id, intent, mark])).length > 0) return mark;
      const row = await this.database.transaction((tx) => this.referenced.lock(tx, id, 'KEY SHARE'));
      if (!row) return null;
      if (Date.now() > until) throw serviceUnavailable('The resource is being modified by another request; retry.');
      await sleep(50);
    }
  }

  /**
   * @returns what ipam was asked about, if it had to be
   * @throws ApiError; the object is unmarked if ipam refuses
   */
  private async requestApproval(id: string, intent: Intent, mark: string): Promise<ReferenceRow | null> {
    const row = await this.database.transaction((tx) => this.referenced.lock(tx, id, 'KEY SHARE'));
    if (!row?.named) return null;
    try {
      await this.notifyIpam(row, intent);
    } catch (error) {
      if (isRefusal(error)) await this.database.query(this.unmarkRow, [id, mark]);
      throw error;
    }
    return row;
  }

  /** Grants are deleted once there is no way back; should ipam miss it now, the resync of grants repeats it. */
  private async conclude(row: ReferenceRow | null, intent: Intent): Promise<void> {
    if (row === null || intent !== 'gone') return;
    try {
      await this.notifyIpam(row, intent, { deleted: true, deadlineMs: 2_000 });
    } catch (error) {
      log.warn({ err: error, type: this.referenced.type, id: row.id }, 'ipam has not acknowledged a deletion yet');
    }
  }

  /** The intent becomes the current state first: a crash here leaves that to be recovered, no longer the change. */
  private async withdraw(id: string, mark: string): Promise<void> {
    const row = await this.database.transaction(async (tx) => {
      const locked = await this.referenced.lock(tx, id, 'UPDATE');
      if (locked?.intent_mark !== mark) return null;
      await tx.query(`UPDATE ${this.referenced.table} SET intent = $2 WHERE id = $1`, [id, currentState(locked)]);
      return locked;
    });
    if (!row) return;
    await this.notifyIpam(row, currentState(row));
    await this.database.query(this.unmarkRow, [id, mark]);
  }

  private async notifyIpam(
    { id, project_id, stateful }: ReferenceRow,
    intent: Intent,
    { deleted, deadlineMs }: { readonly deleted?: true; readonly deadlineMs?: number } = {},
  ): Promise<void> {
    const reference: Reference = {
      type: this.referenced.type,
      id,
      projectId: project_id,
      stateful: intent === 'gone' ? stateful : intent === 'stateful',
      gone: intent === 'gone',
      ...(deleted && { deleted }),
    };
    await this.messaging.request(securitySubject.put, reference, { ...(deadlineMs && { deadlineMs }) });
  }
}

/** A decision, in contrast to an outage, which decides nothing. */
const isRefusal = (error: unknown): boolean => error instanceof ApiError && error.status < 500;

const currentState = ({ stateful }: ReferenceRow): Intent => (stateful ? 'stateful' : 'stateless');
