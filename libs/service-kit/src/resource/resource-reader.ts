import { createHash } from 'node:crypto';
import type { QueryResultRow } from 'pg';
import {
  ApiError,
  keyOf,
  type ListPageHeader,
  type ListRequest,
  notFound,
  type RequestContext,
  type ResourceRequest,
  ruleWord,
} from '@weft/contracts';
import { type Database, type Statement, type Tx, WriteObserver } from '@weft/persistence';
import type { Policy } from '@weft/policy';
import { type Cursor, decodeCursor, encodeCursor, keysetCondition, keysOf, orderOf, type SortKey } from './keyset';
import { KEYS, type Key } from './key';
import type { Filters, FilterSql, ResourceTable } from './resource-table';
import { SqlText } from './sql-text';
import { tagFilters } from './tag-filters';

/** Rows of a page at most; fewer when they are large. */
const PAGE_ROWS = 500;
/** Bytes of a page at most: well below the broker's default max payload of 1 MiB, whatever it is raised to. */
const PAGE_BYTES = 700_000;

interface ListRow extends QueryResultRow {
  readonly id: string;
  readonly json: string;
  readonly keys: string[];
}

/**
 * Lists and shows a resource from its table: visibility by policy, filters, sort, keyset paging, projection. PostgreSQL writes
 * the JSON of each object; it is passed on as text, up to the client.
 */
export class ResourceReader {
  private readonly filters: Readonly<Record<string, FilterSql>>;
  private readonly rule: string;
  private readonly key: Key;
  /** Of a sub-resource. */
  private readonly parents: ResourceReader | undefined;

  constructor(
    readonly table: ResourceTable,
    private readonly database: Database,
    private readonly policy: Policy,
  ) {
    this.rule = `get_${ruleWord(table.definition)}`;
    this.key = KEYS[keyOf(table.definition).type];
    this.parents = table.parent && new ResourceReader(table.parent.table, database, policy);
    const { tags } = table.columns;
    this.filters = { ...(typeof tags === 'string' && tagFilters(tags)), ...table.filters };
  }

  /** @throws the not-found error of the parent, if the request lies below one that is not there or not for the caller's eyes */
  async requireParent({ ctx, parentId }: ResourceRequest): Promise<void> {
    if (this.parents) await this.parents.show({ ctx }, parentId ?? '', ['id']);
  }

  /** JSON text of one object. @throws the resource's not-found error, also when the caller may not see it */
  async show(
    request: ResourceRequest,
    id: string,
    fields?: readonly string[],
    reader: Pick<Tx, 'query'> = this.database,
  ): Promise<string> {
    const [text] = await this.showAll(request, [id], fields, reader);
    return text!;
  }

  /** JSON texts in the order of `ids`. @throws the not-found error for the first that is missing */
  async showAll(
    request: ResourceRequest,
    ids: readonly string[],
    fields?: readonly string[],
    reader: Pick<Tx, 'query'> = this.database,
  ): Promise<string[]> {
    const { notFound: type, title } = this.table.definition;
    const valid = ids.filter(this.key.accepts);
    const sql = new SqlText();
    // One is the rule, and an equality is planned once: `= ANY` is planned for each array, which costs more than reading it.
    const where = `${sql.among(this.table.id, valid, this.key.sql)} AND ${this.inReach(request, sql)}`;
    const json = this.json(request.ctx, fields, sql);
    const text = `SELECT ${this.table.id} AS id, ${json} AS json FROM ${this.from({})} WHERE ${where}`;
    const rows = await reader.query<{ id: string; json: string }>(prepared(text), sql.values);
    const found = new Map(rows.map(({ id, json }) => [id, json]));
    return ids.map((id) => {
      const json = found.get(this.key.canonical(id));
      if (json === undefined) throw notFound(type, title, id);
      return json;
    });
  }

  /** Observes a create: the texts of its objects by id, as its transaction leaves them; empty for one that came again. */
  observeCreate(request: ResourceRequest): {
    readonly observer: WriteObserver;
    readonly texts: ReadonlyMap<string, string>;
  } {
    const texts = new Map<string, string>();
    const created = async (reader: Pick<Tx, 'query'>, ids: readonly string[]) => {
      texts.clear();
      const found = await orNotVisible(this.showAll(request, ids, undefined, reader));
      found?.forEach((text, i) => texts.set(ids[i]!, text));
    };
    return { observer: new WriteObserver({ created }), texts };
  }

