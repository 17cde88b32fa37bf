/** Undoes one journalled step from its before-image and journals how it ended. Never throws. */
import { type AppError, appError } from '../domain/error.ts';
import { fail, type Result } from '../domain/result.ts';
import { type Mark, type UndoWords, undoWords } from './change-kind.ts';
import { dropFromHost } from './hand-undo/kit.ts';
import type { HostWork } from './host-work.ts';
import type { StepHistory } from './journal/history.ts';
import { sweepLeftovers } from './leftovers.ts';
import {
  changeContext,
  connectionLost,
  type EngineEvents,
  type EngineParts,
  kindOf,
  shown,
  tagOf,
} from './parts.ts';
import type { Together } from './together/meeting.ts';

export interface UndoRun {
  readonly history: StepHistory;
  readonly work: HostWork;
  readonly parts: EngineParts;
  readonly events: EngineEvents;
  readonly reason: string;
  readonly force: boolean;
  /** A restart has no inverse: it is only journalled, and the caller restarts once at the end. */
  readonly restartLater: boolean;
  /** The other hosts on which the same goes back at the same time. */
  readonly together?: Together | undefined;
}

export interface UndoEnd {
  readonly result: 'undone' | 'drifted' | 'failed';
  readonly note: string;
  readonly error?: AppError;
  /** With `failed`: it cannot be taken back, nothing was touched, and the step stands in the journal. */
  readonly stays?: true;
}

export interface RollbackItem {
  readonly planId: string;
  readonly stepId: string;
  readonly title: string;
  readonly result: 'undone' | 'drifted' | 'failed' | 'skipped';
  readonly note: string;
  readonly error?: AppError;
  readonly stays?: true;
  /** Where it is another host than the one that was asked for: its step goes back together with this one's. */
  readonly hostId?: string;
}

/**
 * No way back (or not before another host can go too), and the host as it was: a step that was applied goes on standing. One that was interrupted does so only where
 * no later attempt could find a way (`retryable`).
 */
function staysInPlace(error: AppError, { outcome }: StepHistory): boolean {
  if (error.code === 'PEER_FAILED') {
    return error.hostState === 'unchanged' && outcome?.result === 'done';
  }
  return (
    error.code === 'NOT_REVERSIBLE' &&
    error.hostState === 'unchanged' &&
    (outcome?.result === 'done' || !error.retryable)
  );
}

/** The mark that a kind gets: none when the outcome was never journalled or had to be inferred. */
export function markOf(history: StepHistory): Mark | undefined {
  const mark = history.outcome?.mark;
  return mark === undefined || Object.keys(mark).length === 0 ? undefined : mark;
}

async function revert(run: UndoRun): Promise<Result<void | UndoWords>> {
  const { intent } = run.history;
  const before = await run.parts.blobs.get(intent.beforeImage);
  if (!before.ok) {
    return before;
  }
  const context = changeContext(run.parts, run.work.session, {
    // The same as while applying: a kind finds what it set aside on the host by this name.
    tag: tagOf(intent.planId, intent.stepId),
    guard: run.events.guard,
    waitLonger: run.events.waitLonger,
    together: run.together,
    progress: (note) =>
      run.events.step({ planId: intent.planId, stepId: intent.stepId, state: 'undoing', note }),
  });
  try {
    return await kindOf(run.parts.kinds, intent.change).revert(
      intent.change,
      before.value,
      markOf(run.history),
      {
        ...context,
        force: run.force,
      },
    );
  } catch (error) {
    return fail(
      appError(
        'INTERNAL',
        'A defect in Bulwark interrupted the undoing.',
        'Report it with the log of this workspace.',
        {
          hostState: 'unknown',
          detail: error instanceof Error ? error.message : '',
        },
      ),
    );
  }
}

export async function undoStep(run: UndoRun): Promise<UndoEnd> {
  const { intent } = run.history;
  const where = { hostId: run.work.hostId, planId: intent.planId, stepId: intent.stepId };
  const at = { planId: intent.planId, stepId: intent.stepId };
  run.events.step({ ...at, state: 'undoing', note: 'Putting back what was there' });
  const begun = await run.parts.journal.append({ type: 'undo-intent', ...where, reason: run.reason });
  if (!begun.ok) {
    run.events.step({ ...at, state: 'failed', note: begun.error.message, error: begun.error });
    return { result: 'failed', note: begun.error.message, error: begun.error };
  }
  let interrupted = run.history.standing === 'open';
  let reverted = run.restartLater ? undefined : await revert(run);
  if (reverted?.ok === false && connectionLost(reverted.error)) {
    interrupted = true;
    const again = await run.work.reconnect();
    // Undoing is idempotent: where the first attempt got through, the second finds nothing to do.
    reverted = again.ok ? await revert(run) : again;
  }
  if (reverted?.ok === false && connectionLost(reverted.error)) {
    // The journal keeps the intent without outcome: the host is asked when it can be reached again.
    const error = shown({ ...reverted.error, hostState: 'unknown' });
    run.events.step({ ...at, state: 'failed', note: error.message, error });
    return { result: 'failed', note: error.message, error };
  }
  if (interrupted) {
    await sweepLeftovers(run.work.session, intent.change, tagOf(intent.planId, intent.stepId));
  }
  const result =
    reverted === undefined || reverted.ok ? 'undone' : reverted.error.code === 'DRIFT' ? 'drifted' : 'failed';
  const note =
    reverted === undefined
      ? 'A restart cannot be undone; the service is restarted once at the end.'
      : reverted.ok
        ? ['What was there before has been put back.', ...undoWords(reverted.value)].join(' ')
        : reverted.error.message;
  const error = reverted?.ok === false ? shown(reverted.error) : undefined;
  const stays =
    error !== undefined && staysInPlace(error, run.history) ? ({ stays: true } as const) : undefined;
  const written = await run.parts.journal.append({ type: 'undo-outcome', ...where, result, note, ...stays });
  if (!written.ok) {
    run.events.step({ ...at, state: 'failed', note: written.error.message, error: written.error });
    return { result: 'failed', note: written.error.message, error: written.error };
  }
  if (result === 'undone') {
    // What cannot be removed now is found in place by the program on the host, which then has nothing to do.
    await dropFromHost(run.work.session, tagOf(intent.planId, intent.stepId));
  }
  run.events.step({ ...at, state: result, note, ...(error === undefined ? {} : { error }) });
  return { result, note, ...(error === undefined ? {} : { error }), ...stays };
}
