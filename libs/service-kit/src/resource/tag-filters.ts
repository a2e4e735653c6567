import type { FilterSql } from './resource-table';

/** `tags=a,b` all of them, `tags-any` one of them, `not-tags` not all of them, `not-tags-any` none of them. */
export const tagFilters: Readonly<Record<string, FilterSql>> = {
  tags: (sql, tags) => `tags @> ${sql.bind(tags)}::text[]`,
  'tags-any': (sql, tags) => `tags && ${sql.bind(tags)}::text[]`,
  'not-tags': (sql, tags) => `NOT tags @> ${sql.bind(tags)}::text[]`,
  'not-tags-any': (sql, tags) => `NOT tags && ${sql.bind(tags)}::text[]`,
};
