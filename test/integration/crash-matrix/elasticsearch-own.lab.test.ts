/** What Elasticsearch and its tools leave on the way: seen, said in plain words, mended or refused safely, taken back. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Lab, openLab } from '../../lab/index.ts';
import { runOwn } from './elasticsearch-own.ts';
import { ownCases } from './elasticsearch-own-cases.ts';
import { lineOf } from './table.ts';

vi.setConfig({ testTimeout: 30 * 60_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
const left = ownCases.filter(({ chosen }) => !chosen);
if (!every) {
  console.log(
    `Not run, to save ten minutes: ${left.map(({ what }) => what).join('; ')}. BULWARK_LAB_SCENARIOS=every or npm run crash-matrix -- --kind elasticsearch-own runs them.`,
  );
}

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.down());

it('is seen, said and mended, or nothing is touched', async () => {
  const rows = await runOwn(lab, every ? ownCases : ownCases.filter(({ chosen }) => chosen), (row) =>
    console.log(lineOf(row)),
  );
  expect(rows.filter(({ outcome }) => outcome === 'failed').map(lineOf)).toEqual([]);
});
