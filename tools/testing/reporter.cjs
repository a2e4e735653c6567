// What jest shows of a tier: a line for each file as it ends, and of a failed one what failed. The numbers go into the task's report.
const { relative } = require('node:path');
const { FAILED, PASSED, DETAIL, writeReport } = require('./report.cjs');

module.exports = class Reporter {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
  }

  onTestFileResult({ path }, result) {
    const failed = result.testExecError !== undefined || result.numFailingTests > 0;
    const seconds = Math.round((result.perfStats.end - result.perfStats.start) / 1000);
    const count = result.numPassingTests + result.numFailingTests;
    process.stdout.write(
      `\n${failed ? FAILED : PASSED} ${relative(this.rootDir, path)} (${count} tests, ${seconds} s)\n`,
    );
    if (failed) process.stdout.write((result.failureMessage ?? '').replace(/^/gm, `${DETAIL} `) + '\n');
  }

  onRunComplete(_, { numPassedTests, numFailedTests, numPendingTests, testResults }) {
    // A file that does not even load has no failed test, and counts as one.
    const broken = testResults.filter(({ testExecError, numFailingTests }) => testExecError && numFailingTests === 0);
    writeReport({ passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests });
  }
};
