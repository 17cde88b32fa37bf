/**
 * One step: look, capture, journal the intent, change, read back, journal the outcome; on failure put back what this step
 * changed. Whatever happens, the journal says it or says that it is not known.
 */
import type { Change } from '../domain/change.ts';
import { type AppError, appError } from '../domain/error.ts';
import type { JournalDraft } from '../domain/journal.ts';
import type { Step } from '../domain/plan.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { cancelledMidway } from './cancelled-midway.ts';
import { type ChangeContext, type ChangeKind, type Mark, undoWords } from './change-kind.ts';
import type { HostWork } from './host-work.ts';
import { isThere } from './is-there.ts';
import {
  changeContext,
  connectionLost,
  type EngineEvents,
  type EngineParts,
  kindOf,
  shown,
  tagOf,
} from './parts.ts';

export type StepEnd =
  | { readonly state: 'done' | 'nothing-to-do'; readonly note: string }
  | { readonly state: 'failed'; readonly note: string; readonly error: AppError };

export interface StepRun {
  readonly planId: string;
  readonly planDigest: string;
  readonly step: Step;
  readonly work: HostWork;
  readonly parts: EngineParts;
  readonly events: EngineEvents;
  readonly signal?: AbortSignal | undefined;
  readonly progress: ChangeContext['progress'];
  /**
   * Puts back what earlier steps of this plan did for a service that does not start with it; false when that did not work
   * completely. A node is never left on a configuration that it rejects.
   */
  readonly undoEarlier: () => Promise<boolean>;
}

interface Begun {
  readonly change: Change;
  readonly kind: ChangeKind;
  readonly before: Uint8Array;
}

function contextFor(run: StepRun, signal: AbortSignal | undefined): ChangeContext {
  return changeContext(run.parts, run.work.session, {
    tag: tagOf(run.planId, run.step.id),
    signal,
    progress: run.progress,
    guard: run.events.guard,
  });
}

/** An exception inside a kind is our defect; it becomes an error value here and nowhere else. */
async function guarded<T>(run: StepRun, act: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await act();
  } catch (error) {
    run.parts.log.write('error', 'A change kind threw', {
      kind: run.step.change.kind,
      error: error instanceof Error ? (error.stack ?? error.message) : 'unknown',
    });
    return fail(
      appError(
        'INTERNAL',
        'A defect in Bulwark interrupted this step.',
        'Report it with the log of this workspace.',
        {
          hostState: 'unknown',
          detail: error instanceof Error ? error.message : '',
        },
      ),
    );
  }
}

function ended(error: AppError, hostState: AppError['hostState'], note: string): StepEnd {
  return {
    state: 'failed',
    note,
    error: shown({ ...error, ...(hostState === undefined ? {} : { hostState }) }),
  };
}

type OutcomeResult = Extract<JournalDraft, { type: 'outcome' }>['result'];

async function journalOutcome(
  run: StepRun,
  result: OutcomeResult,
  mark: Mark,
  note: string,
): Promise<Result<void>> {
  const written = await run.parts.journal.append({
    type: 'outcome',
    hostId: run.work.hostId,
    planId: run.planId,
    stepId: run.step.id,
    result,
    mark,
    note,
  });
  return written.ok ? succeed(undefined) : written;
}

/** After a failure: back to the before-image. Not cancellable, because half of a way back is no way back. */
async function putBack(
  run: StepRun,
  begun: Begun,
  mark: Mark | undefined,
  error: AppError,
): Promise<StepEnd> {
  const restart = begun.change.kind === 'service-restart';
  const earlierBack = restart ? await run.undoEarlier() : true;
  if (error.hostState === 'unchanged' && mark === undefined) {
    if (restart) {
      const words = earlierBack
        ? 'What this plan had prepared for it has been put back; the service was not restarted.'
        : 'Not everything that this plan had prepared for it could be put back; see the steps.';
      await journalOutcome(run, 'undone-after-failure', {}, `${error.message} ${words}`);
      return ended(error, earlierBack ? 'restored' : 'changed', `${error.message} ${words}`);
    }
    await journalOutcome(run, 'undone-after-failure', {}, `${error.message} Nothing was changed.`);
    return ended(error, 'unchanged', error.message);
  }
  run.progress('Putting back what was there');
  const reverted = await guarded(run, () =>
    begun.kind.revert(begun.change, begun.before, mark, { ...contextFor(run, undefined), force: false }),
  );
  if (reverted.ok) {
    const back = [error.message, 'What was there before has been put back.', ...undoWords(reverted.value)];
    await journalOutcome(run, 'undone-after-failure', {}, back.join(' '));
    return ended(error, earlierBack ? 'restored' : 'changed', back.join(' '));
  }
  if (connectionLost(reverted.error)) {
    return settleAfterLoss(run, begun, error, false);
  }
  await journalOutcome(
    run,
    'failed',
    mark ?? {},
    `${error.message} Putting back failed: ${reverted.error.message}`,
  );
  return ended(
    error,
    reverted.error.hostState === 'unchanged' || reverted.error.code === 'DRIFT' ? 'changed' : 'unknown',
    `${error.message} Putting it back did not work either: ${reverted.error.message}`,
  );
}

