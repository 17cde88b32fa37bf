/** How much of the full product was tried, kind by kind, for people. */
import { type Account, coveredBy, hours } from './account.ts';
import { type AnyKind, faults, labelOf, type PendingKind, type Row } from './contract.ts';
import { senselessFault } from './faults.ts';
import { estimate, learning } from './part.ts';

/** What a kind is taken to have before it was learned; most have between 30 and 60. */
const usualBoundaries = 40;
/** Of the cells of a kind, those that are not the same run as another one. */
const usualApart = 0.6;

const isKind = (kind: AnyKind | PendingKind): kind is AnyKind => !('pending' in kind);

/**
 * What the full product would take, before any kind was learned.
 * @param accounts of an earlier run, where there was one
 */
export function outlook(
  kinds: readonly (AnyKind | PendingKind)[],
  accounts: readonly Account[],
  workers: number,
): string {
  const tried = kinds.filter(isKind);
  const known = (kind: AnyKind) => accounts.find((account) => labelOf(account) === labelOf(kind));
  const costs = tried.map((kind) => {
    const account = known(kind);
    if (account !== undefined) return { cells: coveredBy(account, []).cells, seconds: account.seconds };
    const sensible = faults.filter((fault) => senselessFault(kind, fault) === undefined);
    const each = sensible.reduce((sum, fault) => sum + estimate(kind, fault), 0);
    return { cells: sensible.length * usualBoundaries, seconds: each * usualBoundaries * usualApart };
  });
  const cells = costs.reduce((sum, cost) => sum + cost.cells, 0);
  const seconds = tried.reduce((sum, kind, index) => sum + learning(kind) + (costs[index]?.seconds ?? 0), 0);
  const guessed = tried.filter((kind) => known(kind) === undefined).length;
  return `The full product of ${tried.length} ways of ${new Set(tried.map(({ kind }) => kind)).size} kinds: about ${cells} cells, about ${hours(seconds / workers)} on an idle machine with two processors, ${workers} at a time${guessed === 0 ? '' : ` (${guessed} not learned yet, taken to have ${usualBoundaries} boundaries)`}. Each kind's own number is said when it is learned.`;
}

export function learnedWords(account: Account, wanted: number): string {
  const { cells, apart } = coveredBy(account, []);
  return `${labelOf(account)}: ${account.boundaries.length} boundaries and ${account.faults.length} faults are ${cells} cells, ${apart} of them different runs, about ${hours(account.seconds)} one after the other; ${wanted} are wanted now`;
}

/** @param kinds all there are, so that what nobody asked for is named */
export function accountLines(
  kinds: readonly (AnyKind | PendingKind)[],
  accounts: readonly Account[],
  rows: readonly Row[],
): readonly string[] {
  const lines = kinds.filter(isKind).map((kind) => {
    const account = accounts.find((one) => labelOf(one) === labelOf(kind));
    if (account === undefined) return `  ${labelOf(kind)}: not learned, nothing tried`;
    const { cells, apart, run, same, boundaries, faults: met } = coveredBy(account, rows);
    return `  ${labelOf(account)}: ${run} of ${apart} cells run; ${same} more of the ${cells} are the same run as one that was run; ${boundaries} of ${account.boundaries.length} boundaries, ${met} of ${account.faults.length} faults`;
  });
  return [
    'Cells run of the full product. A cell is the same run as another where, between the two boundaries, the engine did nothing that the fault acts on: seen in runs without a fault.',
    ...lines,
  ];
}
