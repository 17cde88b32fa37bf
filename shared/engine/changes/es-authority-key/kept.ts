/** The authority in the operator's vault: there before the host loses it, and gone again only when the host has it back. */
import type { ChangeOf } from '../../../domain/change.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';

type Change = ChangeOf<'es-authority-key'>;

/** Errors: those of the vault. What lay there under the name and is another one stays, under `/previous`. */
export async function keepInVault(
  { authorityRef }: Change,
  authority: string,
  context: ChangeContext,
): Promise<Result<void>> {
  const about = `Authority of the HTTP certificate of ${context.host.hostId}, with its key`;
  const earlier = await context.secrets.get(authorityRef);
  if (!earlier.ok && earlier.error.code !== 'SECRET_MISSING') return earlier;
  if (earlier.ok) {
    if (earlier.value.reveal() === authority) return succeed(undefined);
    const moved = await context.secrets.put(`${authorityRef}/previous`, earlier.value, `Earlier: ${about}`);
    if (!moved.ok) return moved;
  }
  return await context.secrets.put(authorityRef, new Secret(authority), about);
}

/** Only what this step put there. Errors: those of the vault. */
export async function forgetAuthority(
  { authorityRef }: Change,
  authority: string,
  context: ChangeContext,
): Promise<Result<void>> {
  const kept = await context.secrets.get(authorityRef);
  if (!kept.ok) return kept.error.code === 'SECRET_MISSING' ? succeed(undefined) : kept;
  return kept.value.reveal() === authority ? await context.secrets.remove(authorityRef) : succeed(undefined);
}
