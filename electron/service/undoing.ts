/** Takes back: one step, one plan, everything of a host; and settles what a crash interrupted. */
import { type AppError, appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { LockBreak } from '../../shared/engine/lock.ts';
import type { EngineEvents } from '../../shared/engine/parts.ts';
import { type RecoverReport, type RecoverRequest, recoverHost } from '../../shared/engine/recover.ts';
import { type RollbackReport, type RollbackScope, rollBack } from '../../shared/engine/rollback.ts';
import { afterWork } from './applying.ts';
import type { ServiceContext } from './context.ts';
import { driftDiffs } from './drift-diffs.ts';
import { engineEvents, engineParts, requireVault } from './engine-work.ts';
import { askingForLock, mayBreakLock } from './lock-question.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';

export interface UndoRequest {
  readonly hostId: string;
  readonly scope: RollbackScope;
  readonly force?: boolean;
  /** For the headless entry point, which has nobody to ask. */
  readonly neverAsk?: boolean;
}

export async function undo(
  context: ServiceContext,
  workspace: OpenWorkspace,
  request: UndoRequest,
  handle: OperationHandle,
): Promise<Result<RollbackReport>> {
  const vault = await requireVault(workspace);
  if (!vault.ok) return vault;
  const parts = engineParts(context, workspace);
  const events = undoEvents(context, request.hostId, handle);
  handle.doing('Taking back, newest first');
  const run = async (
    scope: RollbackScope,
    more: { force?: boolean; breakLock?: LockBreak; hostId?: string },
  ): Promise<Result<RollbackReport>> =>
    await rollBack(
      { hostId: request.hostId, scope, reason: 'asked for by the operator', ...more },
      parts,
      handle.signal,
      events,
    );

  const undone = await askingForLock(
    (breakLock) => run(request.scope, { force: request.force === true, breakLock }),
    async (error) =>
      request.neverAsk !== true &&
      (await mayBreakLock(context, workspace, request.hostId, error, handle.signal)),
  );
  if (!undone.ok) return undone;

  let report = undone.value;
  if (request.neverAsk !== true)
    report = await settleDrift(context, workspace, request.hostId, report, request.scope, run, handle);
  await afterWork(context, workspace, hostsOf(request.hostId, report.items), handle, true);
  const problems = report.items.filter((item) => item.result !== 'undone');
  if (report.result === 'cancelled') {
    const done = report.items.length - problems.length;
    return fail(
      appError(
        'CANCELLED',
        `Cancelled. ${done === 0 ? 'Nothing was' : `${done} of ${report.items.length} items were`} taken back; the others stand as they stood.`,
        'Roll back again for the rest.',
        { hostState: done === 0 ? 'unchanged' : 'changed' },
      ),
    );
  }
  if (problems.length > 0) {
    const first = problems[0];
    return fail(
      first?.error ??
        appError(
          'DRIFT',
          `${problems.length} of ${report.items.length} items were not taken back.`,
          'Look at the history: each one says why, and keeps what is needed to take it back later.',
          {
            hostState: 'changed',
            detail: problems.map((item) => `${item.title}: ${item.note}`).join('\n'),
          },
        ),
    );
  }
  context.notice(
    'success',
    `Bulwark took back ${report.items.length} ${report.items.length === 1 ? 'step' : 'steps'}.`,
  );
  return succeed(report);
}

/** The engine's own, and every step told by its title as it is worked on. */
function undoEvents(context: ServiceContext, hostId: string, handle: OperationHandle): EngineEvents {
  const events = engineEvents(context);
  const history = context.store.get().hosts.find((state) => state.host.id === hostId)?.history ?? [];
  return {
    ...events,
    step(progress) {
      events.step(progress);
      if (progress.state !== 'undoing') return;
      const title = history.find(
        ({ planId, stepId }) => planId === progress.planId && stepId === progress.stepId,
      )?.title;
      handle.doing(title === undefined ? progress.note : `${title}: ${progress.note}`);
    },
  };
}

/** What was done on several hosts together went back on all of them. */
function hostsOf(hostId: string, items: readonly { readonly hostId?: string }[]): readonly string[] {
  return [...new Set([hostId, ...items.flatMap((item) => item.hostId ?? [])])];
}

/** Host after host, each as far as it goes: one that cannot be reached must not keep the others open. */
export async function undoEverything(
  context: ServiceContext,
  workspace: OpenWorkspace,
  handle: OperationHandle,
): Promise<Result<void>> {
  const hosts = context.store
    .get()
    .hosts.filter((host) => host.history.some((item) => item.canUndo) || host.interrupted.length > 0);
  const failures: { readonly name: string; readonly error: AppError }[] = [];
  for (const [index, { host }] of hosts.entries()) {
    if (handle.signal.aborted)
      return fail(
        appError(
          'CANCELLED',
          `Cancelled. ${index} of ${hosts.length} hosts were gone through; on the others nothing was changed.`,
          'Roll back again for the rest.',
          { hostState: index === 0 ? 'unchanged' : 'changed' },
        ),
      );
    const now = context.store.get().hosts.find((one) => one.host.id === host.id);
    // What it did together with an earlier host went back with that one.
    if (now?.history.every((item) => !item.canUndo) === true && now.interrupted.length === 0) continue;
    const undone = await undo(
      context,
      workspace,
      { hostId: host.id, scope: { of: 'host', allHosts: true } },
      handle,
    );
    if (!undone.ok) failures.push({ name: host.name, error: undone.error });
  }
  const [first] = failures;
  if (first === undefined) return succeed(undefined);
  return fail({
    ...first.error,
    message: `${first.name}: ${first.error.message}${failures.length > 1 ? ` And ${failures.length - 1} more of ${hosts.length} hosts were not taken back completely.` : ''}`,
    hostState: 'changed',
  });
}

/** Somebody changed it since: the operator decides, item by item; what rested on an overwritten one is then taken back too. */
export async function settleDrift(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  first: RollbackReport,
  scope: RollbackScope,
  run: (scope: RollbackScope, more: { force?: boolean; hostId?: string }) => Promise<Result<RollbackReport>>,
  handle: OperationHandle,
): Promise<RollbackReport> {
  let report = first;
  const asked = new Set<string>();
  for (;;) {
    const item = report.items.find(
      (entry) => entry.result === 'drifted' && !asked.has(`${entry.planId}/${entry.stepId}`),
    );
    if (item === undefined || handle.signal.aborted) return report;
    asked.add(`${item.planId}/${item.stepId}`);
    const answer = await context.questions.ask(
      {
        type: 'drift',
        hostId: item.hostId ?? hostId,
        hostName: workspace.host(item.hostId ?? hostId)?.name ?? hostId,
        stepTitle: item.title,
        detail: item.note,
        diffs: await driftDiffs(context, workspace, item.hostId ?? hostId, item, handle.signal),
      },
      handle.signal,
    );
    if (answer === 'cancel') return report;
    if (answer !== 'overwrite') continue;
    // On the host whose step it is: only its journal knows the step.
    const owner = item.hostId ?? hostId;
    const step = { of: 'step', planId: item.planId, stepId: item.stepId } as const;
    const forced = await run(step, { force: true, hostId: owner });
    if (!forced.ok || forced.value.result !== 'undone') continue;
    const rest = await run(scope, {});
    const taken = forced.value.items.map((entry) => ({ ...entry, hostId: entry.hostId ?? owner }));
    const earlier = [...report.items.filter((entry) => entry.result === 'undone'), ...taken];
    if (rest.ok) report = { result: rest.value.result, items: [...earlier, ...rest.value.items] };
    else if (rest.error.code === 'NOT_FOUND') return { result: 'undone', items: earlier };
    else return report;
  }
}

/** Asks about what took effect and lacks something; true when the operator wants it kept. */
export async function mayKeep(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  { items }: RecoverReport,
  signal: AbortSignal,
): Promise<boolean> {
  const lacking = items.find((item) => item.mayKeep === true);
  if (lacking === undefined || signal.aborted) return false;
  const answer = await context.questions.ask(
    {
      type: 'lacking',
      hostId,
      hostName: workspace.host(hostId)?.name ?? hostId,
      stepTitle: lacking.title,
      detail: lacking.note,
      advice: lacking.error?.nextStep ?? '',
    },
    signal,
  );
  return answer === 'keep';
}

export async function settleInterrupted(
  context: ServiceContext,
  workspace: OpenWorkspace,
  request: { readonly hostId: string; readonly choice: 'verify' | 'revert' },
  handle: OperationHandle,
): Promise<Result<void>> {
  const vault = await requireVault(workspace);
  if (!vault.ok) return vault;
  handle.doing('Asking the host what is there');
  const recover = async (breakLock: LockBreak, how: RecoverRequest['how']) =>
    await recoverHost(
      { hostId: request.hostId, how, breakLock },
      engineParts(context, workspace),
      handle.signal,
      undoEvents(context, request.hostId, handle),
    );
  const settleBy = async (how: RecoverRequest['how']) =>
    await askingForLock(
      (breakLock) => recover(breakLock, how),
      (error) => mayBreakLock(context, workspace, request.hostId, error, handle.signal),
    );
  let settled = await settleBy(request.choice === 'verify' ? 'settle' : 'undo');
  if (settled.ok && (await mayKeep(context, workspace, request.hostId, settled.value, handle.signal)))
    settled = await settleBy('keep');
  const touched = hostsOf(request.hostId, settled.ok ? settled.value.items : []);
  await afterWork(context, workspace, touched, handle, settled.ok);
  if (!settled.ok) return settled;
  if (settled.value.result === 'settled') return succeed(undefined);
  const problem = settled.value.items.find(
    (item) => item.result === 'failed' || item.result === 'drifted' || item.result === 'skipped',
  );
  return fail(
    problem?.error ??
      appError(
        'DRIFT',
        'Not everything that was interrupted could be settled.',
        'Look at the history: each item says why.',
        { hostState: 'unknown' },
      ),
  );
}
