/** The crash matrix knows every kind of change: one that nobody interrupts is believed for no reason. */
import { describe, expect, it } from 'vitest';
import { faults } from '../integration/crash-matrix/contract.ts';
import { senselessFault } from '../integration/crash-matrix/faults.ts';
import { kindFiles, kindNames, loadKinds } from '../integration/crash-matrix/kind-files.ts';
import { deal, part } from '../integration/crash-matrix/part.ts';

describe('the crash matrix', () => {
  it('has a file for every kind of change, and none for anything else', () => {
    const missing = kindNames().filter((name) => !kindFiles().includes(name));
    expect(missing.map((name) => `test/integration/crash-matrix/kinds/${name}.ts`)).toEqual([]);
    expect(kindFiles().filter((name) => !kindNames().includes(name))).toEqual([]);
  });

  it('deals a part that ends in time and holds most of what each kind and each fault has', async () => {
    const kinds = (await loadKinds()).flatMap((kind) =>
      'pending' in kind || kind.slow === true ? [] : [kind],
    );
    const shares = deal(kinds, part.seconds * part.workers);
    const cost = shares.reduce((sum, share) => sum + share.seconds, 0);
    expect(cost / part.workers).toBeLessThanOrEqual(part.seconds);
    for (const share of shares) {
      const sensible = faults.filter((fault) => senselessFault(share.kind, fault) === undefined);
      expect(share.faults.length).toBeGreaterThanOrEqual(sensible.length / 2);
    }
    for (const fault of faults) {
      const can = kinds.filter((kind) => senselessFault(kind, fault) === undefined);
      const tried = shares.filter((share) => share.faults.includes(fault));
      expect(tried.length).toBeGreaterThanOrEqual(can.length / 2);
    }
  });
});
