import { badRequest } from '@weft/contracts';

/** `If-Match: revision_number=<int>` → the revision that the client has seen. */
export function parseIfMatch(header: string | undefined): { readonly ifRevision?: number } {
  if (header === undefined) return {};
  const revision = /^\s*"?revision_number=(\d{1,15})"?\s*$/.exec(header)?.[1];
  if (revision === undefined) {
    throw badRequest('if-match', 'Revision number etag must be in the format of revision_number=<int>');
  }
  return { ifRevision: Number(revision) };
}
