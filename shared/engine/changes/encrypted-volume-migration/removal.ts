/** Removes the old data of a migration once the operator has confirmed it, by its path. Never done by anything else. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { HostWork } from '../../host-work.ts';
import { type StepHistory, stepHistories } from '../../journal/history.ts';
import { changeContext, type EngineParts, tagOf } from '../../parts.ts';
import { readImage } from './image.ts';
import { type KeptData, keptPath, readKept, removeKept } from './kept-data.ts';
import { proveVolume } from './proof.ts';
import { inWords } from './refusals.ts';
import { doubtsAfterUndo, lookAtService } from './still-served.ts';

export interface RemovalRequest {
  readonly hostId: string;
  readonly planId: string;
  readonly stepId: string;
  /** The path that the operator confirmed; absent: only tell what there is. */
  readonly confirmedPath?: string;
}

export interface Removal {
  readonly kept: KeptData;
  readonly removed: boolean;
}

/**
 * Nothing goes before it is seen that the data are used from where they stand now: from the volume, or after an undoing from
 * the plain disk again. Errors: VERIFY_FAILED, NOT_FOUND (the before-image), VAULT_LOCKED, the connection's.
 */
async function proveServed(
  history: StepHistory,
  change: ChangeOf<'encrypted-volume-migration'>,
  kept: string,
  parts: EngineParts,
  context: ChangeContext,
): Promise<Result<void>> {
  const before = await parts.blobs.get(history.intent.beforeImage);
  if (!before.ok) {
    return before;
  }
  const image = readImage(before.value);
  const seen = await lookAtService(change, image, kept, context);
  if (!seen.ok) {
    return seen;
  }
  const applied = history.standing === 'applied';
  const proof = applied ? await proveVolume(change, context) : undefined;
  if (proof?.ok === false) {
    return proof;
  }
  const { held } = seen.value;
  const wrong = [
    ...(proof === undefined ? doubtsAfterUndo(change, image, seen.value) : proof.value.shortcomings),
    ...(held.length === 0 ? [] : [`These processes use it: ${held.join(', ')}.`]),
  ];
  return wrong.length === 0
    ? succeed(undefined)
    : fail(
        appError(
          'VERIFY_FAILED',
          applied
            ? `The data does not lie on its encrypted volume as it should, so the old data stays: ${wrong.join(' ')}`
            : `That the data on the plain disk are in use is not certain, so what is kept stays: ${wrong.join(' ')}`,
          applied
            ? 'Correct this first.'
            : 'Start the service and see that its data are complete, then confirm again.',
          { hostState: 'unchanged' },
        ),
      );
}

/**
 * Tells path and size of the old data, and removes it when exactly this path was confirmed. Errors: NOT_FOUND (no such
 * migration, nothing is kept), VERIFY_FAILED (the data are not seen in use from where they stand now: then what is kept stays), HOST_LOCKED,
 * INPUT_INVALID (another path was confirmed), the connection's.
 */
export async function confirmRemoval(
  request: RemovalRequest,
  parts: EngineParts,
  signal?: AbortSignal,
): Promise<Result<Removal>> {
  const entries = await parts.journal.read(request.hostId);
  if (!entries.ok) {
    return entries;
  }
  const history = stepHistories(entries.value).findLast(
    ({ intent }) => intent.planId === request.planId && intent.stepId === request.stepId,
  );
  const change = history?.intent.change;
  if (history === undefined || change?.kind !== 'encrypted-volume-migration' || history.standing === 'open') {
    return fail(
      appError(
        'NOT_FOUND',
        'The history has no settled move to an encrypted volume with this step.',
        'Look at the history of the host.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const tag = tagOf(request.planId, request.stepId);
  const expected = keptPath(change, tag);
  if (request.confirmedPath !== undefined && request.confirmedPath !== expected) {
    return fail(
      appError(
        'INPUT_INVALID',
        `The old data of this step is ${expected}, and another path was confirmed.`,
        'Confirm exactly the path that is shown.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const session = await parts.sessions.open(request.hostId, signal);
  if (!session.ok) {
    return session;
  }
  const work = new HostWork(session.value, parts);
  try {
    const begun = await work.begin(request.planId, false, signal);
    if (!begun.ok) {
      return begun;
    }
    const context = changeContext(parts, work.session, { tag, signal });
    const kept = await readKept(change, context);
    if (!kept.ok) {
      return kept;
    }
    if (kept.value === undefined) {
      return fail(
        appError('NOT_FOUND', `${expected} is not there (any more).`, 'Nothing needs to be done.', {
          hostState: 'unchanged',
        }),
      );
    }
    if (request.confirmedPath === undefined) {
      return succeed({ kept: kept.value, removed: false });
    }
    const proven = await proveServed(history, change, expected, parts, context);
    if (!proven.ok) {
      return proven;
    }
    const said = `${kept.value.path} (${inWords(kept.value.bytes)}, ${kept.value.entries} entries)`;
    const intent = await parts.journal.append({
      type: 'note',
      hostId: request.hostId,
      text: `The operator confirmed the removal of ${said}.`,
    });
    if (!intent.ok) {
      return intent;
    }
    const removed = await removeKept(kept.value, context);
    if (!removed.ok) {
      return removed;
    }
    const written = await parts.journal.append({
      type: 'note',
      hostId: request.hostId,
      text: `Removed ${said}.`,
    });
    return written.ok ? succeed({ kept: kept.value, removed: true }) : written;
  } finally {
    await work.end();
  }
}
