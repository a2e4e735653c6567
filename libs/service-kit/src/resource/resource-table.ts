import type { Json, ListRequest, ResourceDefinition } from '@weft/contracts';
import type { PolicyTarget } from '@weft/policy';
import type { SqlText } from './sql-text';

/** Values of one filter (OR among them) → an SQL condition. `project`: the caller's. */
export type FilterSql = (sql: SqlText, values: readonly Json[], project: string | null) => string;

/** By name, as they were asked for; of a single object none. */
export type Filters = ListRequest['query']['filters'];

/** An attribute's SQL; it may depend on the caller: `project` is the placeholder of the caller's project. */
export type ColumnSql = string | ((project: string) => string);

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
  /** FROM clause; the content of an object may depend on the filters, which objects there are is for {@link filters} to choose. */
  readonly from: string | ((filters: Filters) => string);
  /** The table that writes go to, for tags and revisions. */
  readonly table: string;
  /** SQL expression of what objects are found by (`key` of the definition); of a sub-resource it need be unique below its parent only. */
  readonly id: string;
  /** Of a sub-resource: the SQL expression of the parent's key, and how the parent stands in its tables. */
  readonly parent?: { readonly id: string; readonly table: ResourceTable };
  /** Attribute → SQL expression; every visible attribute must be there. */
  readonly columns: Readonly<Record<string, ColumnSql>>;
  /** Sort expressions where the column itself may be null, sorts differently or depends on the caller. Never null. */
  readonly sorts?: Readonly<Record<string, string>>;
  /** Filters that are more than `column IN (values)`. */
  readonly filters?: Readonly<Record<string, FilterSql>>;
  readonly visibility: readonly Visibility[];
}
