/** Carries out an approved plan: host after host, step after step; the first failure stops the rest, and says where. */
import { type AppError, appError } from '../domain/error.ts';
import type { StepProgress } from '../domain/operation.ts';
import type { Plan, Step } from '../domain/plan.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { runStep } from './apply-step.ts';
import { HostWork } from './host-work.ts';
import { stepHistories } from './journal/history.ts';
import { type EngineEvents, type EngineParts, noEvents } from './parts.ts';
import { planDigest } from './plan.ts';
import type { HostWriter } from './ports.ts';
import { undoStep } from './undo-step.ts';

export interface ApplyRequest {
  readonly plan: Plan;
  /** The digest that the operator saw and approved. */
  readonly approvedDigest: string;
  /** Digest of the facts as they are now; must equal the plan's basis. */
  readonly factsDigest: (hostId: string, host: HostWriter, signal?: AbortSignal) => Promise<Result<string>>;
  /** Break the lock of somebody else: only when the operator asked for exactly that. */
  readonly breakLock?: boolean;
}

export interface ApplyReport {
  readonly result: 'done' | 'failed' | 'cancelled';
  readonly steps: readonly StepProgress[];
  /** Why it did not end in `done`; `hostState` says how the failing step left its host. */
  readonly error?: AppError;
}

function stale(message: string): Result<never> {
  return fail(
    appError('PLAN_STALE', message, 'Assess again and make a new plan.', {
      hostState: 'unchanged',
      retryable: false,
    }),
  );
}

function cancelled(): AppError {
  return appError(
    'CANCELLED',
    'Cancelled. Finished steps stay; the rest was not begun.',
    'Go on with a new plan, or roll back.',
  );
}

class Progress {
  readonly #states = new Map<string, StepProgress>();
  readonly #parts: EngineParts;
  readonly #events: EngineEvents;

  constructor(plan: Plan, parts: EngineParts, events: EngineEvents) {
    this.#parts = parts;
    this.#events = events;
    for (const step of plan.steps) {
      this.#states.set(step.id, { planId: plan.id, stepId: step.id, state: 'waiting', note: '' });
    }
  }

  set(step: Step, change: Partial<StepProgress>): void {
    const known = this.#states.get(step.id);
    if (known === undefined) {
      return;
    }
    const at = new Date(this.#parts.clock.now()).toISOString();
    const next: StepProgress = {
      ...known,
      ...change,
      ...(known.startedAt === undefined && change.state !== 'skipped' ? { startedAt: at } : {}),
      ...(['done', 'nothing-to-do', 'failed', 'skipped'].includes(change.state ?? '')
        ? { finishedAt: at }
        : {}),
    };
    this.#states.set(step.id, next);
    this.#events.step(next);
  }

  all(): readonly StepProgress[] {
    return [...this.#states.values()];
  }
}

/** Opens every host and checks that it is still as it was planned on, before the first one is touched. */
async function openHosts(
  request: ApplyRequest,
  parts: EngineParts,
  opened: HostWork[],
  signal?: AbortSignal,
): Promise<Result<void>> {
  const { plan } = request;
  for (const hostId of new Set(plan.steps.map((step) => step.hostId))) {
    const basis = plan.basis.find((one) => one.hostId === hostId);
    if (basis === undefined) {
      return stale(`The plan rests on no assessment of ${hostId}.`);
    }
    const session = await parts.sessions.open(hostId, signal);
    if (!session.ok) {
      return session;
    }
    opened.push(new HostWork(session.value, parts));
    const facts = await request.factsDigest(hostId, session.value, signal);
    if (!facts.ok) {
      return facts;
    }
    if (facts.value !== basis.factsDigest) {
      return stale('The host has changed since the plan was made.');
    }
  }
  return succeed(undefined);
}

/**
 * Undoes, newest first, what the steps before a restart did on its host. A new account stays: it harms nothing, and its
 * service may still be ending.
 */
async function undoEarlier(
  plan: Plan,
  restart: Step,
  work: HostWork,
  parts: EngineParts,
  events: EngineEvents,
  progress: Progress,
): Promise<boolean> {
  const entries = await parts.journal.read(work.hostId);
  if (!entries.ok) {
    return false;
  }
  const mine = stepHistories(entries.value).filter(
    ({ intent, standing }) =>
      intent.planId === plan.id &&
      intent.stepId !== restart.id &&
      standing === 'applied' &&
      intent.change.kind !== 'account',
  );
  let complete = true;
  for (const history of mine.toReversed()) {
    const reason = `${restart.title} did not work`;
    const undone = await undoStep({
      history,
      work,
      parts,
      events,
      reason,
      force: false,
      restartLater: false,
    });
    complete &&= undone.result === 'undone';
    const step = plan.steps.find((one) => one.id === history.intent.stepId);
    if (step !== undefined) {
      progress.set(step, {
        state: undone.result,
        note: undone.note,
        ...(undone.error === undefined ? {} : { error: undone.error }),
      });
    }
  }
  return complete;
}

/**
 * Applies a plan. An error means that nothing was begun (PLAN_STALE, HOST_LOCKED, CANCELLED, the connection's errors);
 * once the first step has begun, what happened is in the report.
 */
export async function applyPlan(
  request: ApplyRequest,
  parts: EngineParts,
  signal?: AbortSignal,
  events: EngineEvents = noEvents,
): Promise<Result<ApplyReport>> {
  const { plan } = request;
  if (request.approvedDigest !== plan.digest || planDigest(plan.steps, parts.digest) !== plan.digest) {
    return stale('The plan is not the one that was approved.');
  }
  const works: HostWork[] = [];
  const progress = new Progress(plan, parts, events);
  let failure: AppError | undefined;
  try {
    const opened = await openHosts(request, parts, works, signal);
    if (!opened.ok) {
      return opened;
    }
    for (const work of works) {
      const begun = await work.begin(plan.id, request.breakLock === true, signal);
      if (!begun.ok) {
        return begun;
      }
    }
    for (const step of plan.steps) {
      const work = works.find((one) => one.hostId === step.hostId);
      if (failure === undefined && signal?.aborted === true) {
        failure = cancelled();
      }
      if (failure !== undefined || work === undefined) {
        progress.set(step, { state: 'skipped', note: 'Not begun.' });
        continue;
      }
      const held = await work.stillOurs();
      if (!held.ok) {
        failure = held.error;
        progress.set(step, { state: 'failed', note: held.error.message, error: held.error });
        continue;
      }
      const end = await runStep({
        planId: plan.id,
        planDigest: plan.digest,
        step,
        work,
        parts,
        events,
        signal,
        undoEarlier: () => undoEarlier(plan, step, work, parts, events, progress),
        progress: (note, phase) =>
          progress.set(step, { note, ...(phase === undefined ? {} : { state: phase }) }),
      });
      progress.set(step, {
        state: end.state,
        note: end.note,
        ...(end.state === 'failed' ? { error: end.error } : {}),
      });
      if (end.state === 'failed') {
        failure = end.error;
      }
    }
  } finally {
    for (const work of works) {
      await work.end();
    }
  }
  return succeed({
    result: failure === undefined ? 'done' : failure.code === 'CANCELLED' ? 'cancelled' : 'failed',
    steps: progress.all(),
    ...(failure === undefined ? {} : { error: failure }),
  });
}
