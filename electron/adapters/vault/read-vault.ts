/** The vault's file as it lies on disk, and all of it by its passphrase. */
import { readFile } from 'node:fs/promises';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import { isCode } from './durable-file.ts';
import * as failures from './failures.ts';
import { type DecodedVault, decodeVault } from './format.ts';
import type { ClearRecord } from './record.ts';
import { isWhole, openAll, unwrap } from './sealed-content.ts';

/** NOT_FOUND, VAULT_CORRUPT, IO. */
export async function readVault(file: string): Promise<Result<DecodedVault>> {
  try {
    const decoded = decodeVault(await readFile(file));
    return typeof decoded === 'string' ? fail(failures.corrupt(decoded)) : succeed(decoded);
  } catch (error) {
    return fail(isCode(error, 'ENOENT') ? failures.notThere() : failures.systemRefused(error));
  }
}

export interface OpenedVault {
  /** The caller wipes their values. */
  readonly records: readonly ClearRecord[];
  readonly salt: Buffer;
}

/** As `readVault`, and VAULT_PASSPHRASE_WRONG: asks for the passphrase even where the vault is unlocked. */
export async function openWith(file: string, passphrase: Secret | Uint8Array): Promise<Result<OpenedVault>> {
  const read = await readVault(file);
  if (!read.ok) return read;
  const key = await unwrap(read.value, passphrase);
  if (!key) return fail(failures.passphraseWrong());
  const records = isWhole(read.value, key) ? openAll(read.value, key) : undefined;
  key.fill(0);
  return records
    ? succeed({ records, salt: read.value.salt })
    : fail(failures.corrupt('its records are not the ones that were written'));
}
