/**
 * Kibana's keystore file: `1:` and base64 of salt (64 bytes), initialisation vector (12), tag (16) and AES-256-GCM ciphertext
 * of a JSON object; key by PBKDF2 with SHA-512 and 10,000 rounds, of an empty password where none was set. The source is
 * Kibana's own `src/cli/keystore/keystore.js` (7.17 to 9.x).
 */
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { Secret } from '../../../shared/domain/secret.ts';
import type { KibanaKeystoreCodec } from '../../../shared/engine/ports.ts';

const rounds = 10_000;
const head = 64 + 12 + 16;
const noPassword = '';

const keyFrom = (salt: Uint8Array) => pbkdf2Sync(noPassword, salt, rounds, 32, 'sha512');

export const kibanaKeystoreCodec: KibanaKeystoreCodec = {
  open(file) {
    const text = Buffer.from(file).toString('latin1').trim();
    const data = /^1:([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
    if (data === undefined) return 'unreadable';
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length < head + 2) return 'unreadable';
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        keyFrom(bytes.subarray(0, 64)),
        bytes.subarray(64, 76),
        { authTagLength: 16 },
      );
      decipher.setAuthTag(bytes.subarray(76, head));
      const clear = Buffer.concat([decipher.update(bytes.subarray(head)), decipher.final()]);
      return new Secret(clear.toString('utf8'));
    } catch {
      // The format has no sign of a password: it has one when the empty one does not open it.
      return 'protected';
    }
  },

  seal(entries) {
    const salt = randomBytes(64);
    const vector = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', keyFrom(salt), vector, { authTagLength: 16 });
    const sealed = Buffer.concat([cipher.update(entries.reveal(), 'utf8'), cipher.final()]);
    const whole = Buffer.concat([salt, vector, cipher.getAuthTag(), sealed]);
    return new Uint8Array(Buffer.from(`1:${whole.toString('base64')}`, 'latin1'));
  },
};
