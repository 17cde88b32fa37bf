/** What a kind has in the full product, and how much of it was tried: so that nothing is left out unseen. */
import { type AnyKind, type Boundary, type FaultName, faults, type Row } from './contract.ts';
import { senselessFault } from './faults.ts';
import { estimate } from './part.ts';
import type { StandsFor } from './same-run.ts';

export interface Same {
  readonly fault: FaultName;
  readonly boundary: Boundary;
  /** The boundary whose cell stands for it. */
  readonly by: Boundary;
}

export interface Account {
  readonly kind: string;
  readonly variant: string;
  readonly boundaries: readonly Boundary[];
  /** Those that make sense for the kind. */
  readonly faults: readonly FaultName[];
  /** Cells that are the same run as the one at another boundary, which stands for both. */
  readonly same: readonly Same[];
  /** Estimated seconds of all that are not the same run as another. */
  readonly seconds: number;
}

export function accountOf(kind: AnyKind, boundaries: readonly Boundary[], standsFor: StandsFor): Account {
  const sensible = faults.filter((fault) => senselessFault(kind, fault) === undefined);
  const cells = sensible.flatMap((fault) =>
    boundaries.map((boundary) => ({ boundary, fault, by: standsFor(fault, boundary) })),
  );
  const apart = cells.filter(({ boundary, by }) => boundary === by);
  const same = cells.filter(({ boundary, by }) => boundary !== by);
  const seconds = apart.reduce((sum, { fault }) => sum + estimate(kind, fault), 0);
  return { kind: kind.kind, variant: kind.variant ?? '', boundaries, faults: sensible, same, seconds };
}

export interface Covered {
  /** Cells of the full product that make sense. */
  readonly cells: number;
  /** Of these, what is left when each run that is the same as another is counted once. */
  readonly apart: number;
  readonly run: number;
  /** Cells that are the same run as one that was run. */
  readonly same: number;
  /** Boundaries and faults that a cell was tried at, or one that is the same run. */
  readonly boundaries: number;
  readonly faults: number;
}

const name = (fault: string, boundary: string) => `${fault}|${boundary}`;

/** The cell that stands for each one that is the same run as another, by name. */
function standIns(account: Account): ReadonlyMap<string, Boundary> {
  return new Map(account.same.map((cell) => [name(cell.fault, cell.boundary), cell.by]));
}

/** Names of the cells, each by the one that stands for it, at which the fault befell a run. */
function triedOf(account: Account, rows: readonly Row[]): ReadonlySet<string> {
  const by = standIns(account);
  const mine = rows.filter(
    ({ kind, variant, struck }) => kind === account.kind && variant === account.variant && struck,
  );
  return new Set(mine.map((row) => name(row.fault, by.get(name(row.fault, row.boundary)) ?? row.boundary)));
}

/** For the file of rows: says of each cell that is the same run as another whether that one was run. */
export function withTried(
  account: Account,
  rows: readonly Row[],
): Omit<Account, 'same'> & { readonly same: readonly (Same & { readonly tried: boolean })[] } {
  const tried = triedOf(account, rows);
  return {
    ...account,
    same: account.same.map((cell) => ({ ...cell, tried: tried.has(name(cell.fault, cell.by)) })),
  };
}

/** @param rows also of other kinds, of what makes no sense, and of runs that no fault befell */
export function coveredBy(account: Account, rows: readonly Row[]): Covered {
  const by = standIns(account);
  const tried = triedOf(account, rows);
  const apart = account.faults.flatMap((fault) =>
    account.boundaries
      .filter((boundary) => !by.has(name(fault, boundary)))
      .map((one) => ({ fault, boundary: one })),
  );
  const run = apart.filter(({ fault, boundary }) => tried.has(name(fault, boundary)));
  const also = account.same.filter((cell) => tried.has(name(cell.fault, cell.by)));
  return {
    cells: account.boundaries.length * account.faults.length,
    apart: apart.length,
    run: run.length,
    same: also.length,
    boundaries: new Set([...run, ...also].map(({ boundary }) => boundary)).size,
    faults: new Set(run.map(({ fault }) => fault)).size,
  };
}

export function hours(seconds: number): string {
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
