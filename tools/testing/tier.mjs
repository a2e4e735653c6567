import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import report from './report.cjs';

const { ROOT, readReport } = report;
const NEED_ROOT = ['kernel', 'e2e'];

/**
 * A tier by itself, without cache, with all that its tests print. A tier that does not run, or has no tests, has failed.
 * @param patterns of jest: parts of paths
 */
export async function runTier(name, patterns) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const numbers = await testsOf(name, patterns);
  return { name, ...numbers, seconds: Math.round((Date.now() - started) / 1_000) };
}

async function testsOf(name, patterns) {
  if (NEED_ROOT.includes(name) && process.getuid?.() !== 0) {
    console.error(`The ${name} tier needs root.`);
    return { passed: 0, failed: 1 };
  }
  const scratch = mkdtempSync(join(tmpdir(), 'weft-test-'));
  const file = join(scratch, 'report.json');
  try {
    const reporters = ['default', join(ROOT, 'tools/testing/reporter.cjs')].map(
      (reporter) => `--reporters=${reporter}`,
    );
    await jest([...patterns, ...reporters], { WEFT_TEST_TIER: name, WEFT_PROOF_REPORT: file });
    const numbers = readReport(file);
    if (numbers !== null && numbers.passed + numbers.failed > 0) return numbers;
    console.error(`The ${name} tier did not run: ${numbers === null ? 'jest failed' : 'it has no tests'}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs jest with its output on ours. */
const jest = (args, env) =>
  new Promise((resolve) => {
    const options = `${process.env.NODE_OPTIONS ?? ''} --max-old-space-size=3072`.trim();
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/jest/bin/jest.js'), ...args], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, NODE_OPTIONS: options, ...env },
    });
    child.on('error', resolve);
    child.on('exit', resolve);
  });
