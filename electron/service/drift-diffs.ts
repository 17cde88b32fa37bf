/** What somebody made of a step since: read anew on the host, so that the operator decides by what is there. */
import type { Diff } from '../../shared/domain/change.ts';
import { succeed } from '../../shared/domain/result.ts';
import { stepHistories } from '../../shared/engine/journal/history.ts';
import { changeContext, kindOf, tagOf } from '../../shared/engine/parts.ts';
import type { RollbackItem } from '../../shared/engine/rollback.ts';
import { changeKinds } from './change-kinds.ts';
import type { ServiceContext } from './context.ts';
import { engineParts } from './engine-work.ts';
import type { OpenWorkspace } from './open-workspace.ts';

/** From what Bulwark left to what is there now; empty where it cannot be read, which asks the question all the same. */
export async function driftDiffs(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  { planId, stepId }: Pick<RollbackItem, 'planId' | 'stepId'>,
  signal: AbortSignal,
): Promise<Diff[]> {
  const entries = await workspace.journal.read(hostId);
  const step = entries.ok
    ? stepHistories(entries.value).findLast(
        ({ intent }) => intent.planId === planId && intent.stepId === stepId,
      )
    : undefined;
  if (step === undefined) return [];
  const { change, beforeImage } = step.intent;
  const kind = kindOf(changeKinds, change);
  const before = kind.drifted === undefined ? undefined : await workspace.blobs.get(beforeImage);
  const looked = await workspace.connections.withSession(hostId, signal, async (session) => {
    const host = changeContext(engineParts(context, workspace), session, {
      tag: tagOf(planId, stepId),
      signal,
    });
    if (before?.ok === true && kind.drifted !== undefined)
      return await kind.drifted(change, before.value, host);
    const inspected = await kind.inspect(change, host);
    // An inspection goes from what is there to what the change wants: here it is read the other way round.
    return inspected.ok
      ? succeed(inspected.value.diffs.map((diff) => ({ ...diff, before: diff.after, after: diff.before })))
      : inspected;
  });
  return looked.ok ? [...looked.value] : [];
}
