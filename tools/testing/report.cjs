// What a task of the proof hands to the run: marked lines on its output as it goes, and its numbers in a file. The file is an
// output of the Nx target: of a cached result it is the file of the run that did the work.
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const ROOT = join(__dirname, '..', '..');

/** First characters of a line that a person is to see; everything else is a log. */
const PASSED = '✓';
const FAILED = '✗';
const DETAIL = '│';

/** Where all reports are; each is of a check (`unit`) of a project (`libs/net`). */
const REPORTS = join(ROOT, '.weft', 'proof');
const reportFile = (check, project) => join(REPORTS, project, `${check}.json`);

/** Writes the numbers of the task of this process (WEFT_PROOF_REPORT). */
function writeReport({ passed, failed, skipped = 0 }) {
  const file = process.env.WEFT_PROOF_REPORT;
  if (!file) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ passed, failed, skipped, finishedAt: Date.now() }));
}

/** @returns null when the task did not come to its end */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

module.exports = { DETAIL, FAILED, PASSED, REPORTS, ROOT, readReport, reportFile, writeReport };
