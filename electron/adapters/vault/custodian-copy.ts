/** A copy of the vault for a second custodian: the same secrets under a passphrase that only the other person knows. */
import { randomBytes } from 'node:crypto';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import { isSameFile, writeDurably, writeNew } from './durable-file.ts';
import * as failures from './failures.ts';
import type { KdfParameters } from './kdf.ts';
import { openWith } from './read-vault.ts';
import { passphraseBytes } from './sealed-content.ts';
import { sealWhole } from './whole-file.ts';

export interface CustodianCopy {
  readonly target: string;
  readonly own: Secret | Uint8Array;
  readonly theirs: Secret | Uint8Array;
  /** A file that is there is replaced only when this is set. */
  readonly replace: boolean;
  /** Weaker for tests only. */
  readonly kdf?: KdfParameters;
}

/**
 * Writes all that the vault `file` holds, the key of the before-images too, into a vault file of its own, mode 600. It has a data key of its
 * own, so neither passphrase opens the other file. INPUT_INVALID: the passphrase is the same or too short, the target is the vault
 * itself or is there already; VAULT_PASSPHRASE_WRONG, VAULT_CORRUPT, NOT_FOUND, IO. Nothing was written then.
 */
export async function copyForCustodian(file: string, copy: CustodianCopy): Promise<Result<void>> {
  if (passphraseBytes(copy.own).equals(passphraseBytes(copy.theirs))) return fail(failures.samePassphrase());
  if (await isSameFile(copy.target, file)) return fail(failures.ownFile());
  const held = await openWith(file, copy.own);
  if (!held.ok) return held;
  const key = randomBytes(32);
  const sealed = await sealWhole(key, copy.theirs, held.value.records, copy.kdf);
  key.fill(0);
  for (const record of held.value.records) record.value.fill(0);
  if (!sealed.ok) return sealed;
  try {
    if (copy.replace) await writeDurably(copy.target, sealed.value.bytes);
    else if (!(await writeNew(copy.target, sealed.value.bytes))) return fail(failures.fileThere());
  } catch (error) {
    return fail(failures.copyNotWritten(error));
  }
  return succeed(undefined);
}
