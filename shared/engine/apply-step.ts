/**
 * One step: look, capture, journal the intent, change, read back, journal the outcome; on failure put back what this step
 * changed. Whatever happens, the journal says it or says that it is not known.
 */
import { type AppError, appError } from '../domain/error.ts';
import { type Result, succeed } from '../domain/result.ts';
import { cancelledMidway } from './cancelled-midway.ts';
import { type Mark, undoWords } from './change-kind.ts';
import { keepOnHost } from './hand-undo/kit.ts';
import { isThere } from './is-there.ts';
import { sweepLeftovers } from './leftovers.ts';
import { connectionLost, kindOf, shown, tagOf } from './parts.ts';
import {
  type Begun,
  contextFor,
  ended,
  guarded,
  journalOutcome,
  type StepEnd,
  type StepRun,
  sealed,
} from './step-run.ts';
import { peerFailed } from './together/meeting.ts';

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
    begun.kind.revert(begun.change, begun.before, mark, {
      ...contextFor(run, undefined, 'back'),
      force: false,
    }),
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
  const sweep = () => sweepLeftovers(run.work.session, begun.change, tagOf(run.planId, run.step.id));
  if (there !== false && there.ok && there.value) {
    await sweep();
    const written = await journalOutcome(
      run,
      'done',
      {},
      'In place, as seen after the connection was lost and made again.',
      await sealed(run),
    );
    return written.ok
      ? await afterDone(run, begun, 'The connection broke meanwhile; the change is in place.')
      : ended(written.error, 'changed', written.error.message);
  }
  if (begun.change.kind === 'service-restart') {
    await run.undoEarlier();
  }
  const reverted = await guarded(run, () =>
    begun.kind.revert(begun.change, begun.before, undefined, {
      ...contextFor(run, undefined, 'back'),
      force: false,
    }),
  );
  await sweep();
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
  // Whoever waits for this host need not wait until it is back as it was.
  run.together?.there.leave('failed');
  const alone = run.together === undefined;
  return connectionLost(error)
    ? settleAfterLoss(run, begun, error, alone && (mark === undefined || error.code !== 'VERIFY_FAILED'))
    : putBack(run, begun, mark, error);
}

/** After the intent, so that it is owed for a step that was begun; before the host is touched. */
async function oweRestart({ restart, parts, work, planId, step }: StepRun): Promise<Result<unknown>> {
  return restart === undefined
    ? succeed(undefined)
    : await parts.journal.append({
        type: 'restart-owed',
        hostId: work.hostId,
        planId,
        stepId: step.id,
        restart,
        applying: true,
      });
}

/** Runs one step to its end. Never throws. */
export async function runStep(run: StepRun): Promise<StepEnd> {
  let end: StepEnd | undefined;
  try {
    end = await throughStep(run);
    return end;
  } finally {
    run.together?.there.leave(end === undefined || end.state === 'failed' ? 'failed' : 'done');
    run.together?.back.leave('done');
  }
}

async function throughStep(run: StepRun): Promise<StepEnd> {
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
  const owed = await oweRestart(run);
  if (!owed.ok) {
    return fromFailure(run, begun, undefined, { ...owed.error, hostState: 'unchanged' });
  }
  const tag = tagOf(run.planId, step.id);
  const kept = await keepOnHost(run.work.session, parts, change, tag, {
    title: step.title,
    operator: parts.operator,
    planId: run.planId,
    stepId: step.id,
  });
  if (!kept.ok) {
    return fromFailure(run, begun, undefined, kept.error);
  }
  const applied = await guarded(run, () => kind.apply(change, begun.before, contextFor(run, run.signal)));
  if (!applied.ok) {
    return fromFailure(run, begun, undefined, cancelledMidway(change, applied.error));
  }
  run.progress('Reading back', 'verifying');
  const verified = await guarded(run, () => kind.verify(change, applied.value, contextFor(run, undefined)));
  if (!verified.ok) {
    return fromFailure(run, begun, applied.value, verified.error);
  }
  if (run.together !== undefined && !(await run.together.there.meet('read-back'))) {
    return fromFailure(run, begun, applied.value, peerFailed('changed'));
  }
  const byHand = await sealed(run);
  const written = await journalOutcome(run, 'done', applied.value, 'Changed and read back.', byHand);
  if (!written.ok && run.together !== undefined) {
    // The others may have written it already: one node alone does not go back.
    return ended(written.error, 'changed', written.error.message);
  }
  if (!written.ok) {
    // The change is there but the journal cannot say so: what cannot be recorded is not kept.
    return putBack(run, begun, applied.value, written.error);
  }
  return await afterDone(run, begun, 'Changed and read back.');
}

/** What has to be waited for before the next step may begin. */
async function afterDone(run: StepRun, { kind, change, before }: Begun, done: string): Promise<StepEnd> {
  const ended = await guarded(run, async () =>
    kind.afterwards === undefined
      ? succeed('')
      : await kind.afterwards(change, before, contextFor(run, run.signal)),
  );
  if (ended.ok) {
    return { state: 'done', note: [done, ended.value].filter((word) => word !== '').join(' ') };
  }
  const stops = shown({ ...ended.error, hostState: 'changed' });
  return { state: 'done', note: `${done} ${stops.message}`, stops };
}
