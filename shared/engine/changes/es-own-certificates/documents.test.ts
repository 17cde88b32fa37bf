import { expect, it } from 'vitest';
import { inWords, missingFrom } from './documents.ts';

it('documents that are there count, more are right, fewer and lost indices are named', () => {
  const before = new Map([
    ['orders', 200],
    ['notes', 1],
  ]);
  expect(missingFrom(before, before)).toEqual([]);
  expect(missingFrom(before, new Map([...before, ['notes', 2], ['more', 1]]))).toEqual([]);
  expect(missingFrom(before, new Map([['orders', 199]]))).toEqual(['orders', 'notes']);
  expect(inWords(before)).toBe('201 documents in 2 indices');
  expect(inWords(new Map([['a', 1]]))).toBe('1 document in 1 index');
});
