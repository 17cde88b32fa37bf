/** One measured figure with what it may be at most. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** At most this; absent where there is no budget. */
  readonly budget?: number;
  readonly holds?: boolean;
  /** How it was measured, in a few words. */
  readonly note: string;
}

export function figure(name: string, value: number, unit: string, note: string, budget?: number): Figure {
  const rounded = Math.round(value * 100) / 100;
  return {
    name,
    value: rounded,
    unit,
    note,
    ...(budget === undefined ? {} : { budget, holds: rounded <= budget }),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Milliseconds of one run of the work. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
