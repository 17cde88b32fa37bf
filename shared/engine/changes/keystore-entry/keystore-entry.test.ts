import { describe, expect, it } from 'vitest';
import { decodeKeystoreImage, encodeKeystoreImage } from './image.ts';
import { orphanedTlsSecret } from './wanted.ts';

describe('the before-image of a keystore', () => {
  it('comes back as it was', () => {
    const bytes = new Uint8Array([0, 10, 255, 123, 10]);
    const file = {
      type: 'file',
      owner: 'root',
      group: 'elasticsearch',
      mode: '0660',
      size: 5,
      bytes,
    } as never;
    expect(decodeKeystoreImage(encodeKeystoreImage(file))).toEqual({
      owner: 'root',
      group: 'elasticsearch',
      mode: '0660',
      bytes,
    });
    expect(decodeKeystoreImage(encodeKeystoreImage('absent'))).toBe('absent');
  });
});

describe('orphanedTlsSecret', () => {
  const name = 'xpack.security.transport.ssl.keystore.secure_password';

  it('wants the .ssl.enabled line first', () => {
    expect(orphanedTlsSecret([name], 'cluster.name: x\n')).toBe(name);
    expect(orphanedTlsSecret([name], 'xpack.security.http.ssl.enabled: false\n')).toBe(name);
    expect(orphanedTlsSecret([name], 'xpack.security.transport.ssl.enabled: false\n')).toBeUndefined();
    expect(orphanedTlsSecret(['bootstrap.password'], '')).toBeUndefined();
  });
});
