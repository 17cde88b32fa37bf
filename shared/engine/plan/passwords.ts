/** Passwords of one node that several controls ask for. */
import type { ChangeOf } from '../../domain/change.ts';

type PasswordUser = ChangeOf<'es-password'>['users'][number];

/** A new password in any case is also one where the vault has no valid one; two orders to rotate stay two. */
export function withRotation(
  users: readonly PasswordUser[],
  others: readonly PasswordUser[],
): readonly PasswordUser[] {
  return users.map((user) => {
    const other = others.find(({ name }) => name === user.name);
    const rotate = user.rotate ?? other?.rotate;
    const keep = user.keep ?? other?.keep;
    return {
      ...user,
      ...(rotate === undefined ? {} : { rotate }),
      ...(keep === undefined ? {} : { keep }),
    };
  });
}
