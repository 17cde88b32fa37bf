/**
 * Which cells of a kind are tried: all of them, its share of the chosen part, or so many of them, spread over its boundaries.
 * None of these knows what came of a cell.
 */
import { type AnyKind, type Boundary, type Cell, type FaultName, faults } from './contract.ts';
import { senselessFault } from './faults.ts';
import { eachForItself, type StandsFor } from './same-run.ts';

export interface Wish {
  readonly kinds?: readonly string[];
  readonly faults?: readonly string[];
  /** Part of a boundary's name. */
  readonly boundary?: string;
  /** The chosen part instead of the full product. */
  readonly part?: boolean;
  /**
   * At most so many cells of each kind, beside those that make no sense. `cover`: until each fault and each boundary of the
   * kind had its turn.
   */
  readonly cells?: number | 'cover';
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
 * part of the run out for long. Where several boundaries are the same run, all of them were visited. More cells hold the fewer.
 */
export function firstCells(
  kind: AnyKind,
  boundaries: readonly Boundary[],
  sensible: readonly FaultName[],
  most: number | 'cover',
  standsFor: StandsFor = eachForItself,
): readonly Cell[] {
  const places = boundaries.length;
  const visits = boundaries.map(() => 0);
  const firsts = sensible.map((fault) =>
    boundaries.map((boundary) => boundaries.indexOf(standsFor(fault, boundary))),
  );
  const left = firsts.map((first) => new Set(first));
  const chosen: Cell[] = [];
  const all = left.reduce((sum, open) => sum + open.size, 0);
  const enough = (turns: number) =>
    most === 'cover' ? turns >= sensible.length && !visits.includes(0) : chosen.length >= most;
  for (let index = 0; chosen.length < all && !enough(index); index += 1) {
    const turn = index % sensible.length;
    const [fault, first = [], open] = [sensible[turn], firsts[turn], left[turn]];
    if (fault === undefined || open === undefined || open.size === 0) continue;
    const round = Math.floor(index / sensible.length);
    const start = Math.floor(((turn / sensible.length + round * goldenRatio) % 1) * places);
    // What a run stands for counts with it: the boundary that was visited least decides.
    const near = boundaries
      .map((_, step) => (start + step) % places)
      .filter((place) => open.has(first[place] ?? place));
    const fewest = Math.min(...near.map((place) => visits[place] ?? 0));
    const there = near.find((one) => visits[one] === fewest) ?? 0;
    const place = first[there] ?? there;
    open.delete(place);
    for (const [one, by] of first.entries()) if (by === place) visits[one] = (visits[one] ?? 0) + 1;
    chosen.push(cell(kind, boundaries[place] ?? '', fault));
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

/**
 * @param share the faults of the chosen part; undefined for what the wish leaves of the full product.
 * @param standsFor which boundary is tried for another that a fault cannot tell from it
 */
export function chooseCells(
  kind: AnyKind,
  boundaries: readonly Boundary[],
  wish: Wish,
  share: readonly FaultName[] | undefined,
  standsFor: StandsFor = eachForItself,
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
  // A boundary that is named is wanted, whatever else is the same run.
  const apart = wish.boundary === undefined ? standsFor : eachForItself;
  const cells =
    wish.cells === undefined
      ? sensible.flatMap((fault) =>
          there
            .filter((boundary) => apart(fault, boundary) === boundary)
            .map((one) => cell(kind, one, fault)),
        )
      : firstCells(kind, there, sensible, wish.cells, apart);
  return [...cells, ...senselessCells(kind, there).filter(({ fault }) => named.includes(fault))];
}
