import { describe, expect, it } from 'vitest';
import { covers, endProblem, holds, waiverOf, waiverSchema, waiverTermsSchema } from './waiver.ts';

const noon = Date.parse('2026-03-12T12:00:00Z');
const terms = { reason: 'The disk is encrypted by the storage.', approver: 'J. Brandt', until: '2026-06-30' };

describe('a waiver', () => {
  it('holds to the end of its last day and not a day longer', () => {
    expect(holds({ until: '2026-03-12' }, noon)).toBe(true);
    expect(holds({ until: '2026-03-12' }, Date.parse('2026-03-12T23:59:59.999Z'))).toBe(true);
    expect(holds({ until: '2026-03-12' }, Date.parse('2026-03-13T00:00:00Z'))).toBe(false);
  });

  it('counts only for the outcome that was accepted', () => {
    const finding = { id: 'a/b', hostId: 'a', controlId: 'b', outcome: 'unknown' as const };
    const waiver = waiverOf(finding, terms, 'm.keller', noon);
    expect(waiverSchema.parse(waiver)).toEqual({ ...waiver, findingId: 'a/b', outcome: 'unknown' });
    expect(covers(waiver, 'unknown', noon)).toBe(true);
    expect(covers(waiver, 'fail', noon)).toBe(false);
    expect(covers(waiver, 'error', noon)).toBe(false);
    expect(covers({ ...waiver, until: '2026-03-11' }, 'unknown', noon)).toBe(false);
  });

  it('of a file that does not know the outcome is one for a fail', () => {
    const { outcome: _none, ...old } = waiverOf(
      { id: 'a/b', hostId: 'a', controlId: 'b', outcome: 'unknown' },
      terms,
      'm.keller',
      noon,
    );
    expect(waiverSchema.parse(old)).toEqual(old);
    expect(covers(old, 'fail', noon)).toBe(true);
    expect(covers(old, 'unknown', noon)).toBe(false);
  });

  it.each([
    ['2026-03-11', 'This day is over.'],
    ['2028-03-12', 'Two years at most: whoever answers for it then should look again.'],
    ['2026-02-30', 'Enter a date.'],
    ['', 'Enter a date.'],
    ['12 March', 'Enter a date.'],
    ['2026-03-12', undefined],
    ['2028-03-11', undefined],
  ])('cannot end %s', (until, problem) => {
    expect(endProblem(until, noon)).toBe(problem);
  });

  it.each([
    { ...terms, reason: '   ' },
    { ...terms, reason: 'first\nsecond' },
    { ...terms, approver: '' },
    { ...terms, approver: 'J. Br\u202eandt' },
    { ...terms, reason: 'x'.repeat(501) },
    { ...terms, until: '2026-13-01' },
    { ...terms, forever: true },
  ])('refuses %j', (bad) => {
    expect(waiverTermsSchema.safeParse(bad).success).toBe(false);
  });

  it('takes what people write', () => {
    expect(waiverTermsSchema.parse({ ...terms, reason: ' Grüße; "ok" – später ' }).reason).toBe(
      'Grüße; "ok" – später',
    );
  });
});
