/**
 * Rotating a password whose valid value the vault has: done once under the name of its order, which the vault remembers together
 * with the value that it replaced. Orders are taken back in the opposite order, each to its own earlier value.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { type NodeDoor, waitForCredential } from '../../elasticsearch/node.ts';
import { findAdministrator, nextRef, previousRef } from './administrator.ts';
import { takeBackAlso } from './also-refs.ts';
import { setByApi } from './set-by-api.ts';

type User = ChangeOf<'es-password'>['users'][number];

/** Orders that replaced the password, the latest last, with a space between. No secret; kept beside what they are about. */
const rotatedRef = (ref: string) => `${ref}/rotated`;
/** What the order replaced. */
const replacedRef = (ref: string, rotate: string) => `${ref}/previous/${rotate}`;
/** In the place of an order: somebody set a password in between without one. No name of an order has a dot. */
const withoutOrder = '.';

async function ordersOf(ref: string, context: ChangeContext): Promise<Result<readonly string[]>> {
  const noted = await context.secrets.get(rotatedRef(ref));
  if (noted.ok) return succeed(noted.value.reveal().split(' '));
  return noted.error.code === 'SECRET_MISSING' ? succeed([]) : noted;
}

async function noteOrders(
  { ref, name }: User,
  orders: readonly string[],
  context: ChangeContext,
): Promise<Result<void>> {
  return orders.length === 0
    ? await context.secrets.remove(rotatedRef(ref))
    : await context.secrets.put(rotatedRef(ref), new Secret(orders.join(' ')), `Rotations of ${name}`);
}

/** Whether nothing is left to do for this user but to see that the password is accepted. Errors: VAULT_LOCKED. */
export async function isRotated({ ref, rotate }: User, context: ChangeContext): Promise<Result<boolean>> {
  if (rotate === undefined) return succeed(true);
  const orders = await ordersOf(ref, context);
  return orders.ok ? succeed(orders.value.at(-1) === rotate) : orders;
}

/**
 * Before the new password takes the place of this one: after a crash in between the node is asked by the unconfirmed one. The
 * same again changes nothing.
 */
export async function noteRotation(
  user: User,
  replaced: Secret | undefined,
  context: ChangeContext,
): Promise<Result<void>> {
  const { ref, rotate, name } = user;
  const orders = await ordersOf(ref, context);
  if (!orders.ok) return orders;
  const last = orders.value.at(-1);
  if (rotate === undefined) {
    const hides = replaced !== undefined && last !== undefined && last !== withoutOrder;
    return hides ? await noteOrders(user, [...orders.value, withoutOrder], context) : succeed(undefined);
  }
  if (replaced !== undefined && user.keep !== true) {
    const about = `Password of ${name} before the rotation ${rotate}`;
    const kept = await context.secrets.put(replacedRef(ref, rotate), replaced, about);
    if (!kept.ok) return kept;
  }
  return last === rotate ? succeed(undefined) : await noteOrders(user, [...orders.value, rotate], context);
}

/**
 * Refuses to rotate a password that the vault does not have: what uses it would stop, and it could not be given back. Errors:
 * PRECONDITION_FAILED.
 * @param known users whose password in the vault the node accepts
 */
export async function rotatable(
  change: ChangeOf<'es-password'>,
  open: readonly User[],
  known: readonly string[],
  context: ChangeContext,
): Promise<Result<void>> {
  for (const user of open) {
    if (user.rotate === undefined || user.keep === true || known.includes(user.name)) continue;
    // One that an interrupted run had put aside: the node may have it already, and it is tried first.
    const begun = await context.secrets.get(nextRef(user.ref));
    if (begun.ok) continue;
    return begun.error.code === 'SECRET_MISSING'
      ? fail(
          appError(
            'PRECONDITION_FAILED',
            `The vault does not have the valid password of ${user.name}, so it is not rotated: it could not be given back.`,
            `Set a new one with ${change.install.home}/bin/elasticsearch-reset-password -u ${user.name} and tell what logs in with it.`,
            { hostState: 'unchanged' },
          ),
        )
      : begun;
  }
  return succeed(undefined);
}

/** Errors: NOT_REVERSIBLE where the password was replaced again, or is one that does not come back. */
export async function replacedSince(user: User, context: ChangeContext): Promise<Result<void>> {
  const { ref, rotate, name, keep } = user;
  const orders = await ordersOf(ref, context);
  if (!orders.ok) return orders;
  if (rotate === undefined || !orders.value.includes(rotate)) return succeed(undefined);
  return orders.value.at(-1) === rotate && keep !== true
    ? succeed(undefined)
    : fail(
        appError(
          'NOT_REVERSIBLE',
          `The password of ${name} is not put back; the one in the vault stays valid.`,
          'Undo the later change first, or use the password in the vault.',
          { hostState: 'unchanged' },
        ),
      );
}

/**
 * Gives the user the earlier password back. Errors: NOT_REVERSIBLE where the vault does not have it, or the password was
 * replaced since; those of setting a password.
 */
export async function putBack(
  change: ChangeOf<'es-password'>,
  user: User,
  context: ChangeContext,
  door: NodeDoor,
): Promise<Result<void>> {
  const { ref, rotate } = user;
  const orders = await ordersOf(ref, context);
  if (!orders.ok) return orders;
  // Without an order nobody comes here; the type cannot know.
  if (rotate === undefined || !orders.value.includes(rotate)) {
    // Confirming a new password notes the order; putting the earlier one back takes the note away, as its last step but one.
    return rotate === undefined ? succeed(undefined) : await context.secrets.remove(replacedRef(ref, rotate));
  }
  const earlier =
    orders.value.at(-1) === rotate ? await context.secrets.get(replacedRef(ref, rotate)) : undefined;
  if (earlier === undefined || !earlier.ok) {
    if (earlier?.ok === false && earlier.error.code !== 'SECRET_MISSING') return earlier;
    return fail(
      appError(
        'NOT_REVERSIBLE',
        earlier === undefined
          ? `The password of ${user.name} was replaced again since, so the one of before is not put back; the one in the vault stays valid.`
          : `The vault does not have the earlier password of ${user.name}, so it cannot be put back; the one in the vault stays valid.`,
        earlier === undefined
          ? 'Undo the later change first, or use the password in the vault.'
          : 'Nothing needs to be done; use the password in the vault.',
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
  const also = await takeBackAlso(user, password, context);
  if (!also.ok) return also;
  const put = await context.secrets.put(ref, password, `Password of ${user.name} on ${context.host.hostId}`);
  if (!put.ok) return put;
  for (const place of [nextRef(ref), previousRef(ref)]) {
    const gone = await context.secrets.remove(place);
    if (!gone.ok) return gone;
  }
  const noted = await noteOrders(user, orders.value.slice(0, -1), context);
  return noted.ok ? await context.secrets.remove(replacedRef(ref, rotate)) : noted;
}
