/** Opens and seals what a decoded vault file holds. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Secret, type SecretRef } from '../../../shared/domain/secret.ts';
import { type DecodedVault, fixedHeader, type SealedRecord } from './format.ts';
import { deriveKey } from './kdf.ts';
import { type ClearRecord, decodeRecord, encodeRecord } from './record.ts';
import { fileMac, seal, unseal } from './seal.ts';

/** `internal/` is the vault's own. */
export function isOutside(ref: SecretRef): boolean {
  return ref.length > 0 && Buffer.byteLength(ref) <= 1024 && !ref.startsWith('internal/');
}

/** The same passphrase is the same bytes, whichever way a keyboard composes its letters. */
export function passphraseBytes(passphrase: Secret | Uint8Array): Buffer {
  return passphrase instanceof Secret
    ? Buffer.from(passphrase.reveal().normalize('NFC'), 'utf8')
    : Buffer.from(passphrase);
}

/** The data key, or undefined for a wrong passphrase. The caller wipes it. */
export async function unwrap(
  file: DecodedVault,
  passphrase: Secret | Uint8Array,
): Promise<Buffer | undefined> {
  const bytes = passphraseBytes(passphrase);
  if (bytes.length === 0) return undefined;
  const wrappingKey = await deriveKey(bytes, file.salt, file.kdf);
  bytes.fill(0);
  const key = unseal(wrappingKey, file.nonce, file.wrappedKey, fixedHeader(file.kdf, file.salt));
  wrappingKey.fill(0);
  return key;
}

export function isWhole(file: DecodedVault, key: Buffer): boolean {
  return timingSafeEqual(fileMac(key, file.covered), file.mac);
}

type Header = Pick<DecodedVault, 'kdf' | 'salt'>;

export function sealRecord(file: Header, key: Buffer, record: ClearRecord): SealedRecord {
  const id = randomBytes(16);
  const clear = encodeRecord(record);
  const { nonce, sealed } = seal(key, clear, Buffer.concat([fixedHeader(file.kdf, file.salt), id]));
  clear.fill(0);
  return { id, nonce, sealed };
}

export function openRecord(file: Header, key: Buffer, record: SealedRecord): ClearRecord | undefined {
  const context = Buffer.concat([fixedHeader(file.kdf, file.salt), record.id]);
  const clear = unseal(key, record.nonce, record.sealed, context);
  return clear && decodeRecord(clear);
}

export function openAll(file: DecodedVault, key: Buffer): readonly ClearRecord[] | undefined {
  const clear = file.records.map((record) => openRecord(file, key, record));
  return clear.every((record) => record !== undefined) ? clear : undefined;
}

export function refOf(file: Header, key: Buffer, record: SealedRecord): SecretRef | undefined {
  const clear = openRecord(file, key, record);
  clear?.value.fill(0);
  return clear?.ref;
}
