import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';

it('writes what every other program writes, and reads it back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual(bytes);
    }),
  );
});

it.each(['a', 'YQ', 'YQ=', 'YR==', 'YW_=', 'YQ==\n', ' YQ==', 'YQ==YQ==', '===='])('refuses %j', (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});