  /** Observes a change: the object before it, and on request after it. */
  observeChange(request: ResourceRequest, id: string, wantsAfter: boolean): WriteObserver {
    const read = (reader: Pick<Tx, 'query'>) => orNotVisible(this.show(request, id, undefined, reader));
    return new WriteObserver({ snapshot: { read, wantsAfter } });
  }

  /** One page as bytes: header line, newline, items (see `ListPageHeader`). */
  async list(request: ListRequest): Promise<Uint8Array> {
    const { ctx, query, cursor } = request;
    const keys = this.sortKeys(ctx, query.sort);
    const { after, until, left } = cursor === undefined ? await this.window(request, keys) : decodeCursor(cursor);

    const sql = new SqlText();
    const conditions = [this.inReach(request, sql), ...this.filtered(ctx, query.filters, sql)];
    if (after) conditions.push(keysetCondition(keys, after, 'after', sql));
    if (until) conditions.push(keysetCondition(keys, until, 'before', sql));
    const limit = Math.min(left ?? Infinity, PAGE_ROWS);
    const text =
      `SELECT ${this.table.id} AS id, ${this.json(ctx, query.fields, sql)} AS json, ${keysOf(keys)} FROM ${this.from(query.filters)} ` +
      `WHERE ${conditions.join(' AND ')} ORDER BY ${orderOf(keys, 'forward')} LIMIT ${sql.bind(limit + 1)}`;
    const rows = await this.database.query<ListRow>(prepared(text), sql.values);

    const page = fitting(rows.slice(0, limit));
    const more = page.length < rows.length && page.length < (left ?? Infinity);
    const next = more
      ? encodeCursor({ after: page.at(-1)!.keys, until, ...(left !== undefined && { left: left - page.length }) })
      : undefined;
    return pageBytes(page, next);
  }

  /**
   * What part of the whole list is asked for. A reverse page is the `limit` rows before the marker, in forward order: it becomes a
   * forward listing between two bounds, so that paging itself knows one direction only.
   */
  private async window(request: ListRequest, keys: readonly SortKey[]): Promise<Cursor> {
    const { ctx, query } = request;
    const marker = query.marker === undefined ? undefined : await this.keysOfMarker(request, query.marker, keys);
    if (query.pageReverse !== true) return { after: marker, left: query.limit };
    if (query.limit === undefined) return { until: marker };
    const sql = new SqlText();
    const conditions = [this.inReach(request, sql), ...this.filtered(ctx, query.filters, sql)];
    if (marker) conditions.push(keysetCondition(keys, marker, 'before', sql));
    const text =
      `SELECT ${keysOf(keys)} FROM ${this.from(query.filters)} WHERE ${conditions.join(' AND ')} ` +
      `ORDER BY ${orderOf(keys, 'backward')} OFFSET ${sql.bind(query.limit)} LIMIT 1`;
    const [row] = await this.database.query<{ keys: string[] }>(prepared(text), sql.values);
    return { after: row?.keys, until: marker, left: query.limit };
  }

  private async keysOfMarker(request: ListRequest, marker: string, keys: readonly SortKey[]): Promise<string[]> {
    const { notFound: type, title } = this.table.definition;
    if (!this.key.accepts(marker)) throw notFound(type, title, marker);
    const sql = new SqlText();
    const text =
      `SELECT ${keysOf(keys)} FROM ${this.from({})} ` +
      `WHERE ${this.table.id} = ${sql.bind(marker)} AND ${this.inReach(request, sql)}`;
    const [row] = await this.database.query<{ keys: string[] }>(prepared(text), sql.values);
    if (!row) throw notFound(type, title, marker);
    return row.keys;
  }

  private sortKeys(ctx: RequestContext, sort: ListRequest['query']['sort']): SortKey[] {
    const { columns, sorts, id } = this.table;
    const seen = sort.filter(({ key }) => !this.hidden(ctx, key));
    const keys = seen.map(({ key, dir }) => ({
      expression: sorts?.[key] ?? (columns[key] as string),
      descending: dir === 'desc',
    }));
    return [...keys, { expression: id, descending: false }];
  }

  private from(filters: Filters): string {
    const { from } = this.table;
    return typeof from === 'string' ? from : from(filters);
  }

