import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { kibanaKeystoreCodec } from './keystore-codec.ts';

const opened = (file: Uint8Array) => {
  const result = kibanaKeystoreCodec.open(file);
  return result instanceof Secret ? result.reveal() : result;
};

describe('the keystore of Kibana', () => {
  it('opens what it sealed, and never seals alike', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (entries) => {
        const text = JSON.stringify(entries);
        expect(opened(kibanaKeystoreCodec.seal(new Secret(text)))).toBe(text);
      }),
      { numRuns: 20 },
    );
    const twice = [1, 2].map(() => Buffer.from(kibanaKeystoreCodec.seal(new Secret('{}'))).toString());
    expect(twice[0]).not.toBe(twice[1]);
  });

  // Written out once more from the documented layout, so that both ends being wrong alike would show.
  it('has the documented layout', () => {
    const [version, data] = Buffer.from(kibanaKeystoreCodec.seal(new Secret('{"a":"ünï"}')))
      .toString()
      .split(':');
    expect(version).toBe('1');
    const bytes = Buffer.from(data ?? '', 'base64');
    const key = pbkdf2Sync('', bytes.subarray(0, 64), 10_000, 32, 'sha512');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(64, 76));
    decipher.setAuthTag(bytes.subarray(76, 92));
    const clear = Buffer.concat([decipher.update(bytes.subarray(92)), decipher.final()]);
    expect(clear.toString('utf8')).toBe('{"a":"ünï"}');
  });

  it('tells what it cannot open', () => {
    const good = kibanaKeystoreCodec.seal(new Secret('{}'));
    const text = Buffer.from(good).toString();
    expect(opened(Buffer.from(text.slice(0, -8)))).not.toBe('{}');
    expect(opened(Buffer.from(text.replace(/^1:..../, '1:AAAA')))).toBe('protected');
    for (const other of ['', '2:AAAA', '1:', '1:AAAA', 'no keystore', '1:%%%%', '\0'.repeat(200)])
      expect(opened(Buffer.from(other))).toBe('unreadable');
  });
});
