/** The journal as the window shows it: newest first, with what can still be taken back. */
import type { HistoryItem, HistoryNote, HostState } from '../../shared/contract/state.ts';
import type { Blast, Change } from '../../shared/domain/change.ts';
import type { JournalEntry } from '../../shared/domain/journal.ts';
import { owedRestarts, type StepHistory, stepHistories } from '../../shared/engine/journal/history.ts';
import { notesOf } from '../../shared/engine/report/changes.ts';
import { restartStepId } from '../../shared/engine/restarts-owed.ts';

function resultOf(step: StepHistory): HistoryItem['result'] {
  if (step.undoOutcome?.result === 'undone') return 'undone';
  if (step.undoOutcome?.result === 'drifted') return 'drifted';
  if (step.undoOutcome?.result === 'failed') return step.undoOutcome.stays ? 'not-reversible' : 'failed';
  return step.outcome?.result ?? 'unknown';
}

function undoOf({ undoOutcome, undoIntent }: StepHistory): Pick<HistoryItem, 'undo'> {
  const entry = undoOutcome ?? undoIntent;
  return entry === undefined ? {} : { undo: { at: entry.at, operator: entry.operator } };
}

function openingOf(change: Change): Pick<HistoryItem, 'opens' | 'nodes'> {
  if (change.kind === 'es-auto-configuration' || change.kind === 'es-enrollment')
    return { opens: change.setAsideData ? 'old-data' : 'everybody' };
  if (change.kind !== 'es-own-certificates') return {};
  return {
    opens: change.asksAlready ? 'clear' : 'everybody',
    ...(change.cluster === undefined ? {} : { nodes: change.cluster.hosts.length }),
  };
}

/** Newest first. */
export function historyNotes(entries: readonly JournalEntry[]): HistoryNote[] {
  return notesOf(entries).reverse();
}

export function historyItems(
  entries: readonly JournalEntry[],
  blastOf: (change: Change) => Blast,
): HistoryItem[] {
  return stepHistories(entries)
    .map((step) => ({
      planId: step.intent.planId,
      planDigest: step.intent.planDigest,
      stepId: step.intent.stepId,
      sequence: step.intent.sequence,
      at: step.intent.at,
      operator: step.intent.operator,
      title: step.intent.title,
      kind: step.intent.change.kind,
      controls: step.intent.controls,
      blast: blastOf(step.intent.change),
      diffs: step.intent.diffs,
      result: resultOf(step),
      note: step.undoOutcome?.note ?? step.outcome?.note ?? 'Interrupted: what happened is not known yet.',
      ...undoOf(step),
      canUndo: step.standing !== 'undone',
      ...(step.outcome?.byHand === true && step.standing !== 'undone' ? { byHand: true } : {}),
      ...openingOf(step.intent.change),
    }))
    .reverse();
}

/** Intents without outcome and restarts still owed: left by a crash, to be verified or taken back. */
export function interruptedItems(entries: readonly JournalEntry[]): HostState['interrupted'] {
  const steps = stepHistories(entries)
    .filter((step) => step.standing === 'open')
    .map((step) => ({
      planId: step.intent.planId,
      stepId: step.intent.stepId,
      title: step.intent.title,
      at: step.intent.at,
      undoing: step.undoIntent !== undefined,
    }));
  const restarts = owedRestarts(entries).map(({ planId, restart, at, undoing }) => ({
    planId,
    stepId: restartStepId(restart.unit),
    title: `restart ${restart.unit}`,
    at,
    undoing,
    restarts: restart.unit,
  }));
  return [...steps, ...restarts];
}
