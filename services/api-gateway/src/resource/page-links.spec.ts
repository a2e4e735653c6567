import { pageLinks } from './page-links';

const URL = 'http://net/v2.0/ports';
const links = (query: string, options: { limit?: number; pageReverse?: boolean }, count: number) =>
  pageLinks(
    URL,
    new URLSearchParams(query),
    { filters: {}, sort: [], ...options },
    count > 0 ? { count, first: 'a', last: 'z' } : { count },
  );
const rels = (...args: Parameters<typeof links>) => links(...args).map(({ rel }) => rel);

describe('pageLinks', () => {
  it('gives none without a limit', () => {
    expect(links('name=x', {}, 5)).toEqual([]);
  });

  it('ends a listing in its own direction when a page is not full', () => {
    expect(rels('limit=2', { limit: 2 }, 2)).toEqual(['next', 'previous']);
    expect(rels('limit=2', { limit: 2 }, 1)).toEqual(['previous']);
    expect(rels('limit=2', { limit: 2, pageReverse: true }, 2)).toEqual(['next', 'previous']);
    expect(rels('limit=2', { limit: 2, pageReverse: true }, 1)).toEqual(['next']);
  });

  it('moves the marker and keeps the rest of the query', () => {
    const [next, previous] = links('limit=2&marker=m&page_reverse=True&fields=id', { limit: 2, pageReverse: true }, 2);
    expect(next!.href).toBe(`${URL}?limit=2&fields=id&marker=z`);
    expect(previous!.href).toBe(`${URL}?limit=2&fields=id&marker=a&page_reverse=True`);
  });

  it('links an empty page without a marker', () => {
    expect(links('limit=2&marker=m&page_reverse=True&fields=id', { limit: 2, pageReverse: true }, 0)).toEqual([
      { rel: 'next', href: `${URL}?limit=2&fields=id` },
    ]);
  });
});
