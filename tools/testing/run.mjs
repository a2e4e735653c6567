#!/usr/bin/env node
// npm test: everything that proves Weft, ending with one line `N passed, N failed`. With names of tiers: those alone.
// Plain JavaScript without dependencies: on a fresh clone it installs what is missing first, as npm start does.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../setup/build.mjs';
import { Failure, main } from '../setup/failure.mjs';
import { prepare } from '../setup/prepare.mjs';

const TIERS = ['unit', 'integration', 'kernel', 'e2e'];
const NEED_ROOT = ['kernel', 'e2e'];
const tool = (path) => join(ROOT, 'node_modules', path);
const CHECKS = {
  lint: [
    [tool('eslint/bin/eslint.js'), '.'],
    [tool('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
  ],
  typecheck: [[tool('typescript/bin/tsc'), '-p', 'tsconfig.test.json']],
};

/** Runs a program of Node's with its output on ours; answers whether it succeeded. */
const node = (args, env = {}) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: 'inherit',
      env: {
        ...process.env,
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-old-space-size=3072`.trim(),
        ...env,
      },
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });

/** A check counts as one test. */
async function check(name) {
  for (const args of CHECKS[name]) if (!(await node(args))) return { passed: 0, failed: 1 };
  return { passed: 1, failed: 0 };
}

/** Jest's own numbers. A file that does not even load, and a tier that does not run or has no tests, count as failed. */
async function tier(name, patterns) {
  if (NEED_ROOT.includes(name) && process.getuid?.() !== 0) {
    console.error(`The ${name} tier needs root.`);
    return { passed: 0, failed: 1 };
  }
  const scratch = mkdtempSync(join(tmpdir(), 'weft-test-'));
  const report = join(scratch, 'report.json');
  try {
    await node([tool('jest/bin/jest.js'), '--json', `--outputFile=${report}`, ...patterns], { WEFT_TEST_TIER: name });
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const broken = result.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every(({ status: each }) => each !== 'failed'),
    );
    const failed = result.numFailedTests + broken.length;
    if (result.numPassedTests + failed === 0) throw new Error('it has no tests');
    return { passed: result.numPassedTests, failed };
  } catch (error) {
    console.error(`The ${name} tier did not run: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main(async () => {
  const words = process.argv.slice(2);
  const chosen = TIERS.filter((name) => words.includes(name));
  const patterns = words.filter((word) => !TIERS.includes(word));
  if (chosen.length === 0 && patterns.length > 0)
    throw new Failure(`Tiers are ${TIERS.join(', ')}; a pattern needs one.`);
  const tiers = chosen.length > 0 ? chosen : TIERS;
  const beyondUnit = tiers.some((name) => name !== 'unit');
  prepare({
    postgres: beyondUnit,
    nats: beyondUnit,
    lab: beyondUnit && process.getuid?.() === 0,
    tests: beyondUnit,
    say: (line) => console.log(line),
  });

  const sum = { passed: 0, failed: 0 };
  const run = async (name, work) => {
    console.log(`\n── ${name}`);
    const started = Date.now();
    const { passed, failed } = await work();
    console.log(`── ${name}: ${passed} passed, ${failed} failed (${((Date.now() - started) / 1000).toFixed(0)} s)`);
    sum.passed += passed;
    sum.failed += failed;
  };
  if (chosen.length === 0) for (const name of Object.keys(CHECKS)) await run(name, () => check(name));
  for (const name of tiers) await run(name, () => tier(name, patterns));
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
  process.exitCode = sum.failed === 0 ? 0 : 1;
});
