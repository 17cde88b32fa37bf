/** A password that the node has accepted takes its place in the vault. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { Result } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { nextRef, previousRef } from './administrator.ts';
import { putAlso } from './also-refs.ts';
import { noteRotation } from './rotation.ts';

export const aboutPassword = (user: string, hostId: string) => `Password of ${user} on ${hostId}`;

/** The vault's order: the old value aside, the new one in its place, then the unconfirmed one away. */
export async function confirmPassword(
  user: ChangeOf<'es-password'>['users'][number],
  password: Secret,
  context: ChangeContext,
): Promise<Result<void>> {
  const about = aboutPassword(user.name, context.host.hostId);
  const earlier = await context.secrets.get(user.ref);
  const replaced = earlier.ok && earlier.value.reveal() !== password.reveal() ? earlier.value : undefined;
  if (replaced !== undefined) {
    const kept = await context.secrets.put(previousRef(user.ref), replaced, `Earlier ${about}`);
    if (!kept.ok) {
      return kept;
    }
  }
  const noted = await noteRotation(user, replaced, context);
  if (!noted.ok) {
    return noted;
  }
  const also = await putAlso(user, password, context);
  if (!also.ok) {
    return also;
  }
  const put = await context.secrets.put(user.ref, password, about);
  return put.ok ? await context.secrets.remove(nextRef(user.ref)) : put;
}
