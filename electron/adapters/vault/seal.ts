/** AES-256-GCM with a random nonce, bound to where the bytes stand: a record cannot be moved to another id or another file. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const tagBytes = 16;

export function seal(key: Buffer, clear: Buffer, context: Buffer): { nonce: Buffer; sealed: Buffer } {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
  return { nonce, sealed: Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()]) };
}

/** Undefined when key, context or bytes are not the ones that were sealed. The caller wipes the clear bytes. */
export function unseal(key: Buffer, nonce: Buffer, sealed: Buffer, context: Buffer): Buffer | undefined {
  if (sealed.length < tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(context);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const clear = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    decipher.final();
    return clear;
  } catch {
    clear.fill(0);
    return undefined;
  }
}

/** Authenticates the file as a whole, under a key that is used for nothing else. */
export function fileMac(key: Buffer, covered: Buffer): Buffer {
  const macKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'bulwark vault file', 32));
  const mac = createHmac('sha256', macKey).update(covered).digest();
  macKey.fill(0);
  return mac;
}
