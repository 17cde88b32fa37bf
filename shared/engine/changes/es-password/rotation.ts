/**
 * Rotating a password whose valid value the vault has: done once under the name of its order, which the vault remembers, and
 * taken back with the earlier value as long as the vault has it.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { type NodeDoor, waitForCredential } from '../../elasticsearch/node.ts';
import { findAdministrator, nextRef, previousRef } from './administrator.ts';
import { setByApi } from './set-by-api.ts';

type User = ChangeOf<'es-password'>['users'][number];

/** Name of the order under which the password was rotated last. No secret; kept beside what it is about. */
const rotatedRef = (ref: string) => `${ref}/rotated`;

/** Whether nothing is left to do for this user but to see that the password is accepted. Errors: VAULT_LOCKED. */
export async function isRotated({ ref, rotate }: User, context: ChangeContext): Promise<Result<boolean>> {
  if (rotate === undefined) return succeed(true);
  const last = await context.secrets.get(rotatedRef(ref));
  if (last.ok) return succeed(last.value.reveal() === rotate);
  return last.error.code === 'SECRET_MISSING' ? succeed(false) : last;
}

/** Before the new password takes its place: after a crash in between the node is asked by the unconfirmed one. */
export async function noteRotation(
  { ref, rotate, name }: User,
  context: ChangeContext,
): Promise<Result<void>> {
  return rotate === undefined
    ? succeed(undefined)
    : await context.secrets.put(rotatedRef(ref), new Secret(rotate), `Last rotation of ${name}`);
}

/**
 * Gives the user the earlier password back. Errors: NOT_REVERSIBLE where the vault does not have it, or somebody rotated it
 * since; those of setting a password.
 */
export async function putBack(
  change: ChangeOf<'es-password'>,
  user: User,
  context: ChangeContext,
  door: NodeDoor,
): Promise<Result<void>> {
  const last = await context.secrets.get(rotatedRef(user.ref));
  // Confirming a new password notes the order; putting the earlier one back takes the note away, as its last step but one.
  if (!last.ok) return last.error.code === 'SECRET_MISSING' ? succeed(undefined) : last;
  const own = last.value.reveal() === user.rotate;
  const earlier = own ? await context.secrets.get(previousRef(user.ref)) : undefined;
  if (earlier === undefined || !earlier.ok) {
    if (earlier?.ok === false && earlier.error.code !== 'SECRET_MISSING') return earlier;
    return fail(
      appError(
        'NOT_REVERSIBLE',
        `The vault does not have the earlier password of ${user.name}, so it cannot be put back; the one in the vault stays valid.`,
        'Nothing needs to be done; use the password in the vault.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const password = earlier.value;
  const refs = change.users.flatMap(({ name, ref }) => (name === 'elastic' ? [ref] : []));
  const administrator = await findAdministrator(context, change.install, door, refs);
  if (!administrator.ok) return administrator;
  const credential = { type: 'basic' as const, user: user.name, password };
  // Interrupted after the node had taken it: then it is the valid one already.
  const already = await waitForCredential(context, door, credential, 1);
  if (!already.ok) return already;
  if (already.value !== 'accepted') {
    if (administrator.value === undefined)
      return fail(
        appError(
          'ES_AUTH_FAILED',
          `No password of elastic in the vault is accepted, so the one of ${user.name} cannot be put back.`,
          'Give Bulwark the login of an administrator. Nothing was changed.',
          { hostState: 'unchanged' },
        ),
      );
    const set = await setByApi(context, door, administrator.value, user.name, password);
    if (!set.ok) return set;
    const proven = await waitForCredential(context, door, credential, 60);
    if (!proven.ok) return proven;
    if (proven.value !== 'accepted')
      return fail(
        appError(
          'ES_AUTH_FAILED',
          `The node took the earlier password of ${user.name} and does not accept it.`,
          'Both are in the vault; try again in a minute.',
          { hostState: 'unknown', retryable: true },
        ),
      );
  }
  const put = await context.secrets.put(
    user.ref,
    password,
    `Password of ${user.name} on ${context.host.hostId}`,
  );
  if (!put.ok) return put;
  for (const place of [nextRef(user.ref), rotatedRef(user.ref), previousRef(user.ref)]) {
    const gone = await context.secrets.remove(place);
    if (!gone.ok) return gone;
  }
  return succeed(undefined);
}
