/** The other hosts of a step that was carried out on several at once: it goes back, or is settled, on all of them. */
import type { Change } from '../../domain/change.ts';
import type { RollOver } from '../../domain/changes/certificates.ts';
import { type AppError, appError, type ErrorCode } from '../../domain/error.ts';
import type { JournalEntry } from '../../domain/journal.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeKinds } from '../change-kind.ts';
import { dropFromHost } from '../hand-undo/kit.ts';
import { undoneTags } from '../hand-undo/undone.ts';
import { HostWork } from '../host-work.ts';
import { type StepHistory, stepHistories } from '../journal/history.ts';
import { type EngineEvents, type EngineParts, kindOf, shown } from '../parts.ts';
import type { HostSession } from '../ports.ts';
import type { RollbackItem } from '../undo-step.ts';
import { Undoing, type UndoingOptions } from '../undoing.ts';
import { allEnded } from './all-ended.ts';
import { Meeting } from './meeting.ts';

/** One host of an undoing. */
export interface Peer {
  readonly hostId: string;
  readonly work: HostWork;
  readonly histories: readonly StepHistory[];
  readonly undoing: Undoing;
}

function hostsOf({ intent }: StepHistory, kinds: ChangeKinds): readonly string[] | undefined {
  return kindOf(kinds, intent.change).together?.(intent.change);
}

export function isTogether(history: StepHistory, kinds: ChangeKinds): boolean {
  return hostsOf(history, kinds) !== undefined;
}

function backHostsOf(history: StepHistory, kinds: ChangeKinds): readonly string[] | undefined {
  const { change } = history.intent;
  return hostsOf(history, kinds) ?? kindOf(kinds, change).backTogether?.(change);
}

/** Whether it goes back on all hosts on which it was carried out, at the same time or one after the other. */
export function goesBackTogether(history: StepHistory, kinds: ChangeKinds): boolean {
  return backHostsOf(history, kinds) !== undefined;
}

/** Hosts besides this one on which the steps were carried out too; with `back` also those that only go back with it. */
export function peerHosts(
  hostId: string,
  steps: readonly StepHistory[],
  kinds: ChangeKinds,
  back?: 'back',
): readonly string[] {
  const hosts = steps.flatMap(
    (history) => (back === undefined ? hostsOf(history, kinds) : backHostsOf(history, kinds)) ?? [],
  );
  return [...new Set(hosts)].filter((one) => one !== hostId).toSorted();
}

function rollOverOf(change: Change): RollOver | undefined {
  return change.kind === 'authority-trust' || change.kind === 'certificate-install'
    ? change.rollOver
    : undefined;
}

/** The same word for the same round on every host, also where it was finished by a later plan. */
export function roundOf(change: Change): string | undefined {
  const rollOver = rollOverOf(change);
  return rollOver === undefined ? undefined : `${rollOver.to} ${rollOver.round}`;
}

/** Later rounds that something is left of: while one is there, on whichever host, taking back this one would cut nodes off. */
export function roundsAbove(
  { intent }: StepHistory,
  hosts: readonly (readonly StepHistory[])[],
): readonly string[] {
  const mine = rollOverOf(intent.change);
  return hosts.flat().flatMap(({ intent: { change }, standing }) => {
    const theirs = rollOverOf(change);
    return mine !== undefined && standing !== 'undone' && theirs?.to === mine.to && theirs.round > mine.round
      ? [`${theirs.to} ${theirs.round}`]
      : [];
  });
}

/** The same step on another host, where anything of it is left. */
export function sameStep(
  { intent }: StepHistory,
  histories: readonly StepHistory[],
): StepHistory | undefined {
  const round = roundOf(intent.change);
  return histories.findLast(
    (one) =>
      one.standing !== 'undone' &&
      (round === undefined
        ? one.intent.planId === intent.planId && one.intent.change.kind === intent.change.kind
        : roundOf(one.intent.change) === round),
  );
}

export interface PeersWish {
  readonly hostIds: readonly string[];
  readonly what: string;
  readonly options: Omit<UndoingOptions, 'histories' | 'owed'>;
  /** Go on without a host that cannot be reached: its own work stays open. */
  readonly withoutLost: boolean;
}

/** The network did not bring us there. A host that refuses the login or shows another key is there, and may well be needed. */
const notThere: readonly ErrorCode[] = ['SSH_TIMEOUT', 'SSH_REFUSED', 'SSH_DNS', 'SSH_CONNECTION_LOST'];

