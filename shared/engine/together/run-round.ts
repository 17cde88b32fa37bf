/** Steps that are begun at the same time: one, or those of all hosts that are changed together. */
import type { AppError } from '../../domain/error.ts';
import type { Plan, Step } from '../../domain/plan.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { Progress } from '../apply-progress.ts';
import { runStep } from '../apply-step.ts';
import type { HostWork } from '../host-work.ts';
import type { EngineEvents, EngineParts } from '../parts.ts';
import { restartAfter } from '../restart-after.ts';
import { signsOfLife } from '../signs-of-life.ts';
import { undoEarlier } from '../undo-earlier.ts';
import { allEnded } from './all-ended.ts';
import { Meeting } from './meeting.ts';
import { togetherKey } from './rounds.ts';

export interface RoundRun {
  readonly plan: Plan;
  readonly steps: readonly Step[];
  readonly works: readonly HostWork[];
  readonly parts: EngineParts;
  readonly events: EngineEvents;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Every host's lock is still ours before the first of them is touched. */
async function stillOurs(run: RoundRun): Promise<Result<readonly (readonly [Step, HostWork])[]>> {
  const pairs: (readonly [Step, HostWork])[] = [];
  for (const step of run.steps) {
    const work = run.works.find((one) => one.hostId === step.hostId);
    if (work === undefined) {
      continue;
    }
    const held = await work.stillOurs();
    if (!held.ok) {
      run.progress.set(step, { state: 'failed', note: held.error.message, error: held.error });
      return fail(held.error);
    }
    pairs.push([step, work]);
  }
  return succeed(pairs);
}

/** Runs the steps to their ends. Answers why they did not all come to a good one: the reason, not what others made of it. */
export async function runRound(run: RoundRun): Promise<AppError | undefined> {
  const { plan, parts, events, progress } = run;
  const ours = await stillOurs(run);
  if (!ours.ok) {
    for (const step of run.steps) {
      if (progress.of(step)?.state !== 'failed') progress.set(step, { state: 'skipped', note: 'Not begun.' });
    }
    return ours.error;
  }
  const hostIds = ours.value.map(([step]) => step.hostId);
  const alive = signsOfLife(run.works, parts.clock);
  const there = new Meeting(hostIds, 'all-or-none');
  const back = new Meeting(hostIds, 'who-can');
  const ends = await allEnded(
    ours.value.map(async ([step, work]) => {
      const place = { there: there.place(step.hostId), back: back.place(step.hostId) };
      const end = await runStep({
        planId: plan.id,
        planDigest: plan.digest,
        step,
        work,
        parts,
        events,
        signal: run.signal,
        together: togetherKey(parts.kinds, step.change) === undefined ? undefined : place,
        restart: restartAfter(plan, step, parts),
        undoEarlier: () => undoEarlier({ plan, restart: step, work, parts, events, progress }),
        progress: (note, phase) => {
          alive();
          progress.set(step, { note, ...(phase === undefined ? {} : { state: phase }) });
        },
      });
      progress.set(step, {
        state: end.state,
        note: end.note,
        ...(end.state === 'failed' ? { error: end.error } : {}),
      });
      return end;
    }),
  );
  const errors = ends.flatMap((end) =>
    end.state === 'failed' ? [end.error] : end.state === 'done' && end.stops !== undefined ? [end.stops] : [],
  );
  return errors.find((error) => error.code !== 'PEER_FAILED') ?? errors[0];
}
