/** The password of `elastic` in the vault, before and after the node. */

import { type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { ChangeContext } from '../change-kind.ts';
import { generatePassword } from '../elasticsearch/generate-password.ts';

interface Change {
  readonly elasticPasswordRef: string;
}

const passwordLength = 24;

const aboutStep = (context: ChangeContext) =>
  `Step that made the password of elastic on ${context.host.hostId}`;
const about = (context: ChangeContext) => `Password of elastic on ${context.host.hostId}`;

/** Not the tag itself: what is in the vault is treated as secret wherever it occurs, and the tag is in paths and logs. */
function noteOf(context: ChangeContext, earlier: boolean): Secret {
  return new Secret(`${context.digest.sha256(context.tag)} ${earlier ? 'earlier' : 'none'}`);
}

/**
 * The password is durable in the vault before the host is touched. An earlier one is kept under `/previous`, then `/step`
 * says whose the password is and whether there was an earlier one; only then it is replaced. Wherever this is interrupted,
 * the earlier one is in its place or under `/previous` with `/step` beside it. Nodes of one cluster get the same password.
 * @param given the password where the node gets that of a cluster instead of a new one
 */
export async function newPassword(
  change: Change,
  context: ChangeContext,
  given?: Secret,
): Promise<Result<Secret>> {
  const ref = change.elasticPasswordRef;
  const earlier = await context.secrets.get(ref);
  if (!earlier.ok && earlier.error.code !== 'SECRET_MISSING') {
    return earlier;
  }
  const step = await context.secrets.get(`${ref}/step`);
  if (!step.ok && step.error.code !== 'SECRET_MISSING') {
    return step;
  }
  // Begun by this very step before: what is there now is its own password, the earlier one is kept already.
  const begun = step.ok && [true, false].some((had) => step.value.reveal() === noteOf(context, had).reveal());
  if (!begun) {
    const kept = earlier.ok
      ? await context.secrets.put(
          `${ref}/previous`,
          earlier.value,
          `Earlier password of elastic on ${context.host.hostId}`,
        )
      : succeed(undefined);
    const noted = kept.ok
      ? await context.secrets.put(`${ref}/step`, noteOf(context, earlier.ok), aboutStep(context))
      : kept;
    if (!noted.ok) {
      return noted;
    }
  }
  const make = () => Promise.resolve(given ?? generatePassword(context.random, passwordLength));
  const password = await (context.together?.once('new password of elastic', make) ?? make());
  const put = await context.secrets.put(ref, password, about(context));
  return put.ok ? succeed(password) : put;
}

/**
 * For steps of releases that did not note themselves: called while the node is still as this step secured it, so that its
 * password cannot have been forgotten yet. What another step has noted stays.
 */
export async function adoptPassword(change: Change, context: ChangeContext): Promise<Result<void>> {
  const ref = change.elasticPasswordRef;
  const step = await context.secrets.get(`${ref}/step`);
  if (step.ok || step.error.code !== 'SECRET_MISSING') {
    return step.ok ? succeed(undefined) : step;
  }
  const earlier = await context.secrets.get(`${ref}/previous`);
  if (!earlier.ok && earlier.error.code !== 'SECRET_MISSING') {
    return earlier;
  }
  return await context.secrets.put(`${ref}/step`, noteOf(context, earlier.ok), aboutStep(context));
}

/** Notes that these steps leave for themselves; no secret of the operator's. */
export function isStepNote(ref: string): boolean {
  return ref.startsWith('es/') && ref.endsWith('/step');
}

/**
 * After a step that was taken back on a node which keeps its users: the password it made stays.
 * @param dropEarlier false where it is not known which of the two the node accepts: then both stay
 */
export async function keepPassword(
  change: Change,
  context: ChangeContext,
  dropEarlier: boolean,
): Promise<void> {
  const { secrets } = context;
  const ref = change.elasticPasswordRef;
  const step = await secrets.get(`${ref}/step`);
  const note = step.ok ? step.value.reveal() : undefined;
  const had = [true, false].find((earlier) => note === noteOf(context, earlier).reveal());
  const unnoted = had === undefined ? undefined : await secrets.remove(`${ref}/step`);
  if (unnoted?.ok === true && had === true && dropEarlier) {
    await secrets.remove(`${ref}/previous`);
  }
}

/**
 * Where both were kept, and the node accepts the earlier one: that is what the next step has to be able to bring back, and so
 * it takes its place again before that step keeps another as earlier. Errors: the vault's.
 */
export async function settlePassword(
  change: Change,
  context: ChangeContext,
  accepted: Secret | undefined,
): Promise<Result<void>> {
  const ref = change.elasticPasswordRef;
  const earlier = accepted === undefined ? undefined : await context.secrets.get(`${ref}/previous`);
  if (earlier === undefined || !earlier.ok) {
    return earlier === undefined || earlier.error.code === 'SECRET_MISSING' ? succeed(undefined) : earlier;
  }
  return earlier.value.reveal() === accepted?.reveal()
    ? await context.secrets.put(ref, earlier.value, about(context))
    : succeed(undefined);
}

/**
 * After a step that left the node open: the vault says what it said before. May be called again and again: without the
 * note of this step it is done already, or what is there is not this step's.
 */
export async function forgetPassword(change: Change, context: ChangeContext): Promise<void> {
  const { secrets } = context;
  const ref = change.elasticPasswordRef;
  const step = await secrets.get(`${ref}/step`);
  const note = step.ok ? step.value.reveal() : undefined;
  if (note === noteOf(context, false).reveal()) {
    const removed = await secrets.remove(ref);
    if (removed.ok) {
      await secrets.remove(`${ref}/step`);
    }
    return;
  }
  if (note !== noteOf(context, true).reveal()) {
    return;
  }
  const earlier = await secrets.get(`${ref}/previous`);
  if (!earlier.ok && earlier.error.code !== 'SECRET_MISSING') {
    return;
  }
  const restored = earlier.ok ? await secrets.put(ref, earlier.value, about(context)) : succeed(undefined);
  const unnoted = restored.ok ? await secrets.remove(`${ref}/step`) : restored;
  if (unnoted.ok && earlier.ok) {
    await secrets.remove(`${ref}/previous`);
  }
}