  /** The rows below the parent, if there is one, that the caller may see. */
  private inReach({ ctx, parentId }: ResourceRequest, sql: SqlText): string {
    const { parent } = this.table;
    if (!parent) return this.visible(ctx, sql);
    const { type } = keyOf(parent.table.definition);
    return `${parent.id} = ${sql.bind(parentId)}::${KEYS[type].sql} AND ${this.visible(ctx, sql)}`;
  }

  /** The rows that the caller may see, by each way that policy allows. */
  private visible(ctx: RequestContext, sql: SqlText): string {
    const everything = this.policy.allowsAll(this.rule, ctx);
    if (everything !== undefined) return everything ? 'true' : 'false';
    const ways = this.waysOf(ctx);
    if (ways.length === 0) return 'false';
    const project = sql.bind(ctx.projectId);
    return `(${ways.map(({ rows }) => rows(project)).join(' OR ')})`;
  }

  private waysOf(ctx: RequestContext) {
    return this.table.visibility.filter(({ target }) => this.policy.allows(this.rule, ctx, target(ctx.projectId)));
  }

  /** The object as JSON text; an attribute is in it if every way by which the caller may see the object shows it. */
  private json(ctx: RequestContext, fields: readonly string[] | undefined, sql: SqlText): string {
    const { columns } = this.table;
    const names = Object.keys(columns).filter(
      (name) => (fields === undefined || fields.includes(name)) && !this.hidden(ctx, name),
    );
    // No known name asked for: an empty object, as the reference answers it.
    if (names.length === 0) return `'{}'`;
    return `(SELECT row_to_json(o)::text FROM (SELECT ${names.map((name) => `${this.column(ctx, name, sql)} AS "${name}"`).join(', ')}) o)`;
  }

  /** An attribute's SQL as it is for the caller. */
  private column(ctx: RequestContext, name: string, sql: SqlText): string {
    const column = this.table.columns[name]!;
    return typeof column === 'string' ? column : column(`${sql.bind(ctx.projectId)}::text`);
  }

  private hidden(ctx: RequestContext, name: string): boolean {
    const rule = `${this.rule}:${name}`;
    if (!this.policy.has(rule)) return false;
    const decision = this.policy.allowsAll(rule, ctx);
    if (decision !== undefined) return !decision;
    return !this.waysOf(ctx).every(({ target }) => this.policy.allows(rule, ctx, target(ctx.projectId)));
  }

  private filtered(ctx: RequestContext, filters: ListRequest['query']['filters'], sql: SqlText): string[] {
    return Object.entries(filters).map(([name, values]) => {
      // A hidden attribute is not revealed by filtering for its values either.
      if (this.hidden(ctx, name)) return 'false';
      const special = this.filters[name];
      if (special) return special(sql, values, ctx.projectId);
      const column = this.column(ctx, name, sql);
      // Compared as text: a filter value that is no uuid or number then matches nothing and is no error.
      return sql.among(`(${column})::text`, values.map(String), 'text');
    });
  }
}

/** Undefined: there is no such object, or the caller may not see it. The write itself judges that, with errors of its own. */
async function orNotVisible<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function fitting(rows: readonly ListRow[]): ListRow[] {
  let bytes = 0;
  const page: ListRow[] = [];
  for (const row of rows) {
    // UTF-8 takes up to three bytes a UTF-16 unit; mostly it is one.
    bytes += row.json.length;
    if (page.length > 0 && bytes > PAGE_BYTES) break;
    page.push(row);
  }
  return page;
}

function pageBytes(rows: readonly ListRow[], next: string | undefined): Uint8Array {
  const header: ListPageHeader = {
    count: rows.length,
    ...(next !== undefined && { next }),
    ...(rows.length > 0 && { first: rows[0]!.id, last: rows.at(-1)!.id }),
  };
  return Buffer.from(`${JSON.stringify(header)}\n${rows.map(({ json }) => json).join(',')}`);
}

/** Names of prepared statements by text. Bounded: clients can ask for any combination of filters and fields. */
const names = new Map<string, Statement>();
const MAX_PREPARED = 300;

function prepared(text: string): Statement | string {
  const known = names.get(text);
  if (known) return known;
  if (names.size >= MAX_PREPARED) return text;
  const named = { name: `list-${createHash('sha1').update(text).digest('base64url')}`, text };
  names.set(text, named);
  return named;
}
