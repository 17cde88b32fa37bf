import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { value } from '../../../../test/support/change-harness.ts';
import { Secret } from '../../../domain/secret.ts';
import { decodeToken, encodeToken, parseAddress, showAddress } from './token.ts';

const pack = (body: unknown) =>
  new Secret(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8').toString('base64'));
const good = {
  ver: '8.14.0',
  adr: ['192.0.2.2:9210'],
  fgr: '8faf45e009c81f96b27de1e0aaa345d3d26d472e014106f2e23fd4c6f6c58cb4',
  key: 'qw8EAKIBsoXFrC3wqHG6:Z4Fktcgtp3mFAKEFAKEFAK',
};

describe('a token', () => {
  it('is read', () => {
    const token = value(decodeToken(pack(good)));
    expect(token).toMatchObject({
      addresses: [{ address: '192.0.2.2', port: 9210 }],
      fingerprint: good.fgr,
    });
    expect(token.key.reveal()).toBe(good.key);
    expect(Buffer.from(encodeToken(token).reveal(), 'base64').toString()).toBe(JSON.stringify(good));
  });

  it.each([
    ['nothing', new Secret('')],
    ['no base64', new Secret('garbage!')],
    ['base64 of no JSON', pack('{')],
    ['JSON of something else', pack({ a: 1 })],
    ['a fingerprint cut off', pack({ ...good, fgr: good.fgr.slice(1) })],
    ['no address', pack({ ...good, adr: [] })],
    ['an address without a port', pack({ ...good, adr: ['192.0.2.2'] })],
    ['an address with a path', pack({ ...good, adr: ['192.0.2.2:9200/x'] })],
    ['an option for an address', pack({ ...good, adr: ['-oProxyCommand:9200'] })],
    ['a port that is none', pack({ ...good, adr: ['192.0.2.2:70000'] })],
    ['a key with a line break', pack({ ...good, key: 'a:b\nc' })],
    ['one more field', pack({ ...good, more: 1 })],
    ['a level that is none', pack({ ...good, ver: 'new' })],
    ['cut off', new Secret(pack(good).reveal().slice(0, -3))],
    ['too long', pack({ ...good, adr: Array.from({ length: 33 }, () => good.adr[0]) })],
  ])('is refused: %s', (_name, token) => {
    const read = decodeToken(token);
    expect(read).toMatchObject({ ok: false, error: { code: 'INPUT_INVALID', hostState: 'unchanged' } });
    expect(JSON.stringify(read)).not.toContain('qw8EAKIB');
  });

  it('never throws, and reads only what it writes the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((text) => pack(text).reveal()),
        ),
        (text) => {
          const read = decodeToken(new Secret(text));
          if (read.ok) {
            expect(value(decodeToken(encodeToken(read.value)))).toMatchObject({
              addresses: read.value.addresses,
            });
          }
        },
      ),
    );
  });
});

it.each([
  ['10.0.0.1:9300', '10.0.0.1:9300'],
  ['es-1/10.0.0.1:9300', '10.0.0.1:9300'],
  ['[fe80::1]:9300', '[fe80::1]:9300'],
  ['$(id):9300', undefined],
  ['a b:9300', undefined],
  ['host', undefined],
])('an address as published: %s', (text, shown) => {
  const read = parseAddress(text);
  expect(read === undefined ? undefined : showAddress(read)).toBe(shown);
});
