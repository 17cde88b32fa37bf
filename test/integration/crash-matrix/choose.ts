/** Which cells of a kind are tried: all of them, or a part in which every fault of the kind occurs, spread over its boundaries. */
import { type AnyKind, type Boundary, type Cell, type FaultName, faults } from './contract.ts';
import { faultTable } from './faults.ts';

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

export function senseless(kind: AnyKind, { boundary, fault }: Cell): string | undefined {
  return faultTable[fault].senseless?.(kind, boundary);
}

/** Interrupt most, and are tried at more boundaries. */
const usual: readonly FaultName[] = ['app-killed', 'link-cut', 'host-rebooted'];

/** Every fault of a kind, spread over its boundaries; the usual ones three times. What makes no sense is there once. */
function spread(kind: AnyKind, boundaries: readonly Boundary[]): readonly Cell[] {
  const sensible = faults.filter((fault) => senseless(kind, cell(kind, '', fault)) === undefined);
  const turns = [...usual, ...sensible, ...usual];
  const cells = turns.map((fault, index) =>
    cell(kind, boundaries[Math.floor(((index + 0.5) * boundaries.length) / turns.length)] ?? '', fault),
  );
  const others = faults.filter((fault) => !sensible.includes(fault));
  return [...cells, ...others.map((fault) => cell(kind, boundaries[0] ?? '', fault))];
}

export function chooseCells(kind: AnyKind, boundaries: readonly Boundary[], wish: Wish): readonly Cell[] {
  const all =
    wish.part === true
      ? spread(kind, boundaries)
      : faults.flatMap((fault) => boundaries.map((boundary) => cell(kind, boundary, fault)));
  return all.filter(
    ({ fault, boundary }) =>
      (wish.faults === undefined || wish.faults.includes(fault)) &&
      (wish.boundary === undefined || boundary.includes(wish.boundary)),
  );
}
