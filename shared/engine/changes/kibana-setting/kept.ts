/** Entries whose value the vault keeps too, so that other hosts get the same one. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeContext } from '../../change-kind.ts';
import type { WantedEntries } from './entries.ts';

type Change = ChangeOf<'kibana-setting'>;

export interface ToKeep {
  readonly name: string;
  readonly ref: string;
  readonly value: Secret;
}

/**
 * What the vault does not have yet. Errors: PRECONDITION_FAILED where the vault has another value or the keystore has none,
 * VAULT_LOCKED.
 */
export async function missingInVault(
  change: Change,
  { entries, toMake }: WantedEntries,
  context: ChangeContext,
): Promise<Result<readonly ToKeep[]>> {
  const missing: ToKeep[] = [];
  for (const { name, ref } of change.keep ?? []) {
    // One that has still to be made is in the vault before the host sees it.
    if (toMake.some((wish) => wish.name === name)) continue;
    const value = entries.get(name);
    if (typeof value !== 'string' || value === '')
      return fail(refused(`The keystore in ${change.pathConf} has no ${name} to take over.`));
    const kept = await context.secrets.get(ref);
    if (kept.ok && kept.value.reveal() === value) continue;
    if (kept.ok)
      return fail(
        refused(
          `${name} of this Kibana is another one than the vault has for all Kibanas. Neither is replaced, because what was saved with it could not be read any more.`,
        ),
      );
    if (kept.error.code !== 'SECRET_MISSING') return kept;
    missing.push({ name, ref, value: new Secret(value) });
  }
  return succeed(missing);
}

function refused(sentence: string) {
  return appError('PRECONDITION_FAILED', sentence, 'Assess all hosts with Kibana, then plan anew.', {
    hostState: 'unchanged',
  });
}

/** Errors: those of the vault. */
export async function keepInVault(toKeep: readonly ToKeep[], context: ChangeContext): Promise<Result<void>> {
  for (const { name, ref, value } of toKeep) {
    const put = await context.secrets.put(
      ref,
      value,
      `${name} of every Kibana, taken over from ${context.host.hostId}`,
    );
    if (!put.ok) return put;
  }
  return succeed(undefined);
}
