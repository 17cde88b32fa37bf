/**
 * Brings one state of the firewall to life under guard: live first, proof by a fresh connection, and only then what makes it
 * last over a reboot. A host that goes down in between comes up with the old rules.
 */
import { fail, type Result } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { armGuard, disarmGuard, fallBack, proveAccess } from '../../guard.ts';
import { connectionLost } from '../../parts.ts';
import { whileArmed } from '../under-guard.ts';
import type { Backend } from './backend.ts';
import { digestOf } from './lasting.ts';
import type { FirewallState } from './state.ts';

/**
 * From one state to another with proof of access in between. Errors: GUARD_UNAVAILABLE, GUARD_FIRED, FILE_CHANGED_UNDERNEATH
 * (nothing of the change is left, and somebody else's edit is), the connection's.
 */
export async function goLive(
  backend: Backend,
  context: ChangeContext,
  from: FirewallState,
  to: FirewallState,
  seconds: number,
): Promise<Result<void>> {
  context.progress(`Arming the guard: without proof of access the old rules come back after ${seconds} s`);
  const plan = backend.guard(from, to);
  const save = plan.save.flatMap((one) => {
    const file = to.files.find(({ path }) => path === one.path);
    return file === undefined ? [] : [{ ...one, writes: digestOf(file, context) }];
  });
  const armed = await armGuard(context, { seconds, ...plan, save });
  if (!armed.ok) {
    return armed;
  }
  const guard = armed.value;
  context.progress('Loading the rules');
  const loaded = await backend.goLive(context.host, from, to, whileArmed(context));
  if (!loaded.ok && !connectionLost(loaded.error)) {
    return fallBack(context, guard, loaded.error.message);
  }
  const proof = await proveAccess(context, guard);
  if (!proof.ok) {
    return fallBack(context, guard, proof.error.message);
  }
  const fresh = proof.value;
  try {
    if (!loaded.ok) {
      // The link broke while the rules were being sent: whether they are live is not known, so they are not kept.
      return await fallBack(context, guard, loaded.error.message);
    }
    context.progress('Access is proven; making the rules last', 'verifying');
    const lasting = await backend.makeLasting(fresh, context, from, to, whileArmed(context));
    if (!lasting.ok) {
      const back = await fallBack(context, guard, lasting.error.message);
      // Such a refusal comes before the first file is written.
      return !back.ok && back.error.code === 'GUARD_FIRED' && lasting.error.code === 'FILE_CHANGED_UNDERNEATH'
        ? fail({ ...lasting.error, hostState: 'unchanged' })
        : back;
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
