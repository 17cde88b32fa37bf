/** Removes from a host what it still keeps for taking back by hand although all of it was undone: the last answer was lost. */
import { HostWork } from '../host-work.ts';
import type { StepHistory } from '../journal/history.ts';
import type { LockBreak } from '../lock.ts';
import { type EngineParts, tagOf } from '../parts.ts';
import { dropFromHost } from './kit.ts';

/** Names of steps of which nothing is left on the host. */
export function undoneTags(histories: readonly StepHistory[]): readonly string[] {
  const tag = ({ intent }: StepHistory) => tagOf(intent.planId, intent.stepId);
  const standing = new Set(histories.filter((one) => one.standing !== 'undone').map(tag));
  const undone = histories.filter((one) => one.standing === 'undone').map(tag);
  return [...new Set(undone)].filter((one) => !standing.has(one));
}

/** Where there is nothing else to do on the host. What does not work here is left for the next time. */
export async function dropUndone(
  hostId: string,
  histories: readonly StepHistory[],
  breakLock: LockBreak,
  parts: EngineParts,
  signal?: AbortSignal,
): Promise<void> {
  const tags = undoneTags(histories);
  const session = tags.length === 0 ? undefined : await parts.sessions.open(hostId, signal);
  if (session?.ok !== true) {
    return;
  }
  const work = new HostWork(session.value, parts);
  try {
    const begun = await work.begin('rollback', breakLock, signal);
    const dropped = begun.ok ? await dropFromHost(work.session, ...tags) : begun;
    if (!dropped.ok) {
      parts.log.write('warn', 'What the host keeps for taking back by hand could not be removed', {
        code: dropped.error.code,
      });
    }
  } finally {
    await work.end();
  }
}
