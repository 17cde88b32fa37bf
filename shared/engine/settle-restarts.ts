/** Restarts that a plan still owed when it ended: carried out now, or what they were for is taken back. */
import type { JournalEntry } from '../domain/journal.ts';
import type { Result } from '../domain/result.ts';
import { type OwedRestart, owedRestarts, type StepHistory, stepHistories } from './journal/history.ts';
import type { RecoverItem } from './keep-if-in-place.ts';
import { connectionLost, type EngineParts } from './parts.ts';
import type { RecoverRequest } from './recover.ts';
import type { Undoing } from './undoing.ts';

/** What stands of it, newest first. */
function standing(
  changed: OwedRestart['changed'],
  histories: readonly StepHistory[],
): readonly StepHistory[] {
  return histories
    .filter(
      (one) =>
        one.standing === 'applied' &&
        changed.some(({ planId, stepId }) => planId === one.intent.planId && stepId === one.intent.stepId),
    )
    .toReversed();
}

/** What a step of its plan that is a restart was for, newest first; nothing for any other step. */
export function changedFor(
  { intent }: StepHistory,
  histories: readonly StepHistory[],
  entries: readonly JournalEntry[],
): readonly StepHistory[] {
  const { change } = intent;
  if (change.kind !== 'service-restart') {
    return [];
  }
  const changed = entries.flatMap((entry) =>
    entry.type === 'restart-owed' &&
    entry.applying === true &&
    entry.planId === intent.planId &&
    entry.restart.unit === change.unit
      ? [entry]
      : [],
  );
  return standing(changed, histories);
}

/**
 * After the interrupted steps, because keeping one of them is what makes its restart due. A unit that does not start with what was
 * changed gets that taken back, as it would have been when the plan went on. What is undone is told by `undoing`, with its restart.
 */
export async function settleRestarts(
  { hostId, how }: Pick<RecoverRequest, 'hostId' | 'how'>,
  undoing: Undoing,
  parts: EngineParts,
  signal?: AbortSignal,
): Promise<readonly RecoverItem[]> {
  const entries: Result<readonly JournalEntry[]> = await parts.journal.read(hostId);
  if (!entries.ok) {
    return [];
  }
  const histories = stepHistories(entries.value);
  const items: RecoverItem[] = [];
  for (const owed of owedRestarts(entries.value)) {
    const steps = standing(owed.changed, histories);
    if (steps.length === 0) {
      continue;
    }
    if (signal?.aborted === true) {
      for (const step of steps) undoing.leave(step, 'Not begun.');
      continue;
    }
    if (how === 'undo') {
      for (const step of steps) await undoing.undo(step);
      continue;
    }
    const restarted = await undoing.restartNow(owed);
    if (restarted.result !== 'failed' || restarted.error === undefined) {
      items.push({ ...restarted, result: 'kept' });
      continue;
    }
    if (connectionLost(restarted.error)) {
      items.push(restarted);
      continue;
    }
    let back = true;
    for (const step of steps) back = (await undoing.undo(step)) && back;
    items.push(
      back
        ? {
            ...withoutError(restarted),
            result: 'undone',
            note: `${restarted.note} What it was for has been put back.`,
          }
        : restarted,
    );
  }
  return items;
}

function withoutError({ error: _said, ...item }: RecoverItem): RecoverItem {
  return item;
}
