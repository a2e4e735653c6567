/** `{ <name>: […], links: {…} }` as Identity lists things. `base` ends in `/v3`, `url` is the request's path. */
export const collectionView = (base: string, url: string, name: string, items: readonly unknown[]): object => ({
  [name]: items,
  links: { self: base + url.replace(/^\/v3/, ''), next: null, previous: null },
});
