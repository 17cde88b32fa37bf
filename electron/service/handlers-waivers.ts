/** Risks that somebody accepts for a while: noted in the host's journal first, then kept in the workspace. */
import type { Handlers } from '../../shared/contract/derive.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result } from '../../shared/domain/result.ts';
import { endProblem, type Waiver, waiverOf } from '../../shared/domain/waiver.ts';
import { systemClock } from '../adapters/system/system.ts';
import type { ServiceContext } from './context.ts';
import { refreshHistory } from './engine-work.ts';
import { noWorkspace, type WorkspaceHolder } from './handlers-workspace.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { done } from './operations.ts';
import { findingById } from './planning.ts';

export function createWaiverHandlers(
  context: ServiceContext,
  holder: WorkspaceHolder,
): Pick<Handlers, 'waiver'> {
  async function keep(
    workspace: OpenWorkspace,
    hostId: string,
    text: string,
    change: (waivers: readonly Waiver[]) => Waiver[],
  ): Promise<Result<Record<string, never>>> {
    const noted = await workspace.journal.append({ type: 'note', hostId, text });
    if (!noted.ok) return noted;
    await workspace.save((file) => ({ ...file, waivers: change(file.waivers) }));
    context.store.set({ waivers: workspace.file().waivers });
    await refreshHistory(context, workspace, hostId);
    return done;
  }

  return {
    waiver: {
      async accept({ findingId, reason, approver, until }) {
        const workspace = holder.current;
        if (workspace === undefined) return noWorkspace();
        const finding = findingById(context, findingId);
        if (finding === undefined || finding.outcome === 'pass' || finding.outcome === 'not-applicable')
          return fail(
            appError(
              'NOT_FOUND',
              'There is no open finding of that name any more.',
              'Look at the review step again: the host has been assessed anew. Nothing was changed.',
              { hostState: 'unchanged' },
            ),
          );
        const now = systemClock.now();
        const problem = endProblem(until, now);
        if (problem !== undefined)
          return fail(
            appError('INPUT_INVALID', problem, 'Choose another last day. Nothing was changed.', {
              hostState: 'unchanged',
            }),
          );
        const { hostId, title } = finding;
        const waiver = waiverOf(finding, { reason, approver, until }, context.operator, now);
        return await keep(
          workspace,
          hostId,
          `Accepted until ${until} by ${approver}: ${title}. Reason: ${reason}`,
          (waivers) => [...waivers.filter((one) => one.findingId !== findingId), waiver],
        );
      },
      async withdraw({ findingId }) {
        const workspace = holder.current;
        if (workspace === undefined) return noWorkspace();
        const waiver = workspace.file().waivers.find((one) => one.findingId === findingId);
        if (waiver === undefined) return done;
        const title = context.store.get().catalog.find(({ id }) => id === waiver.controlId)?.title;
        return await keep(
          workspace,
          waiver.hostId,
          `No longer accepted: ${title ?? waiver.controlId}. It was accepted until ${waiver.until} by ${waiver.approver}.`,
          (waivers) => waivers.filter((one) => one.findingId !== findingId),
        );
      },
    },
  };
}
