/** Passwords from the operating system's random source, without modulo bias. */
import { Secret } from '../../domain/secret.ts';
import type { Random } from '../ports.ts';

/**
 * Letters, digits and four signs that need no quoting in YAML (not at the first place), shells, URLs and JDBC strings;
 * look-alikes (0 O 1 l I) are left out because operators type passwords.
 */
export const passwordAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_.~';

const letters = /[A-Za-z]/;

/** Length 12 to 128; begins with a letter; holds an upper-case letter, a lower-case letter and a digit. */
export function generatePassword(random: Random, length: number): Secret {
  const limit = 256 - (256 % passwordAlphabet.length);
  for (;;) {
    let text = '';
    while (text.length < length) {
      for (const byte of random.bytes(length * 2)) {
        // Bytes past the last full round of the alphabet would favour its beginning.
        if (byte < limit && text.length < length) {
          text += passwordAlphabet[byte % passwordAlphabet.length] ?? '';
        }
      }
    }
    if (letters.test(text[0] ?? '') && /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text)) {
      return new Secret(text);
    }
  }
}
