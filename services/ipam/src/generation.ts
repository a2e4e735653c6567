import { statement, type Tx } from '@weft/persistence';

const next = statement('generation', `SELECT nextval('generation') AS generation`);

/** The next tick of the one clock of facts. Take it after the row that it speaks of is locked. */
export async function nextGeneration(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ generation: number }>(next);
  return row!.generation;
}
