#!/usr/bin/env node
// One check of one project, as its Nx target runs it: `node tools/testing/task.mjs unit libs/net`. Ends with 0 when it passed.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import report from './report.cjs';

const { DETAIL, FAILED, PASSED, ROOT, readReport, reportFile, writeReport } = report;
const [check, project] = process.argv.slice(2);
const NEED_ROOT = ['kernel', 'e2e'];
const bin = (path) => join(ROOT, 'node_modules', path);

const commands = {
  lint: () => [
    [bin('eslint/bin/eslint.js'), '--no-error-on-unmatched-pattern', project],
    [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', project],
  ],
  typecheck: () => [[bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json']],
};

const file = reportFile(check, project);
rmSync(file, { force: true });
process.env.WEFT_PROOF_REPORT = file;
// Of Nx: programs that tests start would colour the numbers that they print.
delete process.env.FORCE_COLOR;
process.exitCode = (check in commands ? runCommands() : runTests()) ? 0 : 1;

/** A check counts as one test. What it prints is shown when it fails. */
function runCommands() {
  const started = Date.now();
  for (const args of commands[check]()) {
    const result = node(args, { encoding: 'utf8' });
    if (result.status === 0) continue;
    console.log(`${FAILED} ${check} ${project}`);
    console.log(`${result.stdout}${result.stderr}`.trimEnd().replace(/^/gm, `${DETAIL} `));
    writeReport({ passed: 0, failed: 1 });
    return false;
  }
  console.log(`${PASSED} ${check} ${project} (${Math.round((Date.now() - started) / 1000)} s)`);
  writeReport({ passed: 1, failed: 0 });
  return true;
}

/** The tests of a tier, as jest.config.cjs selects them. A tier that does not run, or has no tests, has failed. */
function runTests() {
  if (NEED_ROOT.includes(check) && process.getuid?.() !== 0) {
    console.log(`${FAILED} The ${check} tier needs root.`);
    writeReport({ passed: 0, failed: 1 });
    return false;
  }
  const reporter = join(ROOT, 'tools', 'testing', 'reporter.cjs');
  const { status } = node([bin('jest/bin/jest.js'), `--reporters=${reporter}`], {
    stdio: 'inherit',
    env: { ...process.env, WEFT_TEST_TIER: check, WEFT_TEST_PROJECT: project },
  });
  const numbers = readReport(file);
  if (numbers !== null && numbers.passed + numbers.failed > 0) return status === 0;
  console.log(`${FAILED} The ${check} tier of ${project} did not run.`);
  writeReport({ passed: 0, failed: 1 });
  return false;
}

function node(args, options) {
  const env = { ...process.env, ...options.env };
  env.NODE_OPTIONS = `${env.NODE_OPTIONS ?? ''} --max-old-space-size=3072`.trim();
  return spawnSync(process.execPath, args, { cwd: ROOT, maxBuffer: 64 << 20, ...options, env });
}
