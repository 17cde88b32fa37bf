/**
 * One live change under guard: arm, bring to life, prove access by a fresh connection, make it last, disarm. What fails on
 * the way ends with the old state, put back over the old connection or by the host itself.
 */
import { fail, type Result } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { armGuard, disarmGuard, fallBack, type GuardPlan, proveAccess } from '../guard.ts';
import { guardFolder } from '../guard-scripts.ts';
import { connectionLost } from '../parts.ts';
import type { HostWriter } from '../ports.ts';

export interface GuardedWork {
  readonly guard: GuardPlan;
  /** "Loading the rules" */
  readonly note: string;
  /** Brings the new state to life over the connection at hand. */
  readonly live: () => Promise<Result<void>>;
  /** What makes it last over a reboot, over the fresh connection that proved access. */
  readonly lasting?: (fresh: HostWriter) => Promise<Result<void>>;
}

/**
 * The path that exists while the guard of this step is armed. A write that a broken link delays must not go live after the
 * guard has put the old state back: nothing would take it away again.
 */
export function whileArmed(context: ChangeContext): string {
  return `${guardFolder}/${context.tag}/armed`;
}

/** Seconds of a guard where the change does not name any. */
export const usualGuardSeconds = 60;

/** Errors: GUARD_UNAVAILABLE, GUARD_FIRED, those of `live` and `lasting` with the old state restored, the connection's. */
export async function underGuard(context: ChangeContext, work: GuardedWork): Promise<Result<void>> {
  const { seconds } = work.guard;
  context.progress(`Arming the guard: without proof of access the old state comes back after ${seconds} s`);
  const armed = await armGuard(context, work.guard);
  if (!armed.ok) {
    return armed;
  }
  const guard = armed.value;
  const restored = async (failed: Result<never>): Promise<Result<never>> => {
    const back = await fallBack(context, guard, failed.ok ? '' : failed.error.message);
    return !back.ok && back.error.code === 'GUARD_FIRED' && !failed.ok
      ? fail({ ...failed.error, hostState: 'restored' })
      : back;
  };
  context.progress(work.note);
  const live = await work.live();
  if (!live.ok && !connectionLost(live.error)) {
    return restored(live);
  }
  const proof = await proveAccess(context, guard);
  if (!proof.ok) {
    return fallBack(context, guard, proof.error.message);
  }
  const fresh = proof.value;
  try {
    if (!live.ok) {
      // The link broke on the way: whether the new state is live is not known, so it is not kept.
      return await fallBack(context, guard, live.error.message);
    }
    if (work.lasting !== undefined) {
      context.progress('Access is proven; making the change last', 'verifying');
      const lasting = await work.lasting(fresh);
      if (!lasting.ok) {
        return await restored(lasting);
      }
    }
    const disarmed = await disarmGuard(context, fresh, guard);
    if (disarmed.ok || disarmed.error.code !== 'GUARD_FIRED') {
      return disarmed;
    }
    return await fallBack(context, guard, 'the proof came too late');
  } finally {
    await fresh.close().catch(() => undefined);
  }
}
