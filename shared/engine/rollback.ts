/**
 * Rolls back: newest first, only what is still ours. An item that fails or has drifted does not stop the others and is never
 * reported as success; its before-image stays.
 */
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { concernsNode } from './concerns-node.ts';
import { dropFromHost } from './hand-undo/kit.ts';
import { dropUndone, undoneTags } from './hand-undo/undone.ts';
import { HostWork } from './host-work.ts';
import { owedRestarts, type StepHistory, stepHistories } from './journal/history.ts';
import type { LockBreak } from './lock.ts';
import { type EngineEvents, type EngineParts, noEvents } from './parts.ts';
import {
  finishPeers,
  goesBackTogether,
  openPeers,
  type Peer,
  peerHosts,
  roundOf,
  roundsAbove,
  sameStep,
  undoTogether,
} from './together/peers.ts';
import type { RollbackItem } from './undo-step.ts';
import { Undoing } from './undoing.ts';

export type { RollbackItem } from './undo-step.ts';

export type RollbackScope =
  | { readonly of: 'step'; readonly planId: string; readonly stepId: string }
  | { readonly of: 'plan'; readonly planId: string }
  /** What was done for one control on this host: every step that serves it, whomever else it serves. */
  | { readonly of: 'finding'; readonly controlId: string }
  /** @param allHosts everything of the other hosts goes too: what rests there on a step that goes back together need not stay */
  | { readonly of: 'host'; readonly allHosts?: true };

export interface RollbackRequest {
  readonly hostId: string;
  readonly scope: RollbackScope;
  /** Restore the before-image even where somebody else changed it since. */
  readonly force?: boolean;
  readonly breakLock?: LockBreak;
  /** Why, for the journal. */
  readonly reason: string;
}

export interface RollbackReport {
  /** `undone` only when every item is. */
  readonly result: 'undone' | 'incomplete' | 'cancelled';
  /** In the order in which they were undone, restarts included. */
  readonly items: readonly RollbackItem[];
}

function inScope(history: StepHistory, scope: RollbackScope): boolean {
  switch (scope.of) {
    case 'host':
      return true;
    case 'finding':
      return history.intent.controls.includes(scope.controlId);
    case 'plan':
      return history.intent.planId === scope.planId;
    case 'step':
      return history.intent.planId === scope.planId && history.intent.stepId === scope.stepId;
  }
}

/** What a rollback would undo, newest first: for the preview and for the work itself. */
export function rollbackCandidates(
  histories: readonly StepHistory[],
  scope: RollbackScope,
): readonly StepHistory[] {
  return histories.filter((history) => history.standing !== 'undone' && inScope(history, scope)).toReversed();
}

/**
 * Errors mean that nothing was begun: NOT_FOUND (nothing to undo), HOST_LOCKED, JOURNAL_BROKEN, the connection's errors.
 * Afterwards the report tells item by item.
 */
export async function rollBack(
  request: RollbackRequest,
  parts: EngineParts,
  signal?: AbortSignal,
  events: EngineEvents = noEvents,
): Promise<Result<RollbackReport>> {
  const entries = await parts.journal.read(request.hostId);
  if (!entries.ok) {
    return entries;
  }
  const histories = stepHistories(entries.value);
  const candidates = rollbackCandidates(histories, request.scope);
  const owed = request.scope.of === 'host' ? owedRestarts(entries.value) : [];
  if (candidates.length === 0 && owed.length === 0) {
    await dropUndone(request.hostId, histories, request.breakLock ?? false, parts, signal);
    return fail(
      appError('NOT_FOUND', 'There is nothing to roll back.', 'Look at the history of the host.', {
        hostState: 'unchanged',
      }),
    );
  }
  const session = await parts.sessions.open(request.hostId, signal);
  if (!session.ok) {
    return session;
  }
  const work = new HostWork(session.value, parts);
  const peers: Peer[] = [];
  try {
    const begun = await work.begin('rollback', request.breakLock ?? false, signal);
    if (!begun.ok) {
      return begun;
    }
    const options = {
      reason: request.reason,
      force: request.force === true,
      restartSteps: 'once',
    } as const;
    const hostIds = peerHosts(request.hostId, candidates, parts.kinds, 'back');
    const wish = { hostIds, what: 'rollback', options };
    const opened = await openPeers({ ...wish, withoutLost: false }, peers, parts, events, signal);
    if (!opened.ok) {
      return opened;
    }
    const undoing = new Undoing(work, parts, events, { ...options, histories, owed });
    let cancelled = false;
    const cleared = new Set<string>();
    const above = (history: StepHistory) =>
      roundsAbove(history, [histories, ...peers.map((peer) => peer.histories)]);
    for (const history of candidates) {
      cancelled ||= signal?.aborted === true;
      if (cancelled) {
        undoing.leave(history, 'Not begun.');
      } else if (above(history).some((round) => !cleared.has(round))) {
        undoing.leave(
          history,
          'Left in place, because a later round still rests on it, here or on another host.',
        );
      } else if (goesBackTogether(history, parts.kinds)) {
        for (const peer of peers) {
          for (const one of restingOn(history, peer.histories, request.scope)) await peer.undoing.undo(one);
        }
        const round = roundOf(history.intent.change);
        const own = { hostId: request.hostId, undoing };
        if ((await undoTogether(history, own, peers, 'all-or-none')) && round !== undefined)
          cleared.add(round);
      } else {
        await undoing.undo(history);
      }
    }
    // Also after a cancel: what was put back counts only once its service reads it.
    const items = [...(await undoing.finish()), ...(await finishPeers(peers))];
    await dropFromHost(work.session, ...undoneTags(histories));
    const complete = items.every((item) => item.result === 'undone');
    return succeed({ result: complete ? 'undone' : cancelled ? 'cancelled' : 'incomplete', items });
  } finally {
    for (const one of [work, ...peers.map((peer) => peer.work)]) {
      await one.end();
    }
  }
}

/**
 * What rests, on another host, on a step that goes back together, newest first: it goes first. That is of the same plan only,
 * unless everything of that host is to go as well; and what stands alone stays.
 */
export function restingOn(
  history: StepHistory,
  theirs: readonly StepHistory[],
  scope: RollbackScope,
): readonly StepHistory[] {
  const same = sameStep(history, theirs);
  if (same === undefined || scope.of === 'step' || scope.of === 'finding') {
    return [];
  }
  const wanted: RollbackScope =
    scope.of === 'host' && scope.allHosts !== true ? { of: 'plan', planId: history.intent.planId } : scope;
  const later = theirs.slice(theirs.indexOf(same) + 1);
  return rollbackCandidates(later, wanted).filter((one) => concernsNode(one.intent.change));
}
