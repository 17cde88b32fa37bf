import { expect, it } from 'vitest';
import { readFact } from '../../../test/support/fact-probe.ts';
import { dataDirectories } from './source.ts';

it('data-directories', () => {
  const text =
    '@@ directory /a\nfirst=\nindices=0\nfree=100\n@@ directory /b\nfirst=nodes\nindices=3\nfree=\n@@ directory /c\nclosed=yes\nfree=5\n@@ missing\n/d\n';
  expect(readFact(dataDirectories, text)).toEqual([
    { path: '/a', empty: true, indices: 0, freeBytes: 102_400 },
    { path: '/b', empty: false, indices: 3, freeBytes: undefined },
    { path: '/c', empty: false, indices: undefined, freeBytes: 5120 },
    { path: '/d', empty: true, indices: 0, freeBytes: undefined },
  ]);
});
