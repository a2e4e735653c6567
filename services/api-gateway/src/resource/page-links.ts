import type { ListQuery } from '@weft/contracts';

/** What a listing gave, in the order of the answer. */
export interface Listed {
  readonly count: number;
  readonly first?: string | undefined;
  readonly last?: string | undefined;
}

interface Link {
  readonly rel: 'next' | 'previous';
  readonly href: string;
}

/**
 * `<collection>_links`: only with a limit. A page that is not full ends the listing in its own direction; in the other there may
 * always be more. Each link keeps the query and moves the marker.
 */
export function pageLinks(
  url: string,
  query: URLSearchParams,
  { limit, pageReverse }: ListQuery,
  listed: Listed,
): Link[] {
  if (limit === undefined) return [];
  const full = listed.count >= limit;
  const links: Link[] = [];
  if (full || pageReverse === true) links.push({ rel: 'next', href: linked(url, query, listed.last, false) });
  if (full || pageReverse !== true) links.push({ rel: 'previous', href: linked(url, query, listed.first, true) });
  return links;
}

function linked(url: string, query: URLSearchParams, marker: string | undefined, reverse: boolean): string {
  const moved = new URLSearchParams(query);
  moved.delete('marker');
  moved.delete('page_reverse');
  if (marker !== undefined) moved.append('marker', marker);
  if (reverse) moved.append('page_reverse', 'True');
  return `${url}?${moved.toString()}`;
}
