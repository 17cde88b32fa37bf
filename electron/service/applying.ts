/** Carries out the plan that was shown, then looks at the hosts again. */

import { appError } from '../../shared/domain/error.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { fail, type Result } from '../../shared/domain/result.ts';
import { type ApplyReport, applyPlan } from '../../shared/engine/apply.ts';
import { assessHost, currentFactsDigest } from './assessing.ts';
import { clientsTrustFirst } from './clients-question.ts';
import type { ServiceContext } from './context.ts';
import { engineEvents, engineParts, refreshHistory, requireVault } from './engine-work.ts';
import { mayBreakLock } from './lock-question.ts';
import { lookForGuards } from './looking-for-guards.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { OperationHandle } from './operations.ts';

/** Errors: PLAN_STALE, VAULT_LOCKED, BUSY, HOST_LOCKED and what the failing step says. A finished plan leaves basket and screen. */
export async function applyShownPlan(
  context: ServiceContext,
  workspace: OpenWorkspace,
  request: { readonly planId: string; readonly digest: string },
  handle: OperationHandle,
): Promise<Result<ApplyReport>> {
  const { store } = context;
  const plan = store.get().plan;
  if (plan === null || plan.id !== request.planId) {
    return fail(
      appError(
        'PLAN_STALE',
        'That plan is no longer the one on the screen.',
        'Look at the plan again, or make a new one. Nothing was changed.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const vault = await requireVault(workspace);
  if (!vault.ok) return vault;

  const parts = engineParts(context, workspace);
  const events = engineEvents(context);
  let finished = 0;
  const watched = {
    ...events,
    step(progress: Parameters<typeof events.step>[0]) {
      events.step(progress);
      if (progress.finishedAt !== undefined && progress.state !== 'skipped') finished += 1;
      const title = plan.steps.find((step) => step.id === progress.stepId)?.title ?? '';
      handle.doing(progress.note === '' ? title : `${title}: ${progress.note}`, {
        done: Math.min(finished, plan.steps.length),
        all: plan.steps.length,
      });
    },
  };
  store.set({
    steps: plan.steps.map((step) => ({
      planId: plan.id,
      stepId: step.id,
      state: 'waiting' as const,
      note: '',
    })),
  });
  handle.doing('Checking that the hosts are still as they were planned on', {
    done: 0,
    all: plan.steps.length,
  });

  const applied = await applyPlan(
    {
      plan,
      approvedDigest: request.digest,
      mayBreakLock: (hostId, error) => mayBreakLock(context, workspace, hostId, error, handle.signal),
      mayBegin: clientsTrustFirst(context, workspace, plan, handle.signal),
      betweenSteps: (alive) => handle.betweenSteps(alive),
      nameOf: (hostId) => workspace.host(hostId)?.name ?? hostId,
      factsDigest: (hostId, _host, signal) => currentFactsDigest(workspace, hostId, signal),
    },
    parts,
    handle.signal,
    watched,
  );

  await afterWork(
    context,
    workspace,
    [...new Set(plan.steps.map((step) => step.hostId))],
    handle,
    applied.ok,
  );
  if (!applied.ok) {
    store.set({ steps: [] });
    return applied;
  }
  if (applied.value.result === 'done') await forgetPlan(context, workspace, plan);
  if (applied.value.error !== undefined) return fail(applied.value.error);
  context.notice(
    'success',
    `Bulwark did what was planned: ${counted(plan.steps.filter((step) => !step.nothingToDo).length)} made and read back.`,
  );
  return applied;
}

/** The findings of a finished plan leave the basket; the plan itself stays on the screen until the next one. */
async function forgetPlan(context: ServiceContext, workspace: OpenWorkspace, plan: Plan): Promise<void> {
  const served = new Set(
    plan.steps.flatMap((step) => step.controls.map((control) => `${step.hostId}/${control}`)),
  );
  const basket = workspace.file().basket.filter((item) => !served.has(item.findingId));
  await workspace.save((file) => ({ ...file, basket, plan: null }));
  context.store.set({ basket });
}

/** History, vault names and a new assessment, also after a failure: the operator must see what is there now. */
export async function afterWork(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostIds: readonly string[],
  handle: OperationHandle,
  touched: boolean,
): Promise<void> {
  for (const hostId of hostIds) await refreshHistory(context, workspace, hostId);
  await workspace.refreshVault();
  context.store.set({
    guards: context.store
      .get()
      .guards.filter((guard) => !hostIds.includes(guard.hostId) || guard.state === 'fired'),
  });
  for (const hostId of hostIds) await lookForGuards(context, workspace, hostId);
  if (!touched || handle.signal.aborted) return;
  for (const hostId of hostIds) {
    handle.doing(`Assessing ${workspace.host(hostId)?.name ?? hostId} again`);
    const assessed = await assessHost(context, workspace, hostId, handle.signal);
    if (!assessed.ok) context.log.write('warn', 'assessing again failed', { code: assessed.error.code });
  }
}

function counted(changes: number): string {
  return changes === 1 ? '1 change' : `${changes} changes`;
}
