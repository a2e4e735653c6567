import type { FilterSql } from './resource-table';

/** `tags=a,b` all of them, `tags-any` one of them, `not-tags` not all of them, `not-tags-any` none of them. */
export const tagFilters = (column: string): Readonly<Record<string, FilterSql>> => ({
  tags: (sql, tags) => `${column} @> ${sql.bind(tags)}::text[]`,
  'tags-any': (sql, tags) => `${column} && ${sql.bind(tags)}::text[]`,
  'not-tags': (sql, tags) => `NOT ${column} @> ${sql.bind(tags)}::text[]`,
  'not-tags-any': (sql, tags) => `NOT ${column} && ${sql.bind(tags)}::text[]`,
});
