/**
 * Interrupted work: steps whose intent has no outcome, because the app or the connection ended in between, and restarts that
 * a plan or an undoing still owes. They are listed at start, and settled by asking the host: what is completely in place is kept,
 * everything else is put back, and the restarts are carried out.
 */
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { dropFromHost } from './hand-undo/kit.ts';
import { dropUndone, undoneTags } from './hand-undo/undone.ts';
import { HostWork } from './host-work.ts';
import { owedRestarts, type StepHistory, stepHistories } from './journal/history.ts';
import { keepIfInPlace, type RecoverItem } from './keep-if-in-place.ts';
import type { LockBreak } from './lock.ts';
import { type EngineEvents, type EngineParts, noEvents, shown } from './parts.ts';
import type { Journal } from './ports.ts';
import { restartStepId } from './restarts-owed.ts';
import { changedFor, settleRestarts } from './settle-restarts.ts';
import {
  finishPeers,
  isTogether,
  leftOpen,
  openPeers,
  type Peer,
  peerHosts,
  undoTogether,
} from './together/peers.ts';
import { Undoing } from './undoing.ts';

export interface InterruptedStep {
  readonly hostId: string;
  readonly planId: string;
  readonly stepId: string;
  readonly title: string;
  /** ISO 8601: when it was begun. */
  readonly since: string;
  /** What was being done when it was interrupted. */
  readonly doing: 'applying' | 'undoing';
}

function open(histories: readonly StepHistory[]): readonly StepHistory[] {
  return histories.filter((history) => history.standing === 'open').toReversed();
}

/** Newest first per host. Errors: JOURNAL_BROKEN. */
export async function interruptedSteps(
  journal: Journal,
  hostIds: readonly string[],
): Promise<Result<readonly InterruptedStep[]>> {
  const found: InterruptedStep[] = [];
  for (const hostId of hostIds) {
    const entries = await journal.read(hostId);
    if (!entries.ok) {
      return entries;
    }
    for (const { planId, restart, at, undoing } of owedRestarts(entries.value)) {
      found.push({
        hostId,
        planId,
        stepId: restartStepId(restart.unit),
        title: `restart ${restart.unit}`,
        since: at,
        doing: undoing ? 'undoing' : 'applying',
      });
    }
    for (const { intent, undoIntent } of open(stepHistories(entries.value))) {
      found.push({
        hostId,
        planId: intent.planId,
        stepId: intent.stepId,
        title: intent.title,
        since: undoIntent?.at ?? intent.at,
        doing: undoIntent === undefined ? 'applying' : 'undoing',
      });
    }
  }
  return succeed(found);
}

export interface RecoverRequest {
  readonly hostId: string;
  /**
   * `settle`: keep what is in place, put back the rest; what took effect and lacks something stays open. `keep`: the same, and
   * keep that too. `undo`: put back everything that is open.
   */
  readonly how: 'settle' | 'keep' | 'undo';
  /** Take the lock over: it is usually our own, left by the interruption. Only when the operator asked for it. */
  readonly breakLock: LockBreak;
  readonly force?: boolean;
}

export interface RecoverReport {
  readonly result: 'settled' | 'incomplete';
  readonly items: readonly RecoverItem[];
}

/** Errors mean that nothing was begun (HOST_LOCKED, NOT_FOUND, the connection's); afterwards the report tells. */
export async function recoverHost(
  request: RecoverRequest,
  parts: EngineParts,
  signal?: AbortSignal,
  events: EngineEvents = noEvents,
): Promise<Result<RecoverReport>> {
  const entries = await parts.journal.read(request.hostId);
  if (!entries.ok) {
    return entries;
  }
  const histories = stepHistories(entries.value);
  const interrupted = open(histories);
  const owed = owedRestarts(entries.value);
  if (interrupted.length === 0 && owed.length === 0) {
    await dropUndone(request.hostId, histories, request.breakLock, parts, signal);
    return fail(
      appError('NOT_FOUND', 'No work was interrupted on this host.', 'Nothing needs to be done.', {
        hostState: 'unchanged',
      }),
    );
  }
  const session = await parts.sessions.open(request.hostId, signal);
  if (!session.ok) {
    return session;
  }
  const work = new HostWork(session.value, parts);
  const looked: RecoverItem[] = [];
  const peers: Peer[] = [];
  try {
    const begun = await work.begin('recover', request.breakLock, signal);
    if (!begun.ok) {
      return begun;
    }
    const options = { reason: 'interrupted', force: request.force === true, restartSteps: 'now' } as const;
    const hostIds = peerHosts(request.hostId, interrupted, parts.kinds);
    const wish = { hostIds, what: 'recover', options };
    // Taking back does not wait for a host that is lost; whether all is in place cannot be told without it.
    const withoutLost = request.how === 'undo';
    const opened = await openPeers({ ...wish, withoutLost }, peers, parts, events, signal);
    if (!opened.ok) {
      return opened;
    }
    const undoing = new Undoing(work, parts, events, { ...options, histories, owed });
    for (const history of interrupted) {
      if (signal?.aborted === true) {
        undoing.leave(history, 'Not begun.');
        continue;
      }
      if (request.how !== 'undo' && history.undoIntent === undefined) {
        const { planId, stepId, title } = history.intent;
        const evenLacking = request.how === 'keep';
        const kept = await keepIfInPlace({ history, work, evenLacking }, peers, parts, events);
        if (!kept.ok) {
          looked.push({
            planId,
            stepId,
            title,
            result: 'failed',
            note: kept.error.message,
            error: shown(kept.error),
            ...(kept.error.code === 'VERIFY_FAILED' ? { mayKeep: true as const } : {}),
          });
          continue;
        }
        if (kept.value.length > 0) {
          looked.push(...kept.value);
          continue;
        }
      }
      if (isTogether(history, parts.kinds)) {
        await undoTogether(history, { hostId: request.hostId, undoing }, peers, 'who-can');
        looked.push(...leftOpen(history, opened.value));
      } else {
        await undoing.undoRestart(history, changedFor(history, histories, entries.value));
      }
    }
    looked.push(...(await settleRestarts(request, undoing, parts, signal)));
    const undone = [...(await undoing.finish()), ...(await finishPeers(peers))];
    // Asked what is there, it turned out to stay: that settles it. Who asked for it to go has not got that.
    const settled = undone.map(
      (item): RecoverItem =>
        request.how !== 'undo' && item.stays === true ? { ...item, result: 'kept' } : item,
    );
    const items = [...looked, ...settled];
    await dropFromHost(work.session, ...undoneTags(histories));
    const complete = items.every((item) => item.result === 'kept' || item.result === 'undone');
    return succeed({ result: complete ? 'settled' : 'incomplete', items });
  } finally {
    for (const one of [work, ...peers.map((peer) => peer.work)]) {
      await one.end();
    }
  }
}
