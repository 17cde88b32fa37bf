/** What the crash matrix leaves out is never unseen: a cell is tried, is the same run as one that is, or is counted as not run. */
import { describe, expect, it } from 'vitest';
import { accountOf, coveredBy, withTried } from '../integration/crash-matrix/account.ts';
import { accountLines, outlook } from '../integration/crash-matrix/account-words.ts';
import { chooseCells, firstCells } from '../integration/crash-matrix/choose.ts';
import {
  type AnyKind,
  type Done,
  faults,
  type Passed,
  type Row,
} from '../integration/crash-matrix/contract.ts';
import { faultTable } from '../integration/crash-matrix/faults.ts';
import { Gate } from '../integration/crash-matrix/gate.ts';
import { loadKinds } from '../integration/crash-matrix/kind-files.ts';
import { standsFor } from '../integration/crash-matrix/same-run.ts';

const passed = (boundary: string, host: number, disk: string, clock: number): Passed => ({
  boundary,
  done: { host, disk, clock },
});

/** Shaped as real ones are: something on the host, then what is written about it. */
const run: readonly Passed[] = [
  passed('planned', 0, 'a', 0),
  passed('locked', 2, 'a', 1),
  passed('captured', 4, 'a', 1),
  passed('image stored', 4, 'b', 1),
  passed('intent written', 4, 'c', 2),
  passed('apply: write-file 1 before', 4, 'c', 2),
  passed('apply: write-file 1 after', 6, 'c', 2),
  passed('applied', 6, 'c', 2),
  passed('unlocked', 8, 'd', 3),
  passed('undo: asked', 8, 'd', 3),
  passed('undo: reverted', 10, 'd', 3),
];
const boundaries = run.map(({ boundary }) => boundary);
const stands = standsFor(boundaries, [run.slice(0, 9), run]);

async function realKinds(): Promise<readonly AnyKind[]> {
  return (await loadKinds()).flatMap((kind) => ('pending' in kind ? [] : [kind]));
}

function rowAt(kind: AnyKind, { fault, boundary }: Pick<Row, 'fault' | 'boundary'>): Row {
  const nothing = { hostKind: '', afterFault: '', accessBackSeconds: null, journal: '', run: '' } as const;
  return {
    ...nothing,
    kind: kind.kind,
    variant: kind.variant ?? '',
    fault,
    boundary,
    outcome: 'old',
    struck: true,
    reason: '',
    seconds: 1,
  };
}

describe('the same run', () => {
  it('is one between which nothing was done that the fault acts on', () => {
    expect(stands('app-killed', 'apply: write-file 1 before')).toBe('intent written');
    expect(stands('sudo-revoked', 'applied')).toBe('apply: write-file 1 after');
    expect(stands('operator-disk-full', 'captured')).toBe('planned');
    expect(stands('operator-disk-full', 'applied')).toBe('intent written');
    expect(stands('clock-back', 'image stored')).toBe('locked');
  });

  it('is never one between which the host or the folder changed, nor one that is undone instead of ended', () => {
    expect(stands('app-killed', 'apply: write-file 1 after')).toBe('apply: write-file 1 after');
    expect(stands('app-killed', 'image stored')).toBe('image stored');
    expect(stands('operator-disk-full', 'intent written')).toBe('intent written');
    expect(stands('clock-forward', 'intent written')).toBe('intent written');
    for (const fault of faults) expect(stands(fault, 'undo: asked')).toBe('undo: asked');
  });

  it('is none for what loses the answer to a command', () => {
    for (const fault of ['link-cut', 'host-rebooted'] as const)
      for (const boundary of boundaries) expect(stands(fault, boundary)).toBe(boundary);
  });

  it('must be the same in every run that was seen', () => {
    const other = run.map((one) =>
      one.boundary === 'applied' ? passed('applied', one.done.host + 2, 'c', 2) : one,
    );
    expect(standsFor(boundaries, [other, run])('app-killed', 'applied')).toBe('applied');
    const longer = run.toSpliced(7, 0, passed('apply: look 1 before', 6, 'c', 2));
    expect(standsFor(boundaries, [longer, run])('app-killed', 'applied')).toBe('applied');
    expect(standsFor(boundaries, [])('app-killed', 'applied')).toBe('applied');
  });

  it('leaves out nothing that a fault acts on', () => {
    for (const fault of faults) {
      const { noticed } = faultTable[fault];
      if (noticed === 'everything' || fault.startsWith('clock-')) continue;
      expect(noticed).toContain('disk');
    }
  });

  it('counts what is sent and awaited when it begins and when it has ended', async () => {
    const seen: Omit<Done, 'disk'>[] = [];
    const gate = new Gate(
      undefined,
      (_boundary, done) => seen.push(done),
      () => Promise.reject(new Error('no stop')),
    );
    gate.begin('apply');
    await gate.reach('planned');
    const under = gate.onHost(() => gate.reach('in between'));
    await under;
    gate.clockRead();
    await gate.reach('locked');
    expect(seen).toEqual([
      { host: 0, clock: 0 },
      { host: 1, clock: 0 },
      { host: 2, clock: 1 },
    ]);
  });
});

