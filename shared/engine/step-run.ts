/** One step while it runs: what it works with, how it ends, and how that is journalled. */
import type { Change, ChangeOf } from '../domain/change.ts';
import { type AppError, appError } from '../domain/error.ts';
import type { JournalDraft } from '../domain/journal.ts';
import type { Step } from '../domain/plan.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import type { ChangeContext, ChangeKind, Mark } from './change-kind.ts';
import { dropFromHost, sealOnHost } from './hand-undo/kit.ts';
import type { HostWork } from './host-work.ts';
import { changeContext, type EngineEvents, type EngineParts, shown, tagOf } from './parts.ts';
import type { Together } from './together/meeting.ts';

export type StepEnd =
  | { readonly state: 'nothing-to-do'; readonly note: string }
  /** `stops`: it is done and stays, and no other step may follow. */
  | { readonly state: 'done'; readonly note: string; readonly stops?: AppError }
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
  /** What the plan restarts afterwards so that this step takes effect: owed from before it changes anything. */
  readonly restart?: ChangeOf<'service-restart'> | undefined;
  /** The other hosts on which the same is done at the same time, and on which it goes back at the same time. */
  readonly together?: { readonly there: Together; readonly back: Together } | undefined;
}

export interface Begun {
  readonly change: Change;
  readonly kind: ChangeKind;
  readonly before: Uint8Array;
}

export function contextFor(
  run: StepRun,
  signal: AbortSignal | undefined,
  way: 'there' | 'back' = 'there',
): ChangeContext {
  return changeContext(run.parts, run.work.session, {
    tag: tagOf(run.planId, run.step.id),
    signal,
    progress: run.progress,
    guard: run.events.guard,
    waitLonger: run.events.waitLonger,
    together: run.together?.[way],
  });
}

/** An exception inside a kind is our defect; it becomes an error value here and nowhere else. */
export async function guarded<T>(run: StepRun, act: () => Promise<Result<T>>): Promise<Result<T>> {
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

export function ended(error: AppError, hostState: AppError['hostState'], note: string): StepEnd {
  return {
    state: 'failed',
    note,
    error: shown({ ...error, ...(hostState === undefined ? {} : { hostState }) }),
  };
}

type OutcomeResult = Extract<JournalDraft, { type: 'outcome' }>['result'];

export async function journalOutcome(
  run: StepRun,
  result: OutcomeResult,
  mark: Mark,
  note: string,
  byHand = false,
): Promise<Result<void>> {
  const written = await run.parts.journal.append({
    type: 'outcome',
    hostId: run.work.hostId,
    planId: run.planId,
    stepId: run.step.id,
    result,
    mark,
    note,
    ...(byHand ? { byHand } : {}),
  });
  if (result === 'undone-after-failure') {
    await dropFromHost(run.work.session, tagOf(run.planId, run.step.id));
  }
  return written.ok ? succeed(undefined) : written;
}

/** Completes what the host keeps for taking the step back by hand; false where there is nothing, or it could not be completed. */
export async function sealed(run: StepRun): Promise<boolean> {
  const kept = await sealOnHost(run.work.session, tagOf(run.planId, run.step.id));
  if (!kept.ok) {
    run.parts.log.write('warn', 'What taking back by hand needs is not complete on the host', {
      code: kept.error.code,
    });
  }
  return kept.ok && kept.value;
}
