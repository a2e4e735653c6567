import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import report from './report.cjs';

const { DETAIL, FAILED, PASSED, REPORTS, ROOT, readReport } = report;
const NX = join(ROOT, 'node_modules/nx/dist/bin/nx.js');
/** A line that a person is to see, behind the name of the project that Nx may put before it. */
const MARKED = new RegExp(`^(?:\\S+: )?([${PASSED}${FAILED}${DETAIL}].*)$`);

/**
 * Checks one after the other, each by Nx on every project that has its target. Lines of one lane are shown whole, with the name
 * of their check, so that two lanes may write at once; everything else goes into a log of each check.
 * @param checks their names, Nx targets, how many projects at a time, and which
 * @param niceness of the processes
 * @param since when the run began: a result that is older comes from the cache
 */
export async function runLane(checks, { niceness, since }) {
  const results = [];
  for (const { name, ...task } of checks) {
    const started = Date.now();
    forgetReports(name);
    const code = await nx(name, task, niceness);
    const numbers = collect(name, since);
    // Nx itself has failed, or a task without a word.
    if (code !== 0 && numbers.failed === 0) numbers.failed = 1;
    if (numbers.passed + numbers.failed === 0) numbers.failed = 1;
    const result = { name, ...numbers, seconds: Math.round((Date.now() - started) / 1_000) };
    console.log(
      `── ${name}: ${result.passed} passed, ${result.failed} failed (${result.seconds} s); log: ${logOf(name)}`,
    );
    results.push(result);
  }
  return results;
}

const logOf = (name) => join('.weft', 'proof', `${name}.log`);

/** Reports of a check in the order of their projects. */
function reports(name) {
  if (!existsSync(REPORTS)) return [];
  return readdirSync(REPORTS, { recursive: true })
    .filter((path) => path === `${name}.json` || path.endsWith(`/${name}.json`))
    .map((path) => join(REPORTS, path));
}

/** So that what is there afterwards is of this run, or was brought back by Nx from its cache. */
function forgetReports(name) {
  for (const file of reports(name)) rmSync(file);
}

function collect(name, since) {
  const sum = { passed: 0, failed: 0, skipped: 0, cached: 0 };
  for (const { passed, failed, skipped, finishedAt } of reports(name).map(readReport)) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    if (finishedAt < since) sum.cached += passed + failed + skipped;
  }
  return sum;
}

function nx(name, { target, parallel, projects }, niceness) {
  mkdirSync(REPORTS, { recursive: true });
  const log = createWriteStream(join(ROOT, logOf(name)));
  const args = [
    'run-many',
    '-t',
    target,
    `--parallel=${parallel}`,
    '--outputStyle=stream',
    '--excludeTaskDependencies',
  ];
  if (projects !== undefined) args.push('-p', projects);
  const child = spawn('nice', ['-n', String(niceness), process.execPath, NX, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The daemon would outlive us.
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  const show = (coloured) => {
    const line = stripVTControlCharacters(coloured);
    log.write(`${line}\n`);
    const [, text] = MARKED.exec(line) ?? [];
    if (text !== undefined) console.log(`${name.padEnd(11)} ${text}`);
  };
  createInterface(child.stdout).on('line', show);
  createInterface(child.stderr).on('line', show);
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => {
      log.end();
      resolve(code ?? 1);
    });
  });
}
