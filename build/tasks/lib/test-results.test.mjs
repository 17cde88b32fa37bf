// @ts-check
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { playwrightTally, sum, vitestTally } from './test-results.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'bulwark-results-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param {unknown} report */
function written(report) {
  const file = path.join(folder, 'report.json');
  writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
  return file;
}

describe('totals', () => {
  it('counts tests, and a file that could not be loaded as one failure', () => {
    const file = written({
      testResults: [
        {
          status: 'passed',
          assertionResults: [{ status: 'passed' }, { status: 'skipped' }, { status: 'todo' }],
        },
        { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
        { status: 'failed', assertionResults: [] },
      ],
    });
    expect(vitestTally(file)).toEqual({ passed: 2, failed: 2, skipped: 2 });
  });

  it('counts what passes only at the second try, and errors outside tests, as failures', () => {
    const stats = { expected: 4, unexpected: 1, flaky: 1, skipped: 2 };
    expect(playwrightTally(written({ stats, errors: [{}] }))).toEqual({ passed: 4, failed: 3, skipped: 2 });
  });

  it('does not take a missing or broken report for a good one', () => {
    expect(vitestTally(path.join(folder, 'none.json'))).toBeUndefined();
    expect(vitestTally(written('{'))).toBeUndefined();
    expect(playwrightTally(written('{}'))).toBeUndefined();
  });

  it('adds up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(sum([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
    expect(sum([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});
