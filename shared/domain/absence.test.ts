import { expect, it } from 'vitest';
import { absenceOf } from './absence.ts';

it('knows what is not there from what is', () => {
  expect(absenceOf('')).toBe('');
  expect(absenceOf('(no file)')).toBe('no file');
  expect(absenceOf('(no such account)')).toBe('no such account');
  for (const text of ['a', '(a)\n(b)', '()', '\n', '(no file) x']) expect(absenceOf(text)).toBeUndefined();
});
