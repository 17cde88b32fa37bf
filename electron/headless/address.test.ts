import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';

describe('a host on the command line', () => {
  it('is user, address and port', () => {
    expect(parseAddress('op@10.0.0.1')).toMatchObject({
      ok: true,
      value: { user: 'op', address: '10.0.0.1', port: 22 },
    });
    expect(parseAddress('op@es.example:2222')).toMatchObject({
      value: { address: 'es.example', port: 2222 },
    });
    expect(parseAddress('op@[fe80::1%eth0]:23')).toMatchObject({
      value: { address: 'fe80::1%eth0', port: 23 },
    });
  });
  it.each(['10.0.0.1', '@a', 'a@', 'a@b:0', 'a@b:65536', 'a@b:x', 'a b@c', 'a@fe80::1', 'a@-x y', ''])(
    'is not %j',
    (text) => {
      expect(parseAddress(text).ok).toBe(false);
    },
  );
});
