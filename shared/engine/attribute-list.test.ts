import { expect, it } from 'vitest';
import { parseAttributes } from './host-attributes.ts';

it('keeps a list of attributes, and no list that would not fit into a command', () => {
  const list = (bytes: number) => `user.a=${'0'.repeat(bytes - 8)},`;
  expect(parseAttributes('security.selinux=73,user.a=00,')).toBe('security.selinux=73,user.a=00,');
  expect(parseAttributes(list(16_384))).toBe(list(16_384));
  expect(parseAttributes(list(16_385))).toBe(undefined);
  expect([parseAttributes(''), parseAttributes('a b')]).toEqual([undefined, undefined]);
});
