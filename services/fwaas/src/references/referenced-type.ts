import type { ReferenceType } from '@weft/contracts';
import type { Tx } from '@weft/persistence';

/** What an object that ports and grants may refer to is about to become. */
export type Intent = 'gone' | 'stateful' | 'stateless';

export type LockStrength = 'UPDATE' | 'NO KEY UPDATE' | 'KEY SHARE';

/** A row that other services may refer to. */
export interface ReferenceRow {
  readonly id: string;
  readonly project_id: string;
  readonly stateful: boolean;
  readonly is_default: boolean;
  /** ipam has resolved it: it may hold references to it. */
  readonly named: boolean;
  /** Of the change that is pending. */
  readonly intent_mark: string | null;
}

/** A type of such objects. */
export interface ReferencedType {
  readonly type: ReferenceType;
  readonly table: string;
  /** SQL of the columns of {@link ReferenceRow}. */
  readonly columns: string;
  lock(tx: Tx, id: string, strength: LockStrength): Promise<ReferenceRow | null>;
  /** Carries out the intent, the row locked, and publishes the fact. */
  finish(tx: Tx, id: string, intent: Intent): Promise<void>;
}
