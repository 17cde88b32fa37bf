/** Carries out an approved plan: host after host, step after step; the first failure stops the rest, and says where. */
import { type AppError, appError } from '../domain/error.ts';
import type { StepProgress } from '../domain/operation.ts';
import type { Plan, Step } from '../domain/plan.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { Progress } from './apply-progress.ts';
import { whenCancelled } from './cancelled-midway.ts';
import { HostWork } from './host-work.ts';
import type { LockBreak } from './lock.ts';
import { type EngineEvents, type EngineParts, noEvents } from './parts.ts';
import { planDigest } from './plan.ts';
import type { HostWriter } from './ports.ts';
import { type InterruptedStep, interruptedSteps } from './recover.ts';
import { restartStepId } from './restarts-owed.ts';
import { roundsOf } from './together/rounds.ts';
import { runRound } from './together/run-round.ts';

export interface ApplyRequest {
  readonly plan: Plan;
  /** The digest that the operator saw and approved. */
  readonly approvedDigest: string;
  /** Digest of the facts as they are now; must equal the plan's basis. */
  readonly factsDigest: (hostId: string, host: HostWriter, signal?: AbortSignal) => Promise<Result<string>>;
  /** Awaited between two steps: holds the plan for as long as it takes. `alive` shows others that the hosts are still locked on purpose. */
  readonly betweenSteps?: (alive: () => Promise<void>) => Promise<void>;
  /**
   * Asked before each step, or each that several hosts take together: an error leaves it and all that follow.
   * @param alive as in `betweenSteps`
   */
  readonly mayBegin?: (steps: readonly Step[], alive: () => Promise<void>) => Promise<AppError | undefined>;
  /** Asked for each host that somebody else has locked, before any lock is broken: one no leaves all of them. Without it none is broken. */
  readonly mayBreakLock?: (hostId: string, error: AppError) => Promise<boolean>;
  /** How the operator calls a host, for sentences. Default: its id. */
  readonly nameOf?: (hostId: string) => string;
}

export interface ApplyReport {
  readonly result: 'done' | 'failed' | 'cancelled';
  readonly steps: readonly StepProgress[];
  /**
   * Why it did not end in `done`; `hostState` says how the failing step left its host, after a cancel how the plan left it.
   */
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

/** A restart that an earlier plan owed for what it changed, and that this plan makes up for. */
function carriedOut({ hostId, stepId, doing }: InterruptedStep, plan: Plan): boolean {
  return (
    doing === 'applying' &&
    plan.steps.some(
      ({ change, ...step }) =>
        step.hostId === hostId && change.kind === 'service-restart' && restartStepId(change.unit) === stepId,
    )
  );
}

/** What an interruption left open is settled first: a new step could rest on it, or hide it. */
async function nothingOpen(request: ApplyRequest, parts: EngineParts): Promise<Result<void>> {
  const hostIds = [...new Set(request.plan.steps.map((step) => step.hostId))];
  const open = await interruptedSteps(parts.journal, hostIds);
  const first = open.ok ? open.value.find((one) => !carriedOut(one, request.plan)) : undefined;
  if (!open.ok || first === undefined) {
    return open.ok ? succeed(undefined) : open;
  }
  return fail(
    appError(
      'BUSY',
      `Earlier work on ${request.nameOf?.(first.hostId) ?? first.hostId} was interrupted and is not settled yet.`,
      'Look at the banner or the history: verify it or take it back first. Nothing was changed.',
      { hostState: 'unchanged', retryable: true, detail: `${first.title}, since ${first.since}` },
    ),
  );
}

/** The host is as it was planned on. Errors: PLAN_STALE, the connection's. */
async function asPlanned(
  { plan, factsDigest }: ApplyRequest,
  hostId: string,
  host: HostWriter,
  signal?: AbortSignal,
): Promise<Result<void>> {
  const basis = plan.basis.find((one) => one.hostId === hostId);
  if (basis === undefined) {
    return stale(`The plan rests on no assessment of ${hostId}.`);
  }
  const facts = await factsDigest(hostId, host, signal);
  if (!facts.ok) {
    return facts;
  }
  return facts.value === basis.factsDigest
    ? succeed(undefined)
    : stale('The host has changed since the plan was made.');
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
    const session = await parts.sessions.open(hostId, signal);
    if (!session.ok) {
      return session;
    }
    opened.push(new HostWork(session.value, parts));
    const same = await asPlanned(request, hostId, session.value, signal);
    if (!same.ok) {
      return same;
    }
  }
  return succeed(undefined);
}

