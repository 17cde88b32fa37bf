/** The authority in the operator's vault: there before the host loses it, and gone again only when the host has it back. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';

type Change = ChangeOf<'es-authority-key'>;

/** Under which name another authority stays that this one takes the place of: each has its own. */
const earlierRef = ({ authorityRef }: Change, sha256: string) =>
  `${authorityRef}/previous/${sha256.slice(0, 16)}`;

/** Which other authority the vault holds under the name: its SHA-256, or undefined. Errors: those of the vault. */
export async function displacedBy(
  { authorityRef }: Change,
  authority: string,
  context: ChangeContext,
): Promise<Result<string | undefined>> {
  const found = await context.secrets.get(authorityRef);
  if (!found.ok) return found.error.code === 'SECRET_MISSING' ? succeed(undefined) : found;
  const text = found.value.reveal();
  return succeed(text === authority ? undefined : context.digest.sha256(text));
}

/** Errors: those of the vault. What lay there under the name and is another one stays, under `/previous/…`. */
export async function keepInVault(
  change: Change,
  authority: string,
  context: ChangeContext,
): Promise<Result<void>> {
  const { authorityRef } = change;
  const about = `Authority of the HTTP certificate of ${context.host.hostId}, with its key`;
  const earlier = await context.secrets.get(authorityRef);
  if (!earlier.ok && earlier.error.code !== 'SECRET_MISSING') return earlier;
  if (earlier.ok) {
    if (earlier.value.reveal() === authority) return succeed(undefined);
    const ref = earlierRef(change, context.digest.sha256(earlier.value.reveal()));
    const moved = await context.secrets.put(ref, earlier.value, `Earlier: ${about}`);
    if (!moved.ok) return moved;
  }
  return await context.secrets.put(authorityRef, new Secret(authority), about);
}

/**
 * Only what this step put there; the authority that it took the place of has it again. Errors: those of the vault.
 *
 * @param displaced SHA-256 of that one, as `displacedBy` told it before
 */
export async function forgetAuthority(
  change: Change,
  authority: string,
  displaced: string | undefined,
  context: ChangeContext,
): Promise<Result<void>> {
  const { authorityRef } = change;
  const kept = await context.secrets.get(authorityRef);
  if (!kept.ok) return kept.error.code === 'SECRET_MISSING' ? succeed(undefined) : kept;
  if (kept.value.reveal() !== authority) return succeed(undefined);
  const ref = earlierRef(change, displaced ?? '');
  const earlier = displaced === undefined ? undefined : await context.secrets.get(ref);
  if (earlier === undefined || !earlier.ok)
    return earlier === undefined || earlier.error.code === 'SECRET_MISSING'
      ? await context.secrets.remove(authorityRef)
      : earlier;
  const about = `Authority of the HTTP certificate of ${context.host.hostId}, with its key`;
  const back = await context.secrets.put(authorityRef, earlier.value, about);
  return back.ok ? await context.secrets.remove(ref) : back;
}
