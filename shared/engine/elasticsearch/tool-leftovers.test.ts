import { describe, expect, it } from 'vitest';
import { leftoverWords, toolLeftovers } from './tool-leftovers.ts';

describe('leftovers of tools', () => {
  it('are told by their names', () => {
    const names = [
      'certs',
      'certs.1700000000.tmp',
      'certs.1700000000.orig',
      'certs.tmp',
      'elasticsearch.keystore',
      'elasticsearch.keystore.tmp',
      'elasticsearch.keystore.1700000000.orig',
      'elasticsearch.yml.orig',
      'jvm.options.tmp',
    ];
    expect(toolLeftovers(names)).toEqual({
      unfinished: ['certs.1700000000.tmp', 'elasticsearch.keystore.tmp'],
      copies: ['certs.1700000000.orig', 'elasticsearch.keystore.1700000000.orig'],
      certs: true,
    });
  });

  it('are named, with what becomes of them', () => {
    const words = leftoverWords('/c', { unfinished: ['certs.1.tmp'], copies: ['certs.2.orig'], certs: true });
    expect(words.join('\n')).toMatch(
      /certs\.1\.tmp in \/c.*undoing brings it back[^]*certs\.2\.orig.*stay[^]*\/c\/certs is there already/,
    );
    expect(leftoverWords('/c', { unfinished: [], copies: [], certs: false })).toEqual([]);
  });
});
