/** Whether what an interruption left of a step is complete, on all hosts that it was carried out on together; then it is kept. */
import { type Result, succeed } from '../domain/result.ts';
import { sealOnHost } from './hand-undo/kit.ts';
import type { HostWork } from './host-work.ts';
import { isThere } from './is-there.ts';
import type { StepHistory } from './journal/history.ts';
import { sweepLeftovers } from './leftovers.ts';
import { changeContext, type EngineEvents, type EngineParts, kindOf, tagOf } from './parts.ts';
import { allEnded } from './together/all-ended.ts';
import { Meeting, type Together } from './together/meeting.ts';
import { isTogether, type Peer, sameStep } from './together/peers.ts';
import type { RollbackItem } from './undo-step.ts';

export type RecoverItem = Omit<RollbackItem, 'result'> & {
  readonly result: RollbackItem['result'] | 'kept';
  /** With `failed`: it took effect and lacks something, as the error says. Nothing was done; the operator may have it kept. */
  readonly mayKeep?: true;
};

/** Where a step was interrupted, and what is needed to ask the host. */
interface Interrupted {
  readonly history: StepHistory;
  readonly work: HostWork;
  /** The operator says that it is kept even where it lacks something. */
  readonly evenLacking: boolean;
}

async function inPlace(
  { history, work, evenLacking }: Interrupted,
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
  return await isThere(kindOf(parts.kinds, intent.change), intent.change, before.value, context, evenLacking);
}

async function keep({ history, work, evenLacking }: Interrupted, parts: EngineParts): Promise<Result<true>> {
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
    note: evenLacking
      ? 'Interrupted; kept afterwards as asked for.'
      : 'Interrupted; found in place afterwards.',
    ...(byHand.ok && byHand.value ? { byHand: true as const } : {}),
  });
  return written.ok ? succeed(true) : written;
}

function keptItem({ history, evenLacking }: Interrupted): RecoverItem {
  const { planId, stepId, title } = history.intent;
  const note = evenLacking ? 'It is in place and was kept as asked for.' : 'It is completely in place.';
  return { planId, stepId, title, result: 'kept', note };
}

/**
 * What was kept; nothing: it goes back. Errors: VERIFY_FAILED where it took effect and lacks something, those of the connection
 * and the journal.
 */
export async function keepIfInPlace(
  own: Interrupted,
  peers: readonly Peer[],
  parts: EngineParts,
  events: EngineEvents,
): Promise<Result<readonly RecoverItem[]>> {
  if (!isTogether(own.history, parts.kinds)) {
    const there = await inPlace(own, parts, events);
    const kept = there.ok && there.value ? await keep(own, parts) : there;
    return kept.ok ? succeed(kept.value ? [keptItem(own)] : []) : kept;
  }
  const all = [
    own,
    ...peers.flatMap(({ work, histories }) => {
      const history = sameStep(own.history, histories);
      return history === undefined ? [] : [{ work, history, evenLacking: own.evenLacking }];
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
  const failed = looked.filter((one) => !one.ok);
  const lost = failed.find(({ error }) => error.code !== 'VERIFY_FAILED') ?? failed[0];
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
    items.push({ ...keptItem(one), ...(one === own ? {} : { hostId: one.work.hostId }) });
  }
  return succeed(items);
}
