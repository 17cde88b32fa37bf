/** The old authority and the new one with their keys, as the vault has them before and after the new one has taken the place. */
import type { ChangeOf } from '../../../domain/change.ts';
import { nextAuthorityRef } from '../../../domain/changes/certificates.ts';
import { type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { keepAuthority, keptAuthority } from '../../certificates/kept-authority.ts';
import type { Identity } from '../../certificates/ports.ts';
import type { ChangeContext } from '../../change-kind.ts';

type Change = ChangeOf<'authority-trust'>;
type Context = Pick<ChangeContext, 'secrets' | 'certificates'>;

function printOf(pem: string, { certificates }: Context): string | undefined {
  return certificates.summary(pem)?.fingerprint256;
}

/** The one with this certificate, whichever name it lies under; undefined where the vault lacks it. Errors: those of the vault. */
export async function authorityOf(
  change: Change,
  pem: string,
  context: Context,
): Promise<Result<Identity | undefined>> {
  const { authorityRef: ref } = change;
  const wanted = printOf(pem, context);
  for (const name of [ref, nextAuthorityRef(ref), `${ref}/previous`]) {
    const kept = await keptAuthority(context.secrets, name);
    if (!kept.ok) return kept;
    if (kept.value !== undefined && printOf(kept.value.certificatePem, context) === wanted) return kept;
  }
  return succeed(undefined);
}

/** Whether the vault issues by the new one. Errors: those of the vault. */
export async function isSettled(change: Change, context: Context): Promise<Result<boolean>> {
  const kept = await keptAuthority(context.secrets, change.authorityRef);
  return kept.ok ? succeed(printOf(kept.value?.certificatePem ?? '', context) === change.rollOver.to) : kept;
}

/** The new one takes the place; the old one stays beside. Done already: nothing. Errors: those of the vault. */
export async function settle(change: Change, context: Context): Promise<Result<void>> {
  const done = await isSettled(change, context);
  if (!done.ok || done.value) return done.ok ? succeed(undefined) : done;
  const next = await authorityOf(change, change.newPem, context);
  if (!next.ok || next.value === undefined) return next.ok ? succeed(undefined) : next;
  const kept = await keepAuthority(context.secrets, change.authorityRef, next.value);
  return kept.ok ? await context.secrets.remove(nextAuthorityRef(change.authorityRef)) : kept;
}

/** The old one takes its place again, and the new one waits beside it. Errors: those of the vault. */
export async function unsettle(change: Change, context: Context): Promise<Result<void>> {
  const done = await isSettled(change, context);
  if (!done.ok || !done.value) return done.ok ? succeed(undefined) : done;
  const { authorityRef: ref } = change;
  const old = await authorityOf(change, change.oldPem, context);
  const next = await authorityOf(change, change.newPem, context);
  if (!old.ok || !next.ok) return old.ok ? (next as Result<never>) : old;
  if (old.value === undefined || next.value === undefined) return succeed(undefined);
  const put = async (name: string, { keyPem, certificatePem }: Identity, about: string) =>
    await context.secrets.put(name, new Secret(keyPem.reveal() + certificatePem), about);
  const waiting = await put(nextAuthorityRef(ref), next.value, nextAbout);
  const back = waiting.ok
    ? await put(ref, old.value, 'Authority that issues the certificates of Elasticsearch nodes, with its key')
    : waiting;
  return back.ok ? await context.secrets.remove(`${ref}/previous`) : back;
}

export const nextAbout = 'Authority that is to take the place of the one that issues now, with its key';
