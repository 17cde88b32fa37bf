/**
 * Interrupted work: steps whose intent has no outcome, because the app or the connection ended in between, and restarts that
 * an undoing still owes. They are listed at start, and settled by asking the host: what is completely in place is kept,
 * everything else is put back, and the restarts are carried out.
 */
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { dropFromHost, sealOnHost } from './hand-undo/kit.ts';
import { dropUndone, undoneTags } from './hand-undo/undone.ts';
import { HostWork } from './host-work.ts';
import { isThere } from './is-there.ts';
import { owedRestarts, type StepHistory, stepHistories } from './journal/history.ts';
import { sweepLeftovers } from './leftovers.ts';
import type { LockBreak } from './lock.ts';
import {
  changeContext,
  type EngineEvents,
  type EngineParts,
  kindOf,
  noEvents,
  shown,
  tagOf,
} from './parts.ts';
import type { Journal } from './ports.ts';
import { restartStepId } from './restarts-owed.ts';
import { allEnded } from './together/all-ended.ts';
import { Meeting, type Together } from './together/meeting.ts';
import {
  finishPeers,
  isTogether,
  leftOpen,
  openPeers,
  type Peer,
  peerHosts,
  sameStep,
  undoTogether,
} from './together/peers.ts';
import type { RollbackItem } from './undo-step.ts';
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
    for (const { planId, restart, at } of owedRestarts(entries.value)) {
      found.push({
        hostId,
        planId,
        stepId: restartStepId(restart.unit),
        title: `restart ${restart.unit}`,
        since: at,
        doing: 'undoing',
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
  /** `settle`: keep what is in place, put back the rest. `undo`: put back everything that is open. */
  readonly how: 'settle' | 'undo';
  /** Take the lock over: it is usually our own, left by the interruption. Only when the operator asked for it. */
  readonly breakLock: LockBreak;
  readonly force?: boolean;
}

export type RecoverItem = Omit<RollbackItem, 'result'> & {
  readonly result: RollbackItem['result'] | 'kept';
};

export interface RecoverReport {
  readonly result: 'settled' | 'incomplete';
  readonly items: readonly RecoverItem[];
}

/** Where a step was interrupted, and what is needed to ask the host. */
interface Interrupted {
  readonly history: StepHistory;
  readonly work: HostWork;
}

async function inPlace(
  { history, work }: Interrupted,
  parts: EngineParts,
  events: EngineEvents,
  together?: Together,
): Promise<Result<boolean>> {
  const { intent } = history;
  const before = await parts.blobs.get(intent.beforeImage);
  if (!before.ok) {
    return before;
  }
  const tag = tagOf(intent.planId, intent.stepId);
  const context = changeContext(parts, work.session, { tag, guard: events.guard, together });
  return await isThere(kindOf(parts.kinds, intent.change), intent.change, before.value, context);
}

async function keep({ history, work }: Interrupted, parts: EngineParts): Promise<Result<true>> {
  const { intent } = history;
  const tag = tagOf(intent.planId, intent.stepId);
  await sweepLeftovers(work.session, intent.change, tag);
  const byHand = await sealOnHost(work.session, tag);
  const written = await parts.journal.append({
    type: 'outcome',
    hostId: work.hostId,
    planId: intent.planId,
    stepId: intent.stepId,
    result: 'done',
    mark: {},
    note: 'Interrupted; found in place afterwards.',
    ...(byHand.ok && byHand.value ? { byHand: true as const } : {}),
  });
  return written.ok ? succeed(true) : written;
}

function keptItem({ planId, stepId, title }: StepHistory['intent']): RecoverItem {
  return { planId, stepId, title, result: 'kept', note: 'It is completely in place.' };
}

/** Kept where it is complete, on all hosts that it was carried out on together: what was kept. Nothing: it goes back. */
async function keepIfInPlace(
  own: Interrupted,
  peers: readonly Peer[],
  parts: EngineParts,
  events: EngineEvents,
): Promise<Result<readonly RecoverItem[]>> {
  if (!isTogether(own.history, parts.kinds)) {
    const there = await inPlace(own, parts, events);
    const kept = there.ok && there.value ? await keep(own, parts) : there;
    return kept.ok ? succeed(kept.value ? [keptItem(own.history.intent)] : []) : kept;
  }
  const all = [
    own,
    ...peers.flatMap(({ work, histories }) => {
      const history = sameStep(own.history, histories);
      return history === undefined ? [] : [{ work, history }];
    }),
  ];
  const meeting = new Meeting(
    all.map(({ work }) => work.hostId),
    'all-or-none',
  );
  const looked = await allEnded(
    all.map(async (one) => {
      const place = meeting.place(one.work.hostId);
      let there: Result<boolean> | undefined;
      try {
        there = await inPlace(one, parts, events, place);
        return there;
      } finally {
        place.leave(there?.ok === true && there.value ? 'done' : 'failed');
      }
    }),
  );
  const hosts = kindOf(parts.kinds, own.history.intent.change).together?.(own.history.intent.change) ?? [];
  const lost = looked.find((one) => !one.ok);
  if (lost !== undefined) {
    return lost;
  }
  if (all.length < hosts.length || looked.some((one) => one.ok && !one.value)) {
    return succeed([]);
  }
  const items: RecoverItem[] = [];
  for (const one of all) {
    const kept = one.history.standing === 'applied' ? succeed(true as const) : await keep(one, parts);
    if (!kept.ok) {
      return kept;
    }
    items.push({ ...keptItem(one.history.intent), ...(one === own ? {} : { hostId: one.work.hostId }) });
  }
  return succeed(items);
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
      if (request.how === 'settle' && history.undoIntent === undefined) {
        const { planId, stepId, title } = history.intent;
        const kept = await keepIfInPlace({ history, work }, peers, parts, events);
        if (!kept.ok) {
          looked.push({
            planId,
            stepId,
            title,
            result: 'failed',
            note: kept.error.message,
            error: shown(kept.error),
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
        await undoing.undo(history);
      }
    }
    const undone = [...(await undoing.finish()), ...(await finishPeers(peers))];
    // Asked what is there, it turned out to stay: that settles it. Who asked for it to go has not got that.
    const settled = undone.map(
      (item): RecoverItem =>
        request.how === 'settle' && item.stays === true ? { ...item, result: 'kept' } : item,
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
