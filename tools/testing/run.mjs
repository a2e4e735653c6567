#!/usr/bin/env node
// npm test: everything that proves Weft, ending with one line `N passed, N failed`. With names of tiers: those alone, and with
// patterns the files that match. `--soak`: the tests with a budget, with the long one (tests/proof.ts).
// Plain JavaScript without dependencies: on a fresh clone it installs what is missing first, as npm start does.
import { randomInt } from 'node:crypto';
import { Failure, main } from '../setup/failure.mjs';
import { prepare } from '../setup/prepare.mjs';
import { lastSoak, recordSoak, SOAK } from './soak.mjs';
import { runLane } from './lanes.mjs';
import { runTier } from './tier.mjs';

const TIERS = ['unit', 'integration', 'kernel', 'e2e'];
/** Check → its Nx target, how many projects at a time, and which: all that have the target. */
const CHECKS = {
  // All at once: rules that know types load what a project depends on, each time (290 s of processor time instead of 50).
  lint: { target: 'lint', parallel: 1, projects: 'weft' },
  typecheck: { target: 'typecheck', parallel: 1 },
  unit: { target: 'test:unit', parallel: 2 },
  // Its workers are jest's.
  integration: { target: 'test:int', parallel: 1 },
  kernel: { target: 'test:kernel', parallel: 1 },
  e2e: { target: 'test:e2e', parallel: 1 },
};
/** They run at the same time: the first computes, the second waits for clouds and packets most of the time. */
const LANES = [
  // Packets are timed, computation is not: it takes what the processor has to spare.
  { checks: ['lint', 'typecheck', 'unit', 'integration'], niceness: 15 },
  { checks: ['kernel', 'e2e'], niceness: 0 },
];

await main(async () => {
  const words = process.argv.slice(2);
  const soak = words.includes('--soak');
  const chosen = TIERS.filter((name) => words.includes(name));
  const patterns = words.filter((word) => !TIERS.includes(word) && word !== '--soak');
  if (chosen.length === 0 && patterns.length > 0)
    throw new Failure(`Tiers are ${TIERS.join(', ')}; a pattern needs one.`);
  const beyondUnit = soak || chosen.length === 0 || chosen.some((name) => name !== 'unit');
  prepare({
    postgres: beyondUnit,
    nats: beyondUnit,
    lab: beyondUnit && process.getuid?.() === 0,
    tests: beyondUnit,
    say: (line) => console.log(line),
  });

  process.env.WEFT_PROOF = soak ? 'soak' : (process.env.WEFT_PROOF ?? 'commit');
  process.env.WEFT_PROOF_SEED ??= String(randomInt(2 ** 31));
  console.log(
    `WEFT_PROOF=${process.env.WEFT_PROOF} WEFT_PROOF_SEED=${process.env.WEFT_PROOF_SEED} repeats what is random`,
  );

  const started = Date.now();
  const results = [];
  if (soak) for (const [tier, files] of Object.entries(SOAK)) results.push(await runTier(tier, files));
  else if (chosen.length > 0) for (const tier of chosen) results.push(await runTier(tier, patterns));
  else {
    const lanes = LANES.map(({ checks, niceness }) =>
      runLane(
        checks.map((name) => ({ name, ...CHECKS[name] })),
        { niceness, since: started },
      ),
    );
    results.push(...(await Promise.all(lanes)).flat());
  }
  const total = (key) => results.reduce((sum, result) => sum + (result[key] ?? 0), 0);
  const [passed, failed, skipped, cached] = ['passed', 'failed', 'skipped', 'cached'].map(total);
  if (soak) recordSoak({ passed, failed, seconds: Math.round((Date.now() - started) / 1_000) });

  console.log();
  for (const { name, seconds, ...counts } of results)
    console.log(`${name.padEnd(12)} ${summary(counts)} (${seconds} s)`);
  console.log(`last soak: ${lastSoak()}`);
  if (cached > 0) console.log(`of these ${cached} from the cache of Nx: their inputs have not changed`);
  console.log(`\n${summary({ passed, failed, skipped })}`);
  process.exitCode = failed === 0 ? 0 : 1;
});

function summary({ passed, failed, skipped, cached }) {
  return (
    `${passed} passed, ${failed} failed` +
    (skipped > 0 ? `, ${skipped} skipped` : '') +
    (cached > 0 ? `, ${cached} of them from the cache` : '')
  );
}
