import { randomInt } from 'node:crypto';

/** How much a run proves: `commit` always, `soak` nightly or before a release (CONTRIBUTING.md, "Budgets"). */
type Proof = 'commit' | 'soak';

const given = process.env.WEFT_PROOF ?? 'commit';
if (given !== 'commit' && given !== 'soak') throw new Error(`WEFT_PROOF is commit or soak, not ${given}`);

export const PROOF: Proof = given;

/** The amount that this run is to do. */
export const budget = (amounts: Readonly<Record<Proof, number>>): number => amounts[PROOF];

/** Of everything random in this file: another one in each run, and the same one to repeat a failure. */
export const SEED = Number(process.env.WEFT_PROOF_SEED ?? randomInt(2 ** 31));
console.info(`WEFT_PROOF=${PROOF} WEFT_PROOF_SEED=${SEED} repeats what is random here`);

/**
 * Numbers in [0, 1) that follow from the seed (mulberry32).
 * @param stream another sequence for each that runs at the same time
 */
export function randomNumbers(stream = 0): () => number {
  let state = (SEED + stream * 0x9e3779b9) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of them, by a random number. @returns undefined of an empty list */
export const pick = <T>(from: readonly T[], random: () => number): T | undefined =>
  from[Math.floor(random() * from.length)];
