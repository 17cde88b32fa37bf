/** A whole new vault file: its own salt, its own wrapped data key, every record sealed for it. */
import { randomBytes } from 'node:crypto';
import { fail, type Result, succeed } from '../../../shared/domain/result.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import * as failures from './failures.ts';
import { encodeCovered, finish, fixedHeader } from './format.ts';
import { calibrateKdf, deriveKey, type KdfParameters } from './kdf.ts';
import { leastPassphrase } from './options.ts';
import type { ClearRecord } from './record.ts';
import { fileMac, seal } from './seal.ts';
import { passphraseBytes, sealRecord } from './sealed-content.ts';

/**
 * `key` is the data key, 32 random bytes that no other file has; the caller wipes it. INPUT_INVALID for a passphrase that is too short.
 */
export async function sealWhole(
  key: Buffer,
  passphrase: Secret | Uint8Array,
  records: readonly ClearRecord[],
  cost?: KdfParameters,
): Promise<Result<{ readonly bytes: Buffer; readonly salt: Buffer }>> {
  const secret = passphraseBytes(passphrase);
  if (secret.toString('utf8').length < leastPassphrase) {
    secret.fill(0);
    return fail(failures.passphraseTooShort(leastPassphrase));
  }
  const kdf = cost ?? (await calibrateKdf());
  const salt = randomBytes(32);
  const wrappingKey = await deriveKey(secret, salt, kdf);
  secret.fill(0);
  const wrapped = seal(wrappingKey, key, fixedHeader(kdf, salt));
  wrappingKey.fill(0);
  const header = { kdf, salt, nonce: wrapped.nonce, wrappedKey: wrapped.sealed };
  const sealedRecords = records.map((record) => sealRecord(header, key, record));
  const covered = encodeCovered({ ...header, records: sealedRecords });
  return succeed({ bytes: finish(covered, fileMac(key, covered)), salt });
}
