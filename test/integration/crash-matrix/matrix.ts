/** Works off the cells: kinds side by side, cases of one kind one after the other on one host as long as it is as it was. */
import type { Lab } from '../../lab/index.ts';
import { type Account, accountOf } from './account.ts';
import { neverThere, runCase } from './case.ts';
import { chooseCells, senseless, type Wish } from './choose.ts';
import {
  type AnyKind,
  type Cell,
  type FaultName,
  type KindFile,
  labelOf,
  type PendingKind,
  type Row,
} from './contract.ts';
import { EngineProcesses } from './engine-process.ts';
import { Ground } from './ground.ts';
import { type Known, learn } from './known-states.ts';
import { deal, dealWords, part } from './part.ts';

export interface MatrixRun {
  readonly lab: Lab;
  readonly wish: Wish;
  /** Rows from an earlier run that need not be made again. */
  readonly known: (cell: Cell) => Row | undefined;
  readonly onRow: (row: Row, left: number) => void;
  readonly onNote: (line: string) => void;
  /** A kind was learned: what its full product is, and how many cells of it are wanted. */
  readonly onLearned?: (account: Account, wanted: number) => void;
  /** Kinds at the same time. */
  readonly workers: number;
}

const empty = {
  hostKind: '',
  struck: false,
  afterFault: '',
  accessBackSeconds: null,
  journal: '',
  run: '',
  reason: '',
  seconds: 0,
} as const;

function broken(cell: Cell, hostKind: string, error: unknown): Row {
  const reason = error instanceof Error ? error.message : String(error);
  return { ...empty, ...cell, hostKind, outcome: 'failed', reason };
}

/** The hosts of one kind: exchanged for a fresh one when a case left it otherwise than it found it. */
class Place {
  readonly #run: MatrixRun;
  readonly #kind: AnyKind;
  readonly #processes: EngineProcesses;
  readonly #grounds = new Map<'usual' | 'small', Ground>();
  #known: Known | undefined;

  constructor(run: MatrixRun, kind: AnyKind, processes: EngineProcesses) {
    this.#run = run;
    this.#kind = kind;
    this.#processes = processes;
  }

