/** What a kind has in the full product, and how much of it was tried: so that nothing is left out unseen. */
import { type AnyKind, type Boundary, type FaultName, faults, type Row } from './contract.ts';
import { senselessFault } from './faults.ts';
import { estimate } from './part.ts';
import type { StandsFor } from './same-run.ts';

export interface Account {
  readonly kind: string;
  readonly variant: string;
  readonly boundaries: readonly Boundary[];
  /** Those that make sense for the kind. */
  readonly faults: readonly FaultName[];
  /** Cells that are the same run as the one at another boundary, which is tried for both. */
  readonly same: readonly { readonly fault: FaultName; readonly boundary: Boundary; readonly by: Boundary }[];
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
  /** Boundaries and faults that a cell was tried at, or one that is the same run. */
  readonly boundaries: number;
  readonly faults: number;
}

/** @param rows also of other kinds, and of what makes no sense */
export function coveredBy(account: Account, rows: readonly Row[]): Covered {
  const mine = rows.filter(
    ({ kind, variant, outcome }) =>
      kind === account.kind && variant === account.variant && outcome !== 'not-applicable',
  );
  const name = (fault: string, boundary: string) => `${fault}|${boundary}`;
  const by = new Map(account.same.map((cell) => [name(cell.fault, cell.boundary), cell.by]));
  const tried = new Set(
    mine.map((row) => name(row.fault, by.get(name(row.fault, row.boundary)) ?? row.boundary)),
  );
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
    boundaries: new Set([...run, ...also].map(({ boundary }) => boundary)).size,
    faults: new Set(run.map(({ fault }) => fault)).size,
  };
}

export function hours(seconds: number): string {
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
