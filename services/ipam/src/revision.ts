import { revisionMismatch } from '@weft/contracts';

/** `If-Match: revision_number=N`. @throws ApiError 412 */
export function requireRevision(row: { readonly revision_number: number }, expected: number | undefined): void {
  if (expected !== undefined && expected !== row.revision_number) throw revisionMismatch(expected, row.revision_number);
}