/**
 * The link broke while the host was being changed: what happened is not known until the host has been asked. Once it can
 * be reached again, the step is kept when everything is in place (unless it was being put back), otherwise put back.
 */
async function settleAfterLoss(run: StepRun, begun: Begun, error: AppError, keep: boolean): Promise<StepEnd> {
  await journalOutcome(run, 'unknown', {}, 'The connection was lost before the outcome was known.');
  run.progress('The connection was lost; trying to reach the host again');
  const again = await run.work.reconnect();
  if (!again.ok) {
    return ended(
      again.error,
      'unknown',
      'The connection was lost; what happened on the host is not known yet.',
    );
  }
  run.progress('Connected again; looking at what is there', 'verifying');
  const there =
    keep &&
    (await guarded(run, () => isThere(begun.kind, begun.change, begun.before, contextFor(run, undefined))));
  if (there !== false && there.ok && there.value) {
    const written = await journalOutcome(
      run,
      'done',
      {},
      'In place, as seen after the connection was lost and made again.',
    );
    return written.ok
      ? { state: 'done', note: 'The connection broke meanwhile; the change is in place.' }
      : ended(written.error, 'changed', written.error.message);
  }
  if (begun.change.kind === 'service-restart') {
    await run.undoEarlier();
  }
  const reverted = await guarded(run, () =>
    begun.kind.revert(begun.change, begun.before, undefined, { ...contextFor(run, undefined), force: false }),
  );
  if (reverted.ok) {
    await journalOutcome(
      run,
      'undone-after-failure',
      {},
      'The connection was lost; what was there before has been put back.',
    );
    return ended(error, 'restored', 'The connection was lost; what was there before has been put back.');
  }
  await journalOutcome(
    run,
    'failed',
    {},
    `The connection was lost and putting back failed: ${reverted.error.message}`,
  );
  return ended(
    reverted.error,
    'unknown',
    `The connection was lost, and putting back failed: ${reverted.error.message}`,
  );
}

async function fromFailure(
  run: StepRun,
  begun: Begun,
  mark: Mark | undefined,
  error: AppError,
): Promise<StepEnd> {
  return connectionLost(error)
    ? settleAfterLoss(run, begun, error, mark === undefined || error.code !== 'VERIFY_FAILED')
    : putBack(run, begun, mark, error);
}

/** Runs one step to its end. Never throws. */
export async function runStep(run: StepRun): Promise<StepEnd> {
  const { step, parts } = run;
  const kind = kindOf(parts.kinds, step.change);
  const change = step.change;

  run.progress('Looking at what is there', 'applying');
  const looked = await guarded(run, () => kind.inspect(change, contextFor(run, run.signal)));
  if (!looked.ok) {
    return ended(looked.error, 'unchanged', looked.error.message);
  }
  if (looked.value.inPlace) {
    return { state: 'nothing-to-do', note: 'Already as it should be.' };
  }
  const captured = await guarded(run, () => kind.capture(change, contextFor(run, run.signal)));
  if (!captured.ok) {
    return ended(captured.error, 'unchanged', captured.error.message);
  }
  const stored = await parts.blobs.put(captured.value);
  if (!stored.ok) {
    return ended(stored.error, 'unchanged', stored.error.message);
  }
  if (run.signal?.aborted === true) {
    const error = appError(
      'CANCELLED',
      'Cancelled before this step changed anything.',
      'Start again when you are ready.',
    );
    return ended(error, 'unchanged', error.message);
  }
  const intent = await parts.journal.append({
    type: 'intent',
    hostId: run.work.hostId,
    planId: run.planId,
    planDigest: run.planDigest,
    stepId: step.id,
    controls: step.controls,
    change,
    title: step.title,
    diffs: [...looked.value.diffs],
    beforeImage: stored.value,
  });
  if (!intent.ok) {
    return ended(intent.error, 'unchanged', intent.error.message);
  }

  const begun: Begun = { change, kind, before: captured.value };
  const applied = await guarded(run, () => kind.apply(change, begun.before, contextFor(run, run.signal)));
  if (!applied.ok) {
    return fromFailure(run, begun, undefined, cancelledMidway(change, applied.error));
  }
  run.progress('Reading back', 'verifying');
  const verified = await guarded(run, () => kind.verify(change, applied.value, contextFor(run, undefined)));
  if (!verified.ok) {
    return fromFailure(run, begun, applied.value, verified.error);
  }
  const written = await journalOutcome(run, 'done', applied.value, 'Changed and read back.');
  if (!written.ok) {
    // The change is there but the journal cannot say so: what cannot be recorded is not kept.
    return putBack(run, begun, applied.value, written.error);
  }
  return { state: 'done', note: 'Changed and read back.' };
}