  /** Boundaries and states, learned once. */
  async known(): Promise<Known> {
    if (this.#known !== undefined) return this.#known;
    const ground = await Ground.open(this.#run.lab, this.#kind, false);
    this.#grounds.set('usual', ground);
    this.#known = await learn(ground, this.#processes);
    return this.#known;
  }

  async ready(size: 'usual' | 'small'): Promise<{ readonly ground: Ground; readonly known: Known }> {
    const known = await this.known();
    const used = this.#grounds.get(size);
    if (used !== undefined) {
      const obstacle = await this.#obstacle(used, known);
      if (obstacle === '') return { ground: used, known };
      this.#run.onNote(
        `${labelOf(this.#kind)}: a fresh host, because the last case left this one different: ${obstacle}`,
      );
      this.#grounds.delete(size);
      await used.close();
    }
    const fresh = await Ground.open(this.#run.lab, this.#kind, size === 'small');
    this.#grounds.set(size, fresh);
    const obstacle = await this.#obstacle(fresh, known);
    if (obstacle !== '') throw new Error(`a fresh host is not in the bad state: ${obstacle}`);
    return { ground: fresh, known };
  }

  /** Empty when the host is prepared and as it was learned. */
  async #obstacle(ground: Ground, known: Known): Promise<string> {
    try {
      await ground.prepare();
      const traces = await ground.traces();
      if (traces !== known.traces) return traces;
      return known.stateOf(await ground.state(), false) === 'old' || known.same ? '' : known.difference;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async close(): Promise<void> {
    for (const ground of this.#grounds.values()) await ground.close();
    this.#grounds.clear();
  }
}

async function tryCell(cell: Cell, place: Place, processes: EngineProcesses): Promise<Row> {
  const began = Date.now();
  let hostKind = '';
  try {
    const { ground, known } = await place.ready(cell.fault === 'disk-full' ? 'small' : 'usual');
    hostKind = ground.hostKind;
    let row = await runCase(cell, ground, known, processes.take());
    // Nothing has befallen it: on a machine that is very busy a run can end before its boundary.
    if (row.reason.startsWith(neverThere)) {
      const again = await place.ready(cell.fault === 'disk-full' ? 'small' : 'usual');
      row = await runCase(cell, again.ground, known, processes.take());
    }
    return { ...row, seconds: Math.round((Date.now() - began) / 100) / 10 };
  } catch (error) {
    return broken(cell, hostKind, error);
  }
}

async function runKind(
  run: MatrixRun,
  kind: AnyKind,
  share: readonly FaultName[] | undefined,
): Promise<readonly Row[]> {
  const processes = new EngineProcesses();
  const place = new Place(run, kind, processes);
  const rows: Row[] = [];
  const take = (row: Row, left: number) => {
    rows.push(row);
    run.onRow(row, left);
  };
  const nowhere: Cell = { kind: kind.kind, variant: kind.variant ?? '', boundary: '', fault: 'app-killed' };
  try {
    const { boundaries, standsFor } = await place.known();
    const cells = chooseCells(kind, boundaries, run.wish, share, standsFor);
    run.onLearned?.(
      accountOf(kind, boundaries, standsFor),
      cells.filter((one) => senseless(kind, one) === undefined).length,
    );
    for (const [index, cell] of cells.entries()) {
      const left = cells.length - index - 1;
      const earlier = run.known(cell);
      const reason = senseless(kind, cell);
      if (reason !== undefined) {
        take({ ...empty, ...cell, hostKind: kind.scenario, outcome: 'not-applicable', reason }, left);
      } else if (earlier !== undefined) {
        take(earlier, left);
      } else {
        take(await tryCell(cell, place, processes), left);
      }
    }
  } catch (error) {
    take(broken(nowhere, kind.scenario, error), 0);
  } finally {
    processes.close();
    await place.close();
  }
  return rows;
}

function isPending(kind: AnyKind | PendingKind): kind is PendingKind {
  return 'pending' in kind;
}

function pendingRow({ kind, pending }: PendingKind): Row {
  return {
    ...empty,
    kind,
    variant: '',
    boundary: 'all',
    fault: 'app-killed',
    outcome: 'not-applicable',
    reason: pending,
  };
}

export async function runMatrix(run: MatrixRun, kinds: KindFile): Promise<readonly Row[]> {
  const { wish } = run;
  const wanted = kinds.filter(
    (kind) =>
      wish.kinds === undefined || wish.kinds.includes(kind.kind) || wish.kinds.includes(labelOf(kind)),
  );
  const queue = wanted.filter((kind) => !isPending(kind)) as AnyKind[];
  const rows: Row[] = wanted.filter(isPending).map(pendingRow);
  for (const row of rows) run.onRow(row, 0);
  // A slow kind that is named is wanted.
  const leaveOut = wish.part === true && wish.kinds === undefined;
  const slow = leaveOut ? queue.filter((kind) => kind.slow === true) : [];
  for (const kind of slow) {
    const pending = 'Takes long: only in the full product.';
    const row = { ...pendingRow({ kind: kind.kind, pending }), variant: kind.variant ?? '' };
    rows.push(row);
    run.onRow(row, 0);
  }
  const left = queue.filter((kind) => !slow.includes(kind));
  const shares = wish.part === true ? deal(left, part.seconds * part.workers) : [];
  if (wish.part === true) for (const line of dealWords(shares)) run.onNote(line);
  async function work(): Promise<void> {
    for (let kind = left.shift(); kind !== undefined; kind = left.shift()) {
      const mine = shares.find((share) => share.kind === kind)?.faults;
      rows.push(...(await runKind(run, kind, mine)));
    }
  }
  await Promise.all(Array.from({ length: run.workers }, work));
  return rows;
}
