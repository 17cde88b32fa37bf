/**
 * Which cells of a kind are tried: all of them, its share of the chosen part, or so many of them, spread over its boundaries.
 * None of these knows what came of a cell.
 */
import { type AnyKind, type Boundary, type Cell, type FaultName, faults } from './contract.ts';
import { senselessFault } from './faults.ts';

export interface Wish {
  readonly kinds?: readonly string[];
  readonly faults?: readonly string[];
  /** Part of a boundary's name. */
  readonly boundary?: string;
  /** The chosen part instead of the full product. */
  readonly part?: boolean;
  /** At most so many cells of each kind, beside those that make no sense. */
  readonly cells?: number;
}

function cell(kind: AnyKind, boundary: Boundary, fault: FaultName): Cell {
  return { kind: kind.kind, variant: kind.variant ?? '', boundary, fault };
}

export function senseless(kind: AnyKind, { fault }: Cell): string | undefined {
  return senselessFault(kind, fault);
}

/** What makes no sense is there once. */
function senselessCells(kind: AnyKind, boundaries: readonly Boundary[]): readonly Cell[] {
  return faults
    .filter((fault) => senselessFault(kind, fault) !== undefined)
    .map((fault) => cell(kind, boundaries[0] ?? '', fault));
}

const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * The first cells of an order in which every sensible fault has its turn, and goes on to the boundary that the fewest were at. Of
 * these it takes the one nearest to a place that leaps by the golden ratio from turn to turn, which leaves no
 * part of the run out for long. More cells hold the fewer.
 */
export function firstCells(
  kind: AnyKind,
  boundaries: readonly Boundary[],
  sensible: readonly FaultName[],
  most: number,
): readonly Cell[] {
  const places = boundaries.length;
  const visits = boundaries.map(() => 0);
  const tried = sensible.map(() => new Set<number>());
  const chosen: Cell[] = [];
  const all = Math.min(most, places * sensible.length);
  for (let index = 0; index < all; index += 1) {
    const turn = index % sensible.length;
    const round = Math.floor(index / sensible.length);
    const start = Math.floor(((turn / sensible.length + round * goldenRatio) % 1) * places);
    const open = boundaries
      .map((_, step) => (start + step) % places)
      .filter((place) => tried[turn]?.has(place) !== true);
    const fewest = Math.min(...open.map((place) => visits[place] ?? 0));
    const place = open.find((one) => visits[one] === fewest) ?? 0;
    tried[turn]?.add(place);
    visits[place] = fewest + 1;
    chosen.push(cell(kind, boundaries[place] ?? '', sensible[turn] ?? 'app-killed'));
  }
  return chosen;
}

function spread(
  kind: AnyKind,
  boundaries: readonly Boundary[],
  share: readonly FaultName[],
): readonly Cell[] {
  const cells = share.map((fault, index) =>
    cell(kind, boundaries[Math.floor(((index + 0.5) * boundaries.length) / share.length)] ?? '', fault),
  );
  return [...cells, ...senselessCells(kind, boundaries)];
}

/** @param share the faults of the chosen part; undefined for what the wish leaves of the full product */
export function chooseCells(
  kind: AnyKind,
  boundaries: readonly Boundary[],
  wish: Wish,
  share: readonly FaultName[] | undefined,
): readonly Cell[] {
  const wanted = ({ fault, boundary }: { readonly fault: FaultName; readonly boundary: Boundary }) =>
    (wish.faults === undefined || wish.faults.includes(fault)) &&
    (wish.boundary === undefined || boundary.includes(wish.boundary));
  if (share !== undefined) return spread(kind, boundaries, share).filter(wanted);
  const there = boundaries.filter(
    (boundary) => wish.boundary === undefined || boundary.includes(wish.boundary),
  );
  const named = faults.filter((fault) => wish.faults === undefined || wish.faults.includes(fault));
  const sensible = named.filter((fault) => senselessFault(kind, fault) === undefined);
  const cells =
    wish.cells === undefined
      ? sensible.flatMap((fault) => there.map((boundary) => cell(kind, boundary, fault)))
      : firstCells(kind, there, sensible, wish.cells);
  return [...cells, ...senselessCells(kind, there).filter(({ fault }) => named.includes(fault))];
}
