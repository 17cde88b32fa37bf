/**
 * The vault file, byte by byte (numbers big-endian):
 *
 *     magic 8 · version 1 · KDF 1 · memory in KiB 4 · passes 4 · lanes 4 · salt 32 · nonce 12 · wrapped data key 48
 *     count 4 · { record id 16 · nonce 12 · length 4 · sealed bytes } …
 *     HMAC-SHA-256 of all the above under a key that comes from the data key · SHA-256 of all the above
 *
 * The last digest tells damage from a wrong passphrase without knowing the key; the HMAC tells that nobody removed, added
 * or reordered records. What the file gives away is how many records there are and how long they are.
 */
import { createHash } from 'node:crypto';
import { type KdfParameters, kdfAllowed } from './kdf.ts';

const magic = Buffer.from('BLWKVLT\n', 'latin1');
const version = 1;
const kdfArgon2id = 1;
const saltBytes = 32;
const nonceBytes = 12;
const wrappedBytes = 48;
const idBytes = 16;
const digestBytes = 32;
const fixedBytes = magic.length + 2 + 12 + saltBytes;
const headerBytes = fixedBytes + nonceBytes + wrappedBytes;
const maxFileBytes = 64 * 1024 * 1024;

export interface SealedRecord {
  readonly id: Buffer;
  readonly nonce: Buffer;
  readonly sealed: Buffer;
}

export interface VaultFile {
  readonly kdf: KdfParameters;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly wrappedKey: Buffer;
  readonly records: readonly SealedRecord[];
}

export type DecodedVault = VaultFile & {
  /** Everything that the HMAC covers. */
  readonly covered: Buffer;
  readonly mac: Buffer;
};

/** Magic to salt: what ties the wrapped key and every record to this file. */
export function fixedHeader(kdf: KdfParameters, salt: Buffer): Buffer {
  const bytes = Buffer.alloc(fixedBytes);
  let at = magic.copy(bytes);
  at = bytes.writeUInt8(version, at);
  at = bytes.writeUInt8(kdfArgon2id, at);
  at = bytes.writeUInt32BE(kdf.memoryKib, at);
  at = bytes.writeUInt32BE(kdf.passes, at);
  at = bytes.writeUInt32BE(kdf.lanes, at);
  salt.copy(bytes, at);
  return bytes;
}

/** The file without HMAC and digest. */
export function encodeCovered(file: VaultFile): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(file.records.length);
  const parts = [fixedHeader(file.kdf, file.salt), file.nonce, file.wrappedKey, count];
  for (const record of file.records) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(record.sealed.length);
    parts.push(record.id, record.nonce, length, record.sealed);
  }
  return Buffer.concat(parts);
}

export function finish(covered: Buffer, mac: Buffer): Buffer {
  const all = Buffer.concat([covered, mac]);
  return Buffer.concat([all, createHash('sha256').update(all).digest()]);
}

/** Reads a file of at most 64 MiB. A text is the reason why it cannot be a whole vault of this version. */
export function decodeVault(bytes: Buffer): DecodedVault | string {
  if (bytes.length > maxFileBytes) return 'it is larger than 64 MiB';
  if (bytes.length < headerBytes + 4 + 2 * digestBytes) return 'it is too short';
  if (!bytes.subarray(0, magic.length).equals(magic)) return 'it does not begin as a vault does';
  const digest = bytes.subarray(bytes.length - digestBytes);
  const all = bytes.subarray(0, bytes.length - digestBytes);
  if (!createHash('sha256').update(all).digest().equals(digest)) return 'its checksum does not match';
  let at = magic.length;
  if (bytes.readUInt8(at) !== version) return `it has format version ${bytes.readUInt8(at)}`;
  if (bytes.readUInt8(at + 1) !== kdfArgon2id) return 'it names an unknown key derivation';
  at += 2;
  const kdf = {
    memoryKib: bytes.readUInt32BE(at),
    passes: bytes.readUInt32BE(at + 4),
    lanes: bytes.readUInt32BE(at + 8),
  };
  if (!kdfAllowed(kdf)) return 'its key derivation asks for more work than is allowed';
  at += 12;
  const take = (length: number) => bytes.subarray(at, (at += length));
  const salt = take(saltBytes);
  const nonce = take(nonceBytes);
  const wrappedKey = take(wrappedBytes);
  const covered = all.subarray(0, all.length - digestBytes);
  const records = decodeRecords(covered.subarray(at));
  if (typeof records === 'string') return records;
  return { kdf, salt, nonce, wrappedKey, records, covered, mac: all.subarray(covered.length) };
}

function decodeRecords(bytes: Buffer): readonly SealedRecord[] | string {
  const count = bytes.readUInt32BE(0);
  const records: SealedRecord[] = [];
  let at = 4;
  const prefix = idBytes + nonceBytes + 4;
  for (let index = 0; index < count; index += 1) {
    if (at + prefix > bytes.length) return 'its list of records is cut short';
    const id = bytes.subarray(at, at + idBytes);
    const nonce = bytes.subarray(at + idBytes, at + idBytes + nonceBytes);
    const length = bytes.readUInt32BE(at + idBytes + nonceBytes);
    at += prefix;
    if (at + length > bytes.length) return 'its list of records is cut short';
    records.push({ id, nonce, sealed: bytes.subarray(at, at + length) });
    at += length;
  }
  return at === bytes.length ? records : 'something follows its last record';
}
