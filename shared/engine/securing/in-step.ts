/**
 * Hands a switch to the host, in step with the other nodes of its cluster: all are prepared before any is touched, all are
 * stopped (the elected master last) and have their new configuration in place before any is started. A node that nobody
 * calls goes back by itself, so whoever is cut off in between leaves no cluster that is half one and half the other.
 */
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { peerFailed, type Together } from '../together/meeting.ts';
import { awaitHeld, callHeld, readSwitch } from './standing.ts';
import { beginSwitch, holdSeconds, type Switch } from './switch.ts';

/** `given-up`: another node could not be stopped or prepared; the host puts the old state back. */
export type Begun = 'begun' | 'given-up';

/**
 * @param last whether this node stops when all others are stopped; asked right before
 * Errors: PEER_FAILED (nothing was begun), those of `beginSwitch`.
 */
export async function beginInStep(
  context: ChangeContext,
  wish: Switch,
  last: () => Promise<Result<boolean>> = () => Promise.resolve(succeed(false)),
): Promise<Result<Begun>> {
  const { together } = context;
  if (together === undefined) {
    const begun = await beginSwitch(context, wish);
    return begun.ok ? succeed('begun') : begun;
  }
  if (!(await together.meet('prepared'))) {
    return fail(peerFailed('unchanged'));
  }
  const isLast = await last();
  if (!isLast.ok) {
    together.leave('failed');
    return isLast;
  }
  if (isLast.value) {
    context.progress('Waiting until all other nodes are stopped', 'applying');
    if (!(await together.meet('others-stopped'))) {
      return fail(peerFailed('unchanged'));
    }
  }
  const begun = await beginSwitch(context, { ...wish, hold: true });
  if (!begun.ok) {
    // Those that are stopped need not wait until their hosts give up.
    together.leave('failed');
    return begun;
  }
  return await passHold(context, together);
}

async function passHold(context: ChangeContext, together: Together): Promise<Result<Begun>> {
  // Shorter than a host holds: those that were stopped first are still held when the last one gives up.
  const held = await awaitHeld(context, holdSeconds - 30);
  if (!held.ok || held.value.standing.state !== 'held') {
    // What became of it is found out by whoever waits for the end of the switch; the others must not wait for that.
    together.leave('failed');
    return succeed('begun');
  }
  const live = held.value.context;
  live.progress('The node is stopped; waiting for the others', 'applying');
  const stopped = (await together.meet('others-stopped')) && (await together.meet('all-stopped'));
  // The first may have waited for the last until its host went back by itself: none is started secured beside it.
  const still = await readSwitch(live.host, live.tag);
  const holds = still.ok && still.value.state === 'held';
  if (!holds) {
    together.leave('failed');
  }
  const all = stopped && holds && (await together.meet('still-held'));
  const called = await callHeld(live, all ? 'go-on' : 'give-up');
  if (!called.ok) {
    together.leave('failed');
  }
  return succeed(all ? 'begun' : 'given-up');
}
