/** Ends a step that was interrupted after its node had been secured: what carrying it out would have done last. */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import type { AppError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { ChangeContext } from '../change-kind.ts';
import { pinnedDoor } from './secured.ts';
import { endHeld } from './standing.ts';
import { forgetSwitch, startSeconds } from './switch.ts';
import { dropPaths } from './wrapper.ts';

export interface Interrupted {
  readonly install: EsInstall;
  readonly httpCaRef: string;
  /** Paths of this step that hold nothing of the operator's once the node is secured for good. */
  readonly leftovers: readonly string[];
  /** Whether the node is what the step makes of it, with the password that is in the vault. */
  readonly isSecured: (context: ChangeContext) => Promise<Result<boolean>>;
  /** What the step asks of the secured node before it is content. Not asked where the step had come to its end and only its outcome was not written down. */
  readonly check?: (context: ChangeContext) => Promise<Result<void>>;
}

/**
 * A secured node that lacks something of before is neither finished nor taken back by anybody but the operator: hours later
 * indices may be gone because their time was over, and opening the node brings no document back.
 */
export function lacks(error: AppError): AppError {
  return {
    ...error,
    nextStep:
      'Look at the node: it is secured and runs. Keep it if that is as it should be. Taking it back opens it to everybody again and brings no document back, because the data directory was never touched.',
    hostState: 'changed',
  };
}

/** Whether the node holds what it has to; of several nodes, once all of them are up. Errors: what is lacking (VERIFY_FAILED). */
async function holdsAll(
  step: Interrupted,
  context: ChangeContext,
  evenLacking: boolean,
): Promise<Result<boolean>> {
  if (step.check === undefined) {
    return succeed(true);
  }
  if (context.together !== undefined && !(await context.together.meet('up'))) {
    return succeed(false);
  }
  const checked = evenLacking ? succeed(undefined) : await step.check(context);
  if (checked.ok) {
    return succeed(true);
  }
  return checked.error.code === 'VERIFY_FAILED' ? fail(lacks(checked.error)) : checked;
}

/**
 * False: it is to be taken back. A switch that still runs is waited for first: until its end it needs what lies beside the node.
 * Errors: VERIFY_FAILED where the node is secured and lacks something, the connection's, the vault's.
 * @param evenLacking the operator says that it is kept nevertheless
 */
export async function completeSecured(
  step: Interrupted,
  context: ChangeContext,
  evenLacking = false,
): Promise<Result<boolean>> {
  const ended = await endHeld(context, 5 * startSeconds);
  if (!ended.ok) {
    return ended;
  }
  const { standing, context: live } = ended.value;
  if (standing.state !== 'committed' && standing.state !== 'none') {
    return succeed(false);
  }
  const secured = await step.isSecured(live);
  if (!secured.ok || !secured.value) {
    return secured;
  }
  const holds = standing.state === 'committed' ? await holdsAll(step, live, evenLacking) : secured;
  if (!holds.ok || !holds.value) {
    return holds;
  }
  const door = await pinnedDoor(live, step.install);
  const kept = door.ok
    ? await live.secrets.put(
        step.httpCaRef,
        new Secret(door.value.caPem),
        `CA of ${live.host.hostId}'s HTTP certificate`,
      )
    : door;
  const dropped = kept.ok ? await dropPaths(live, step.leftovers, true) : kept;
  const forgotten = dropped.ok ? await forgetSwitch(live.host, live.tag) : dropped;
  return forgotten.ok ? succeed(true) : forgotten;
}
