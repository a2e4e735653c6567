import type { ReferenceType } from '@weft/contracts';
import type { Tx } from '@weft/persistence';

/** What is to become of an object that ports and grants may refer to. */
export type Intent = 'gone' | 'stateful' | 'stateless';

export type LockStrength = 'UPDATE' | 'NO KEY UPDATE' | 'KEY SHARE';

/** A row that other services may refer to. */
export interface ReferenceRow {
  readonly id: string;
  readonly project_id: string;
  readonly stateful: boolean;
  readonly is_default: boolean;
  /** Somebody has asked for it: ipam may hold references to it. */
  readonly named: boolean;
  /** Of who is about to change it. */
  readonly intent_mark: string | null;
}

/** A type of such objects. */
export interface Referable {
  readonly type: ReferenceType;
  readonly table: string;
  /** SQL of the columns of {@link ReferenceRow}. */
  readonly columns: string;
  lock(tx: Tx, id: string, strength: LockStrength): Promise<ReferenceRow | null>;
  /** Does what was intended, the row locked; nodes are told. */
  finish(tx: Tx, id: string, intent: Intent): Promise<void>;
}
