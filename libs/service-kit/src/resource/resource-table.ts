import type { Json, ResourceDefinition } from '@weft/contracts';
import type { PolicyTarget } from '@weft/policy';
import type { SqlText } from './sql-text';

/** Values of one filter (OR among them) → an SQL condition. */
export type FilterSql = (sql: SqlText, values: readonly Json[]) => string;

/**
 * One way by which a caller may see an object: which rows, and what policy must know of such a row to decide. Policy decides once
 * per way, the database picks the rows: lists need no decision per object.
 */
export interface Visibility {
  /** Condition on the row; `project` is the placeholder of the caller's project. */
  readonly rows: (project: string) => string;
  /** What the row looks like to a policy rule. */
  readonly target: (project: string | null) => PolicyTarget;
}

/** How a resource's attributes stand in the service's tables: all that listing and showing need. */
export interface ResourceTable {
  readonly definition: ResourceDefinition;
  /** FROM clause. */
  readonly from: string;
  /** The table that writes go to, for tags and revisions. */
  readonly table: string;
  /** SQL expression of the primary key. */
  readonly id: string;
  /** Attribute → SQL expression; every visible attribute must be there. */
  readonly columns: Readonly<Record<string, string>>;
  /** Sort expressions where the column itself may be null or sorts differently. Never null. */
  readonly sorts?: Readonly<Record<string, string>>;
  /** Filters that are more than `column IN (values)`. */
  readonly filters?: Readonly<Record<string, FilterSql>>;
  readonly visibility: readonly Visibility[];
}
