/**
 * The same password under the names of the other hosts of its cluster: what Bulwark logs in with there changes with it. The vault
 * remembers what stood in each place, so that taking the order back leaves none that was not there.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';

type User = ChangeOf<'es-password'>['users'][number];

const earlierRef = (ref: string, { rotate = 'set' }: User) => `${ref}/previous/${rotate}`;

/** Undefined where there is none. Errors: VAULT_LOCKED and others that are not about this name. */
async function inVault(ref: string, context: ChangeContext): Promise<Result<Secret | undefined>> {
  const secret = await context.secrets.get(ref);
  return secret.ok || secret.error.code !== 'SECRET_MISSING' ? secret : succeed(undefined);
}

/** Before the password takes its place under its own name: after a crash in between, all of it is done again. */
export async function putAlso(user: User, password: Secret, context: ChangeContext): Promise<Result<void>> {
  for (const ref of user.alsoRefs ?? []) {
    const earlier = await inVault(ref, context);
    if (!earlier.ok) return earlier;
    if (earlier.value?.reveal() === password.reveal()) continue;
    if (earlier.value !== undefined && user.keep !== true) {
      const kept = await context.secrets.put(
        earlierRef(ref, user),
        earlier.value,
        `Earlier password of ${user.name} for another host of its cluster`,
      );
      if (!kept.ok) return kept;
    }
    const put = await context.secrets.put(ref, password, aboutAlso(user));
    if (!put.ok) return put;
  }
  return succeed(undefined);
}

/**
 * Before the earlier one is put back under its own name, where the one that goes still stands: by that one a place is known that
 * was empty before.
 */
export async function takeBackAlso(
  user: User,
  password: Secret,
  context: ChangeContext,
): Promise<Result<void>> {
  const goes = await inVault(user.ref, context);
  if (!goes.ok) return goes;
  for (const ref of user.alsoRefs ?? []) {
    const [now, had] = [await inVault(ref, context), await inVault(earlierRef(ref, user), context)];
    if (!now.ok || !had.ok) return now.ok ? (had as Result<never>) : now;
    const ours = now.value !== undefined && now.value.reveal() === goes.value?.reveal();
    // A place that somebody wrote to since is not ours; one with a wrong password gets the one that is valid from now on.
    const put =
      had.value === undefined
        ? ours && now.value?.reveal() !== password.reveal()
          ? await context.secrets.remove(ref)
          : succeed(undefined)
        : await context.secrets.put(ref, password, aboutAlso(user));
    const gone = put.ok ? await context.secrets.remove(earlierRef(ref, user)) : put;
    if (!gone.ok) return gone;
  }
  return succeed(undefined);
}

function aboutAlso({ name }: User): string {
  return `Password of ${name}, that of its whole cluster`;
}
