/** The question about a lock that somebody else holds on a host. */
import type { AppError } from '../../shared/domain/error.ts';
import type { Result } from '../../shared/domain/result.ts';
import type { LockBreak } from '../../shared/engine/lock.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';

/** Asks about somebody else's lock; true when the operator wants it broken. */
export async function mayBreakLock(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
  error: AppError,
  signal: AbortSignal,
): Promise<boolean> {
  if (error.code !== 'HOST_LOCKED' || error.lock === undefined) return false;
  const answer = await context.questions.ask(
    {
      type: 'lock',
      hostId,
      hostName: workspace.host(hostId)?.name ?? hostId,
      holder: error.message,
      advice: error.nextStep,
      lock: error.lock,
    },
    signal,
  );
  return answer === 'break-lock';
}

/**
 * Runs what takes a host's lock, and once more for each yes to breaking the lock that stood in the way: only that one is broken, and
 * whoever took the host while the question stood is asked about anew, three times at most.
 */
export async function askingForLock<T>(
  run: (breakLock: LockBreak) => Promise<Result<T>>,
  mayBreak: (error: AppError) => Promise<boolean>,
): Promise<Result<T>> {
  let ran = await run(false);
  for (let round = 0; round < 3 && !ran.ok && (await mayBreak(ran.error)); round += 1)
    ran = await run(ran.error.lock ?? false);
  return ran;
}
