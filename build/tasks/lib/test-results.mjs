// @ts-check
/** Reads what the test runners leave behind and adds it up. */
import { readFileSync } from 'node:fs';

/** @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Tally */

/** @typedef {{ status?: string, assertionResults?: { status?: string }[] }} VitestFile */

/**
 * A file that could not even be loaded holds no test that could fail, so it counts as one itself.
 *
 * @param {string} file vitest's JSON report
 * @returns {Tally | undefined} undefined when there is no readable report
 */
export function vitestTally(file) {
  const report = /** @type {{ testResults?: VitestFile[] } | undefined} */ (readJson(file));
  if (!report?.testResults) return undefined;
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const { status, assertionResults = [] } of report.testResults) {
    for (const { status: outcome } of assertionResults) {
      if (outcome === 'passed') passed++;
      else if (outcome === 'failed') failed++;
      else skipped++;
    }
    if (status === 'failed' && !assertionResults.some((one) => one.status === 'failed')) failed++;
  }
  return { passed, failed, skipped };
}

/**
 * @param {string} file Playwright's JSON report
 * @returns {Tally | undefined}
 */
export function playwrightTally(file) {
  const report =
    /** @type {{ stats?: { expected: number, unexpected: number, flaky: number, skipped: number }, errors?: unknown[] } | undefined} */ (
      readJson(file)
    );
  if (!report?.stats) return undefined;
  const { expected, unexpected, flaky, skipped } = report.stats;
  // What passes only at the second try does not pass, and an error outside any test is a failure too.
  return { passed: expected, failed: unexpected + flaky + (report.errors?.length ?? 0), skipped };
}

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export function sum(tallies) {
  return tallies.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: all.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/**
 * @param {string} file
 * @returns {unknown}
 */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
