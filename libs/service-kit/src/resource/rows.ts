import { revisionMismatch } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';

/** What the rows of all resources have alike. */

const next = statement('generation', `SELECT nextval('generation') AS generation`);

/** The next tick of the service's one clock of facts. Take it after the row that it speaks of is locked. */
export async function nextGeneration(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ generation: number }>(next);
  return row!.generation;
}

/** `If-Match: revision_number=N`. @throws ApiError 412 */
export function requireRevision(row: { readonly revision_number: number }, expected: number | undefined): void {
  if (expected !== undefined && expected !== row.revision_number) throw revisionMismatch(expected, row.revision_number);
}

/** A point in time as the API writes it: UTC, whole seconds. */
export const timestamp = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
