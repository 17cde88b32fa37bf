import { defineConfig } from '@playwright/test';

/** One window at a time: the tests share a lab host and a screen, and two cores are the smallest machine they run on. */
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.e2e.ts',
  // Where no lab can run, what needs one is left out; the command that sets this says so.
  testIgnore: process.env['BULWARK_LAB'] === 'absent' ? '**/*.lab.e2e.ts' : [],
  outputDir: 'out/e2e',
  workers: 1,
  fullyParallel: false,
  timeout: 10 * 60_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  retries: 0,
  reporter: [['list'], ['json', { outputFile: 'out/test/e2e.json' }]],
});
