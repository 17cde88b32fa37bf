/** The crash matrix knows every kind of change: one that nobody interrupts is believed for no reason. */
import { describe, expect, it } from 'vitest';
import { chooseCells } from '../integration/crash-matrix/choose.ts';
import { type AnyKind, faults } from '../integration/crash-matrix/contract.ts';
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

  describe('of so many cells of each kind', () => {
    const boundaries = Array.from({ length: 35 }, (_, place) => `boundary ${place}`);
    const name = ({ fault, boundary }: { readonly fault: string; readonly boundary: string }) =>
      `${fault} at ${boundary}`;
    const tried = (kind: AnyKind, cells: number) =>
      chooseCells(kind, boundaries, { cells }, undefined).filter(
        ({ fault }) => senselessFault(kind, fault) === undefined,
      );
    const real = async () => (await loadKinds()).flatMap((kind) => ('pending' in kind ? [] : [kind]));

    it('tries each cell once, and begins with what fewer would be', async () => {
      for (const kind of await real()) {
        const all = tried(kind, 10_000).map(name);
        const sensible = faults.filter((fault) => senselessFault(kind, fault) === undefined);
        expect(all).toHaveLength(sensible.length * boundaries.length);
        expect(new Set(all).size).toBe(all.length);
        for (const cells of [1, 12, 24, 36, 100])
          expect(tried(kind, cells).map(name)).toEqual(all.slice(0, cells));
      }
    });

    it('spreads them over all faults and all boundaries', async () => {
      for (const kind of await real()) {
        const sensible = faults.filter((fault) => senselessFault(kind, fault) === undefined);
        for (const cells of [12, 24, 36, 70]) {
          const chosen = tried(kind, cells);
          for (const fault of sensible) {
            const mine = chosen.filter((cell) => cell.fault === fault).map(({ boundary }) => boundary);
            expect(mine.length).toBeGreaterThanOrEqual(Math.floor(cells / sensible.length));
            const places = mine.map((boundary) => boundaries.indexOf(boundary));
            if (places.length >= 3) expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(8);
          }
          const times = boundaries.map((one) => chosen.filter(({ boundary }) => boundary === one).length);
          expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(2);
          const gaps = times.flatMap((count, place) => (count > 0 ? [place] : []));
          for (const [index, place] of gaps.entries())
            expect(place - (gaps[index - 1] ?? -1)).toBeLessThanOrEqual(Math.ceil(boundaries.length / 4));
        }
      }
    });

    it('has what makes no sense once', async () => {
      for (const kind of await real()) {
        const senseless = faults.filter((fault) => senselessFault(kind, fault) !== undefined);
        for (const wish of [{}, { cells: 12 }]) {
          const chosen = chooseCells(kind, boundaries, wish, undefined);
          const once = chosen.filter(({ fault }) => senseless.includes(fault)).map(({ fault }) => fault);
          expect(once).toEqual(senseless);
        }
      }
    });
  });
});
