/** Which cells of a kind are tried: all of them, or its share of the chosen part, spread over its boundaries. */
import { type AnyKind, type Boundary, type Cell, type FaultName, faults } from './contract.ts';
import { senselessFault } from './faults.ts';

export interface Wish {
  readonly kinds?: readonly string[];
  readonly faults?: readonly string[];
  /** Part of a boundary's name. */
  readonly boundary?: string;
  /** The chosen part instead of the full product. */
  readonly part?: boolean;
}

function cell(kind: AnyKind, boundary: Boundary, fault: FaultName): Cell {
  return { kind: kind.kind, variant: kind.variant ?? '', boundary, fault };
}

export function senseless(kind: AnyKind, { fault }: Cell): string | undefined {
  return senselessFault(kind, fault);
}

/** What makes no sense is there once. */
function spread(
  kind: AnyKind,
  boundaries: readonly Boundary[],
  share: readonly FaultName[],
): readonly Cell[] {
  const cells = share.map((fault, index) =>
    cell(kind, boundaries[Math.floor(((index + 0.5) * boundaries.length) / share.length)] ?? '', fault),
  );
  const others = faults.filter((fault) => senselessFault(kind, fault) !== undefined);
  return [...cells, ...others.map((fault) => cell(kind, boundaries[0] ?? '', fault))];
}

/** @param share the faults of the chosen part; undefined for the full product */
export function chooseCells(
  kind: AnyKind,
  boundaries: readonly Boundary[],
  wish: Wish,
  share: readonly FaultName[] | undefined,
): readonly Cell[] {
  const all =
    share === undefined
      ? faults.flatMap((fault) => boundaries.map((boundary) => cell(kind, boundary, fault)))
      : spread(kind, boundaries, share);
  return all.filter(
    ({ fault, boundary }) =>
      (wish.faults === undefined || wish.faults.includes(fault)) &&
      (wish.boundary === undefined || boundary.includes(wish.boundary)),
  );
}
