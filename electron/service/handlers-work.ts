/** Long work of the contract: each call answers with an operation's id; the result arrives in the state. */
import type { Handlers } from '../../shared/contract/derive.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { RollbackScope } from '../../shared/engine/rollback.ts';
import { systemClock } from '../adapters/system/system.ts';
import { applyShownPlan } from './applying.ts';
import { assessHosts } from './assessing.ts';
import { busyWith } from './busy.ts';
import type { ServiceContext } from './context.ts';
import { noWorkspace, type WorkspaceHolder } from './handlers-workspace.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { done, type OperationHandle } from './operations.ts';
import { type BasketItem, findingById, makePlan } from './planning.ts';
import { exportWorkspaceReport } from './reporting.ts';
import { rotationOrder } from './rotating.ts';
import { settleInterrupted, undo, undoEverything } from './undoing.ts';
import { verifyFiles } from './verifying.ts';

type WindowScope = Parameters<Handlers['rollback']['start']>[0]['scope'];

function engineScope(scope: WindowScope): RollbackScope {
  switch (scope.type) {
    case 'step':
      return { of: 'step', planId: scope.planId, stepId: scope.stepId };
    case 'plan':
      return { of: 'plan', planId: scope.planId };
    case 'finding':
      return { of: 'finding', controlId: scope.controlId };
    case 'host':
      return { of: 'host' };
  }
}

export function createWorkHandlers(
  context: ServiceContext,
  holder: WorkspaceHolder,
): Pick<Handlers, 'assess' | 'plan' | 'apply' | 'rollback' | 'report' | 'operation'> {
  const { store, operations } = context;

  async function start(
    kind: Operation['kind'],
    title: string,
    hostId: string | undefined,
    work: (workspace: OpenWorkspace, handle: OperationHandle) => Promise<Result<unknown>>,
    alone = true,
  ): Promise<Result<{ operationId: string }>> {
    const workspace = holder.current;
    if (workspace === undefined) return noWorkspace();
    const occupied = alone ? busyWith(store) : undefined;
    if (occupied !== undefined) return occupied;
    return succeed({
      operationId: operations.start(kind, title, hostId, async (handle) => await work(workspace, handle)),
    });
  }

  async function setBasket(
    change: (basket: readonly BasketItem[]) => BasketItem[],
  ): Promise<Result<Record<string, never>>> {
    const workspace = holder.current;
    if (workspace === undefined) return noWorkspace();
    const basket = change(workspace.file().basket);
    await workspace.save((file) => ({ ...file, basket }));
    store.set({ basket });
    return done;
  }

  function itemFor(findingId: string, choices: Readonly<Record<string, string>>): Result<BasketItem> {
    const finding = findingById(context, findingId);
    if (finding === undefined)
      return fail(
        appError(
          'NOT_FOUND',
          'That finding is no longer there.',
          'Look at the review step again: the host has been assessed anew.',
        ),
      );
    return succeed({
      findingId,
      hostId: finding.hostId,
      controlId: finding.controlId,
      choices: { ...choices },
    });
  }

  return {
    assess: {
      start: async ({ hostIds }) =>
        await start(
          'assess',
          hostIds.length === 1
            ? `Assess ${holder.current?.host(hostIds[0] ?? '')?.name ?? 'the host'}`
            : `Assess ${hostIds.length} hosts`,
          undefined,
          (workspace, handle) => assessHosts(context, workspace, hostIds, handle),
        ),
    },
    plan: {
      async add({ findingId, choices }) {
        const item = itemFor(findingId, choices);
        return item.ok
          ? await setBasket((basket) => [
              ...basket.filter((entry) => entry.findingId !== findingId),
              item.value,
            ])
          : item;
      },
      remove: async ({ findingId }) =>
        await setBasket((basket) => basket.filter((entry) => entry.findingId !== findingId)),
      make: async () =>
        await start('plan', 'Make the plan', undefined, (workspace, handle) =>
          makePlan(context, workspace, workspace.file().basket, handle),
        ),
      async fixNow({ findingId, choices }) {
        const item = itemFor(findingId, choices);
        if (!item.ok) return item;
        return await start('plan', 'Plan one fix', item.value.hostId, (workspace, handle) =>
          makePlan(context, workspace, [item.value], handle),
        );
      },
      rotate: async ({ hostId, user }) =>
        await start('plan', `Plan a new password for ${user}`, hostId, (workspace, handle) =>
          makePlan(context, workspace, [], handle, rotationOrder(hostId, [user], systemClock.now())),
        ),
      renew: async ({ hostIds }) =>
        await start('plan', 'Plan new certificates', undefined, (workspace, handle) =>
          makePlan(context, workspace, [], handle, { type: 'renew', hostIds, choices: {} }),
        ),
      replaceAuthority: async ({ hostIds }) =>
        await start('plan', 'Plan to replace the authority', undefined, (workspace, handle) =>
          makePlan(context, workspace, [], handle, { type: 'replace-authority', hostIds, choices: {} }),
        ),
      async discard() {
        const occupied = busyWith(store);
        if (occupied !== undefined) return occupied;
        await holder.current?.save((file) => ({ ...file, plan: null }));
        store.set({ plan: null, steps: [] });
        return done;
      },
    },
    apply: {
      start: async (request) =>
        await start('apply', 'Apply the plan', undefined, (workspace, handle) =>
          applyShownPlan(context, workspace, request, handle),
        ),
    },
    rollback: {
      start: async ({ hostId, scope }) =>
        await start(
          'rollback',
          `Undo on ${holder.current?.host(hostId)?.name ?? hostId}`,
          hostId,
          (workspace, handle) =>
            undo(
              context,
              workspace,
              {
                hostId,
                scope: engineScope(scope),
              },
              handle,
            ),
        ),
      everything: async () =>
        await start('rollback', 'Undo on every host', undefined, (workspace, handle) =>
          undoEverything(context, workspace, handle),
        ),
      recover: async ({ hostId, choice }) =>
        await start(
          'recover',
          `Settle interrupted work on ${holder.current?.host(hostId)?.name ?? hostId}`,
          hostId,
          (workspace, handle) => settleInterrupted(context, workspace, { hostId, choice }, handle),
        ),
    },
    report: {
      export: async () =>
        await start(
          'report',
          'Sign and export the report',
          undefined,
          (workspace, handle) => exportWorkspaceReport(context, workspace, handle),
          false,
        ),
      async showFolder() {
        const shown = store.get().report;
        if (shown === null)
          return fail(
            appError('NOT_FOUND', 'Nothing has been exported yet.', 'Sign and export the report first.'),
          );
        await context.desktop.showFolder(shown.folder);
        return done;
      },
      // Verifying needs no workspace: a stranger has none.
      async verify() {
        return succeed({
          operationId: operations.start('verify-report', 'Verify a report', undefined, async () => {
            const path = await context.desktop.chooseReport();
            if (path === null) return succeed(undefined);
            const verified = await verifyFiles([path], undefined);
            if (verified.ok) store.set({ verification: verified.value.shown });
            return verified;
          }),
        });
      },
      async dismissVerification() {
        store.set({ verification: null });
        return done;
      },
    },
    operation: {
      async cancel({ operationId }) {
        operations.cancel(operationId);
        return done;
      },
      async pause({ operationId }) {
        operations.pause(operationId);
        return done;
      },
      async resume({ operationId }) {
        operations.resume(operationId);
        return done;
      },
    },
  };
}
