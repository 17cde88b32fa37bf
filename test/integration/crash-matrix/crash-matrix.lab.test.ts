/** The chosen part of the crash matrix: kinds that take seconds a case, faults dealt by a rule, spread over the boundaries. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Lab, openLab } from '../../lab/index.ts';
import { type Account, withTried } from './account.ts';
import { accountLines } from './account-words.ts';
import type { Row } from './contract.ts';
import { loadKinds } from './kind-files.ts';
import { runMatrix } from './matrix.ts';
import { part } from './part.ts';
import { lineOf, summaryOf } from './table.ts';

vi.setConfig({ testTimeout: 25 * 60_000 });

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

it('leaves every interrupted change in the old state or in the new one', async () => {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const kinds = await loadKinds();
  const accounts: Account[] = [];
  const rows: readonly Row[] = await runMatrix(
    {
      lab,
      workers: part.workers,
      wish: { part: true },
      known: () => undefined,
      onRow: (row, left) => console.log(`[${seconds()} s, ${left} left] ${lineOf(row)}`),
      onNote: (line) => console.log(line),
      onLearned: (account) => accounts.push(account),
    },
    kinds,
  );
  mkdirSync('out', { recursive: true });
  writeFileSync(
    'out/crash-matrix.json',
    `${JSON.stringify({ seconds: seconds(), rows, kinds: accounts.map((account) => withTried(account, rows)) }, null, 1)}\n`,
  );
  console.log([summaryOf(rows), ...accountLines(kinds, accounts, rows)].join('\n'));
  const failed = rows.filter((row) => row.outcome === 'failed');
  expect(failed.map(lineOf)).toEqual([]);
  expect(rows.filter((row) => row.outcome === 'old' || row.outcome === 'new').length).toBeGreaterThan(50);
});