/** A host that cannot be reached, and what is open there. */
export interface LostPeer {
  readonly hostId: string;
  readonly histories: readonly StepHistory[];
  readonly error: AppError;
}

/** What is said of a step on the hosts that cannot be reached. */
export function leftOpen(history: StepHistory, lost: readonly LostPeer[]): readonly RollbackItem[] {
  return lost.flatMap(({ hostId, histories, error }) => {
    const theirs = sameStep(history, histories);
    if (theirs === undefined) {
      return [];
    }
    const { planId, stepId, title } = theirs.intent;
    const note = 'Could not be reached; it stays as it is.';
    const message = `One of the hosts could not be reached and stays as it is: ${error.message}`;
    return [
      {
        hostId,
        planId,
        stepId,
        title,
        result: 'skipped',
        note,
        error: shown({ ...error, message }),
      } as const,
    ];
  });
}

/**
 * Opens and locks the other hosts before anything is done. What was opened is in `opened` also when it fails: the caller ends it.
 * Answers which hosts it goes on without. Errors: BUSY (somebody works there), JOURNAL_BROKEN, the connection's; the sentence names the host.
 */
export async function openPeers(
  wish: PeersWish,
  opened: Peer[],
  parts: EngineParts,
  events: EngineEvents,
  signal?: AbortSignal,
): Promise<Result<readonly LostPeer[]>> {
  const lost: LostPeer[] = [];
  for (const hostId of wish.hostIds) {
    const entries: Result<readonly JournalEntry[]> = await parts.journal.read(hostId);
    if (!entries.ok) {
      return entries;
    }
    const session = await parts.sessions.open(hostId, signal);
    if (!session.ok) {
      if (wish.withoutLost && notThere.includes(session.error.code) && signal?.aborted !== true) {
        lost.push({ hostId, histories: stepHistories(entries.value), error: session.error });
        continue;
      }
      return fail(needed(session.error));
    }
    const work = new HostWork(session.value, parts);
    const histories = stepHistories(entries.value);
    const undoing = new Undoing(work, parts, events, { ...wish.options, histories, owed: [] });
    opened.push({ hostId, work, histories, undoing });
    const begun = await work.begin(wish.what, false, signal);
    if (!begun.ok) {
      return fail(
        begun.error.code === 'HOST_LOCKED' ? lockedThere(session.value, begun.error) : needed(begun.error),
      );
    }
  }
  return succeed(lost);
}

/**
 * Not HOST_LOCKED: whoever says that the lock may be broken says it of the host that was asked for, and of no other; so no lock
 * is broken here either.
 */
function lockedThere({ address }: HostSession, error: AppError): AppError {
  return needed({
    ...error,
    code: 'BUSY',
    message: `${address} is locked. ${error.message}`,
    nextStep: `${error.nextStep} To break it, begin from that host.`,
  });
}

function needed(error: AppError): AppError {
  return appError(
    error.code,
    `The step was carried out on several hosts together, and one of the others cannot be worked on: ${error.message}`,
    error.nextStep,
    {
      hostState: 'unchanged',
      retryable: true,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    },
  );
}

/** Takes one step back on this host and on its peers at the same time. True when nothing of it is left on any of them. */
export async function undoTogether(
  history: StepHistory,
  own: Pick<Peer, 'hostId' | 'undoing'>,
  peers: readonly Peer[],
  who: 'all-or-none' | 'who-can',
): Promise<boolean> {
  const taking = [
    { ...own, history },
    ...peers.flatMap((peer) => {
      const theirs = sameStep(history, peer.histories);
      return theirs === undefined ? [] : [{ hostId: peer.hostId, undoing: peer.undoing, history: theirs }];
    }),
  ];
  const meeting = new Meeting(
    taking.map(({ hostId }) => hostId),
    who,
  );
  const ended = await allEnded(
    taking.map(async ({ hostId, undoing, history: step }) => {
      const place = meeting.place(hostId);
      let undone = false;
      try {
        undone = await undoing.undo(step, place);
      } finally {
        place.leave(undone ? 'done' : 'failed');
      }
      return undone;
    }),
  );
  return ended.every((undone) => undone);
}

/** Carries out the restarts that the other hosts owe now; everything that was done there, by host. */
export async function finishPeers(peers: readonly Peer[]): Promise<readonly RollbackItem[]> {
  const items: RollbackItem[] = [];
  for (const { hostId, work, histories, undoing } of peers) {
    items.push(...(await undoing.finish()).map((item) => ({ ...item, hostId })));
    await dropFromHost(work.session, ...undoneTags(histories));
  }
  return items;
}
