/** Before-images as JSON: read back through a schema, because they decide what is written to a production host. */
import type { z } from 'zod';
import { appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b, c] = bytes.subarray(index, index + 3);
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    parts.push(
      (alphabet[word >> 18] ?? '') +
        (alphabet[(word >> 12) & 63] ?? '') +
        (b === undefined ? '=' : (alphabet[(word >> 6) & 63] ?? '')) +
        (c === undefined ? '=' : (alphabet[word & 63] ?? '')),
    );
  }
  return parts.join('');
}

/** Only for text that `toBase64` made: wrong characters throw. */
export function fromBase64(text: string): Uint8Array {
  const body = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const letter of body) {
    const value = alphabet.indexOf(letter);
    if (value < 0) {
      throw new TypeError('Not base64');
    }
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (word >> bits) & 0xff;
      at += 1;
    }
  }
  return bytes;
}

export function encodeImage(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Errors: WORKSPACE_INVALID when the bytes are not what `encodeImage` made of this kind of image. */
export function decodeImage<S extends z.ZodType>(schema: S, bytes: Uint8Array): Result<z.output<S>> {
  try {
    return succeed(schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))));
  } catch {
    return fail(
      appError(
        'WORKSPACE_INVALID',
        'The before-image does not have the form that this kind of change writes.',
        'Use the version of Bulwark that made the change, or restore by hand.',
        { hostState: 'unchanged' },
      ),
    );
  }
}