describe('cells that stand for others', () => {
  it('are all tried in the full product, and only they', async () => {
    for (const kind of await realKinds()) {
      const account = accountOf(kind, boundaries, stands);
      const cells = chooseCells(kind, boundaries, {}, undefined, stands).filter(({ fault }) =>
        account.faults.includes(fault),
      );
      expect(cells.length + account.same.length).toBe(boundaries.length * account.faults.length);
      for (const cell of cells) expect(stands(cell.fault, cell.boundary)).toBe(cell.boundary);
      const many = firstCells(kind, boundaries, account.faults, 10_000, stands);
      const name = (cell: { readonly fault: string; readonly boundary: string }) =>
        `${cell.fault} ${cell.boundary}`;
      expect(many.map(name).toSorted()).toEqual(cells.map(name).toSorted());
      for (const some of [1, 7, 20])
        expect(firstCells(kind, boundaries, account.faults, some, stands)).toEqual(many.slice(0, some));
    }
  });

  it('meet each fault and each boundary when no more are wanted than that takes', async () => {
    for (const kind of await realKinds()) {
      const account = accountOf(kind, boundaries, stands);
      const cells = firstCells(kind, boundaries, account.faults, 'cover', stands);
      const {
        run: tried,
        boundaries: places,
        faults: met,
      } = coveredBy(
        account,
        cells.map((cell) => rowAt(kind, cell)),
      );
      expect(tried).toBe(cells.length);
      expect(places).toBe(boundaries.length);
      expect(met).toBe(account.faults.length);
      expect(cells.length).toBeLessThanOrEqual(Math.max(boundaries.length, account.faults.length) * 2);
    }
  });

  it('are tried where their boundary is asked for by name', async () => {
    const [kind] = await realKinds();
    if (kind === undefined) throw new Error('no kind');
    const cells = chooseCells(
      kind,
      boundaries,
      { boundary: 'applied', faults: ['app-killed'] },
      undefined,
      stands,
    );
    expect(cells.map(({ boundary }) => boundary)).toEqual(['applied']);
  });
});

describe('the account', () => {
  it('counts what was run, also by the name of a boundary that another stands for', async () => {
    const [kind] = await realKinds();
    if (kind === undefined) throw new Error('no kind');
    const account = accountOf(kind, boundaries, stands);
    const none = coveredBy(account, []);
    expect(none.cells).toBe(boundaries.length * account.faults.length);
    expect(none.apart).toBe(none.cells - account.same.length);
    expect(none.run).toBe(0);
    const rows = [
      rowAt(kind, { fault: 'app-killed', boundary: 'applied' }),
      rowAt(kind, { fault: 'app-killed', boundary: 'apply: write-file 1 after' }),
      {
        ...rowAt(kind, { fault: 'link-cut', boundary: 'planned' }),
        outcome: 'not-applicable' as const,
        struck: false,
      },
    ];
    expect(coveredBy(account, rows)).toMatchObject({ run: 1, same: 1, boundaries: 2, faults: 1 });
    expect(accountLines([kind], [account], rows)[1]).toContain(
      `: 1 of ${none.apart} cells run; 1 more of the ${none.cells} are the same run as one that was run;`,
    );
    expect(withTried(account, rows).same.filter(({ tried }) => tried)).toEqual([
      { fault: 'app-killed', boundary: 'applied', by: 'apply: write-file 1 after', tried: true },
    ]);
  });

  it('counts no cell that no fault befell, nor those that are the same run', async () => {
    const [kind] = await realKinds();
    if (kind === undefined) throw new Error('no kind');
    const account = accountOf(kind, boundaries, stands);
    const failed = {
      ...rowAt(kind, { fault: 'app-killed', boundary: 'apply: write-file 1 after' }),
      outcome: 'failed' as const,
    };
    expect(coveredBy(account, [{ ...failed, struck: false }])).toMatchObject({
      run: 0,
      same: 0,
      boundaries: 0,
      faults: 0,
    });
    expect(withTried(account, [{ ...failed, struck: false }]).same.some(({ tried }) => tried)).toBe(false);
    expect(coveredBy(account, [failed])).toMatchObject({ run: 1, same: 1 });
  });

  it('names every kind, also those that nobody asked for', async () => {
    const kinds = await loadKinds();
    const lines = accountLines(kinds, [], []);
    for (const kind of await realKinds())
      expect(lines.some((line) => line.startsWith(`  ${kind.kind}`) && line.endsWith('nothing tried'))).toBe(
        true,
      );
    expect(outlook(kinds, [], 2)).toMatch(/about \d+ cells, about [\d.]+ h on an idle machine/);
  });
});
