/**
 * A process that runs the engine, so that it can be killed. Takes orders one after the other on standard input, and says on standard output
 * which boundaries it passes, where it stopped, and how it ended, one JSON object a line.
 */
import { createInterface } from 'node:readline';
import type { Change } from '../../../shared/domain/change.ts';
import { type Result, succeed } from '../../../shared/domain/result.ts';
import { applyPlan } from '../../../shared/engine/apply.ts';
import type { EngineParts } from '../../../shared/engine/parts.ts';
import { rollBack } from '../../../shared/engine/rollback.ts';
import type { Boundary, Done } from './contract.ts';
import { folderSeen } from './folder-seen.ts';
import { Gate, type GoOn } from './gate.ts';
import { gatedParts } from './seams.ts';
import { openWorkplace, planFor, type Workplace } from './workplace.ts';

export interface Order {
  readonly place: Workplace;
  readonly change: Change;
  /** `undo` applies first, without a stop. */
  readonly operation: 'apply' | 'undo' | 'apply-and-undo';
  readonly stopAt?: Boundary;
}

export type Said =
  | { readonly type: 'ready' }
  | { readonly type: 'reached'; readonly boundary: Boundary; readonly done: Done }
  | { readonly type: 'stopped'; readonly boundary: Boundary }
  /** `result` of the last operation, or the code of an error before it began. */
  | { readonly type: 'ended'; readonly result: string; readonly detail: string };

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

interface Ended {
  readonly result: string;
  readonly detail: string;
}

function ended(
  report: Result<{
    readonly result: string;
    readonly error?: {
      readonly code: string;
      readonly message: string;
      readonly hostState?: string | undefined;
    };
    readonly items?: readonly { readonly result: string; readonly note: string }[];
  }>,
): Ended {
  if (!report.ok) return { result: report.error.code, detail: report.error.message };
  const { result, error, items = [] } = report.value;
  const notes = items.filter((item) => item.result !== 'undone').map((item) => item.note);
  return {
    result: error === undefined ? result : `${result} ${error.code} (${error.hostState ?? 'unsaid'})`,
    detail: [error?.message ?? '', ...notes].join(' ').trim(),
  };
}

async function apply(order: Order, parts: EngineParts, gate: Gate, watched: boolean): Promise<Ended> {
  const plan = await planFor(order.place.hostId, order.change, parts);
  if (watched) gate.begin('apply');
  await gate.reach('planned');
  const report = await applyPlan(
    { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('f')) },
    parts,
  );
  gate.end();
  return ended(report);
}

async function undo(order: Order, parts: EngineParts, gate: Gate): Promise<Ended> {
  gate.begin('undo');
  await gate.reach('asked');
  const report = await rollBack(
    { hostId: order.place.hostId, scope: { of: 'host' }, reason: 'crash matrix', breakLock: true },
    parts,
  );
  gate.end();
  return ended(report);
}

async function carryOut(order: Order, answer: () => Promise<GoOn>): Promise<void> {
  const gate = new Gate(
    order.stopAt,
    (boundary, done) =>
      say({ type: 'reached', boundary, done: { ...done, disk: folderSeen(order.place.folder) } }),
    async (boundary) => {
      say({ type: 'stopped', boundary });
      return await answer();
    },
  );
  const opened = await openWorkplace(order.place);
  const parts = gatedParts(opened.parts, gate);
  try {
    let end = await apply(order, parts, gate, order.operation !== 'undo');
    if (order.operation !== 'apply') {
      if (end.result !== 'done') throw new Error(`nothing to undo: ${end.result} ${end.detail}`);
      end = await undo(order, parts, gate);
    }
    say({ type: 'ended', ...end });
  } finally {
    await opened.close();
  }
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function nextLine(): Promise<string> {
  const next = await lines.next();
  if (next.done === true) process.exit(0);
  return next.value;
}

say({ type: 'ready' });
for (;;) {
  const order = JSON.parse(await nextLine()) as Order;
  try {
    await carryOut(order, async () => JSON.parse(await nextLine()) as GoOn);
  } catch (error) {
    say({ type: 'ended', result: 'threw', detail: error instanceof Error ? error.message : String(error) });
  }
}
