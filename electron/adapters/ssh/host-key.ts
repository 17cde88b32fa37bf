/** A server's public key as it travels: type, fingerprint and the raw blob. */
import { createHash } from 'node:crypto';
import type { HostKey } from '../../../shared/domain/host.ts';

/** The type name at the start of a public-key blob; undefined when the blob is not one. */
export function keyType(blob: Uint8Array): string | undefined {
  if (blob.length < 4) return undefined;
  const length = new DataView(blob.buffer, blob.byteOffset, 4).getUint32(0);
  if (length === 0 || length > 100 || blob.length < 4 + length) return undefined;
  const type = Buffer.from(blob.subarray(4, 4 + length)).toString('latin1');
  return /^[a-z0-9@.-]+$/.test(type) ? type : undefined;
}

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

export function describeKey(blob: Uint8Array): HostKey {
  return { type: keyType(blob) ?? 'unknown', fingerprint: fingerprint(blob) };
}