/** How often a host is asked for anew whose lock went to somebody else while the question stood. */
const rounds = 3;

/** Locks hosts, breaking what was said yes to. Answers which ones somebody else holds. */
async function lockEach(
  works: ReadonlyMap<HostWork, LockBreak>,
  planId: string,
  signal?: AbortSignal,
): Promise<Result<ReadonlyMap<HostWork, AppError>>> {
  const locked = new Map<HostWork, AppError>();
  for (const [work, force] of works) {
    const begun = await work.begin(planId, force, signal);
    if (!begun.ok && (begun.error.code !== 'HOST_LOCKED' || begun.error.lock === undefined)) {
      return begun;
    }
    if (!begun.ok) {
      locked.set(work, begun.error);
    }
  }
  return succeed(locked);
}

/**
 * Locks every host. Other people's locks are broken after all questions are answered with yes, none of them before, and only those that
 * were asked about. An answer may take long, and whoever held the lock worked on meanwhile: then every host is looked at once more.
 */
async function lockHosts(
  request: ApplyRequest,
  works: readonly HostWork[],
  signal?: AbortSignal,
): Promise<Result<void>> {
  let wanted: ReadonlyMap<HostWork, LockBreak> = new Map(works.map((work) => [work, false]));
  for (let round = 0; ; round += 1) {
    const locked = await lockEach(wanted, request.plan.id, signal);
    if (!locked.ok) {
      return locked;
    }
    if (locked.value.size === 0) {
      return round === 0 ? succeed(undefined) : await stillAsPlanned(request, works, signal);
    }
    for (const [work, error] of locked.value) {
      if (round === rounds || (await request.mayBreakLock?.(work.hostId, error)) !== true) {
        return fail(error);
      }
    }
    wanted = new Map([...locked.value].map(([work, error]) => [work, error.lock ?? false]));
  }
}

/** Every host is locked by us and as it was planned on. */
async function stillAsPlanned(
  request: ApplyRequest,
  works: readonly HostWork[],
  signal?: AbortSignal,
): Promise<Result<void>> {
  for (const work of works) {
    const ours = await work.stillOurs();
    const same = ours.ok ? await asPlanned(request, work.hostId, work.session, signal) : ours;
    if (!same.ok) {
      return same;
    }
  }
  return succeed(undefined);
}

/**
 * Applies a plan. An error means that nothing was begun (PLAN_STALE, BUSY where earlier work was interrupted and is not
 * settled, JOURNAL_BROKEN, HOST_LOCKED, CANCELLED, the connection's errors);
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
  const settled = await nothingOpen(request, parts);
  if (!settled.ok) {
    return settled;
  }
  const works: HostWork[] = [];
  const progress = new Progress(plan, parts, events);
  let failure: AppError | undefined;
  try {
    const opened = await openHosts(request, parts, works, signal);
    if (!opened.ok) {
      return opened;
    }
    const locked = await lockHosts(request, works, signal);
    if (!locked.ok) {
      return locked;
    }
    for (const [index, steps] of roundsOf(plan.steps, parts.kinds).entries()) {
      const alive = async () => {
        for (const work of works) {
          await work.stillOurs();
        }
      };
      if (index > 0 && failure === undefined) {
        await request.betweenSteps?.(alive);
      }
      if (failure === undefined && signal?.aborted !== true) {
        failure = await request.mayBegin?.(steps, alive);
      }
      if (failure === undefined && signal?.aborted === true) {
        failure = whenCancelled(plan.steps, progress.all());
      }
      if (failure !== undefined) {
        for (const step of steps) progress.set(step, { state: 'skipped', note: 'Not begun.' });
        continue;
      }
      const error = await runRound({ plan, steps, works, parts, events, progress, signal });
      failure = error?.code === 'CANCELLED' ? whenCancelled(plan.steps, progress.all(), error) : error;
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
