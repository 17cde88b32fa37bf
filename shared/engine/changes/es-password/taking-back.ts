/** Taking new passwords back: those that were rotated, and never a part of them. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { secretDoor } from './administrator.ts';
import { putBack } from './rotation.ts';

type Change = ChangeOf<'es-password'>;
type User = Change['users'][number];

interface Standings {
  readonly changed: readonly User[];
  /** Whom the change did not reach. */
  readonly others: readonly User[];
  /** Users whose password in the vault was the valid one before. */
  readonly known: readonly string[];
}

const names = (users: readonly User[]) => users.map(({ name }) => name).join(', ');

function notTakenBack(lost: readonly User[], { changed, others }: Standings): Result<never> {
  const kept = lost.filter(({ keep }) => keep === true);
  const unknown = lost.filter(({ keep }) => keep !== true);
  const stays = changed.filter((user) => !lost.includes(user));
  const words = [
    ...(unknown.length === 0
      ? []
      : [`The old password of ${names(unknown)} is not known, so it cannot be put back;`]),
    ...(kept.length === 0 ? [] : [`What ${names(kept)} logged in with before is not made a password again;`]),
    'the new one in the vault stays valid.',
    ...(stays.length === 0 ? [] : [`The one of ${names(stays)} is not put back either.`]),
    ...(others.length === 0
      ? []
      : [`${names(others)} still ${others.length === 1 ? 'has the' : 'have their'} earlier password.`]),
  ];
  return fail(
    appError(
      'NOT_REVERSIBLE',
      words.join(' '),
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
  standings: Standings,
  context: ChangeContext,
): Promise<Result<void>> {
  const { changed, known } = standings;
  const lost = changed.filter(
    ({ name, rotate, keep }) => rotate === undefined || keep === true || !known.includes(name),
  );
  if (lost.length > 0) {
    return notTakenBack(lost, standings);
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
