import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import report from './report.cjs';

/** Tier → the files whose tests have a budget. */
export const SOAK = { kernel: ['filter-generator'], e2e: ['chaos', 'stress', 'walk', 'fuzz'] };

const FILE = join(report.ROOT, 'tests', 'soak.json');

/** Writes down what a soak run came to, for the repository. */
export function recordSoak({ passed, failed, seconds }) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: report.ROOT, encoding: 'utf8' }).trim();
  const result = { date: new Date().toISOString().slice(0, 10), commit, seed: Number(process.env.WEFT_PROOF_SEED) };
  writeFileSync(FILE, `${JSON.stringify({ ...result, passed, failed, seconds }, null, 2)}\n`);
}

/** What the record says, in a line. */
export function lastSoak() {
  if (!existsSync(FILE)) return 'none is recorded (npm run test:soak)';
  const { date, commit, seed, passed, failed, seconds } = JSON.parse(readFileSync(FILE, 'utf8'));
  const outcome = failed === 0 ? `passed (${passed} tests)` : `${failed} failed`;
  return `${date}, commit ${commit}, seed ${seed}, ${seconds} s, ${outcome}`;
}
