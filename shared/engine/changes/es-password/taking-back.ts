/** Taking new passwords back: those that were rotated, and never a part of them. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { secretDoor } from './administrator.ts';
import { putBack } from './rotation.ts';

type Change = ChangeOf<'es-password'>;
type User = Change['users'][number];

function notTakenBack(changed: readonly string[], others: readonly string[]): Result<never> {
  const rest =
    others.length === 0
      ? ''
      : ` ${others.join(', ')} still ${others.length === 1 ? 'has the' : 'have their'} earlier password.`;
  return fail(
    appError(
      'NOT_REVERSIBLE',
      `The old password of ${changed.join(', ')} is not known, so it cannot be put back; the new one in the vault stays valid.${rest}`,
      others.length === 0
        ? 'Nothing needs to be done; use the password in the vault.'
        : 'Use the password in the vault; make a new plan for the others.',
      { hostState: 'unchanged' },
    ),
  );
}

/** Puts back what was rotated; `elastic` last, because it sets the others. Nothing where one of them cannot be put back. */
export async function takenBack(
  change: Change,
  changed: readonly User[],
  others: readonly User[],
  context: ChangeContext,
): Promise<Result<void>> {
  const names = (users: readonly User[]) => users.map(({ name }) => name);
  const lost = changed.filter(({ rotate }) => rotate === undefined);
  if (lost.length > 0) {
    return notTakenBack(names(lost), names(others));
  }
  if (changed.length === 0) {
    return succeed(undefined);
  }
  const door = await secretDoor(context, change.install);
  if (!door.ok) {
    return door;
  }
  const last = (user: User) => (user.name === 'elastic' ? 1 : 0);
  for (const user of changed.toSorted((left, right) => last(left) - last(right))) {
    const back = await putBack(change, user, context, door.value);
    if (!back.ok) {
      return back;
    }
  }
  return succeed(undefined);
}
