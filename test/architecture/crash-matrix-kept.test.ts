/** What undoing keeps on purpose is accepted by its exact name where it was named, and nothing else is. */
import { describe, expect, it } from 'vitest';
import { withoutKept } from '../integration/crash-matrix/kept-aside.ts';

const path = '/srv/data.secured-plan-01-x';
const kept = { path, of: '/srv/data', faults: ['service-fails'] } as const;
const old = 'd es:es 750 /srv/conf\nd es:es 755 /srv/data';
const both = `${old}\nd es:es 750 ${path}`;
const told = [
  'What was there before has been put back. The data that was written while the node was secured is kept on the host as /srv/data.secured-plan-20260101-0123abcd-01-x; remove it there once nobody needs it.',
];
const failing = { fault: 'service-fails' } as const;

describe('what undoing keeps aside', () => {
  it('is no part of the state where it was named', () => {
    expect(withoutKept(both, kept, failing, told)).toEqual({ seen: old, kept: path });
  });

  it.each([
    ['nobody named it', both, failing, ['What was there before has been put back.']],
    ['another name was told', both, failing, [told[0]?.replace('/srv/data.', '/srv/other.') ?? '']],
    ['more names were told', both, failing, [told[0]?.replace(';', ', /srv/b;') ?? '']],
    ['the node could have been asked', both, { fault: 'app-killed' } as const, told],
    ['it has another owner', both.replace(`es:es 750 ${path}`, `root:root 750 ${path}`), failing, told],
    ['it has another mode', both.replace(`750 ${path}`, `755 ${path}`), failing, told],
    ['it is a file', both.replace(`d es:es 750 ${path}`, `f es:es 750 ${path}`), failing, told],
    ['it is there twice', `${both}\nd es:es 750 ${path}`, failing, told],
    ['it is not there', old, failing, told],
    ['what it was is gone', both.replace('\nd es:es 755 /srv/data\n', '\n'), failing, told],
  ])('is told apart where %s', (_why, seen, cell, notes) => {
    expect(withoutKept(seen, kept, cell, notes)).toEqual({ seen });
  });

  it('is nothing for a kind that keeps nothing', () => {
    expect(withoutKept(both, undefined, failing, told)).toEqual({ seen: both });
  });
});
